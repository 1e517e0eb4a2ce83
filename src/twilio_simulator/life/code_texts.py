"""What a message with a verification code says."""

from dataclasses import dataclass, field

from twilio_simulator.world.verification import Verification, VerifyService
from twilio_simulator.world.verify_templates import DEFAULT_LOCALE, TEMPLATES, Template, Translation

# Twilio's default text and warning (OpenAPI, Verify templates and DoNotShareWarningEnabled); the other
# languages are our own, so that a locale shows.
TEXTS = {
    "en": "Your {name} verification code is: {code}",
    "es": "Tu código de verificación de {name} es: {code}",
    "de": "Dein Bestätigungscode für {name} lautet: {code}",
    "fr": "Votre code de vérification {name} est : {code}",
}
WARNING = ". Don't share this code with anyone; our employees will never ask for the code."
PAYMENT = "{code} confirms the payment of {amount} to {payee}"
ONE_MINUTE = 60_000


@dataclass(slots=True)
class Wishes:
    """What the start of a verification says about the text."""

    name: str | None = None
    template_sid: str | None = None
    substitutions: dict[str, str] = field(default_factory=dict)
    app_hash: str | None = None


def template_of(service: VerifyService, verification: Verification, wishes: Wishes) -> Template | None:
    """The template asked for, else the service's; only texts and calls have one."""
    if verification.channel not in ("sms", "call"):
        return None
    return TEMPLATES.get(wishes.template_sid or service.default_template_sid or "")


def translation_of(template: Template, locale: str) -> Translation:
    """The locale's, else its language's, else the default one (Verify falls back)."""
    translations = template.translations
    found = translations.get(locale) or translations.get(locale.partition("-")[0])
    return found or translations[DEFAULT_LOCALE]


def code_text(service: VerifyService, verification: Verification, wishes: Wishes) -> str:
    """The text as it arrives; a call spells the digits."""
    spoken = verification.channel == "call"
    code = " ".join(verification.code) if spoken else verification.code
    name = wishes.name or service.friendly_name
    template = template_of(service, verification, wishes)
    if template is not None:
        minutes = (verification.expires - verification.created) // ONE_MINUTE
        known = {**wishes.substitutions, "friendly_name": name, "code": code, "ttl": str(minutes)}
        text = _filled(translation_of(template, verification.locale).text, known)
    elif verification.amount is not None:
        text = PAYMENT.format(code=code, amount=verification.amount, payee=verification.payee)
    else:
        language = verification.locale.partition("-")[0]
        text = TEXTS.get(language, TEXTS[DEFAULT_LOCALE]).format(name=name, code=code)
    if verification.channel != "sms":
        return text
    if service.do_not_share_warning_enabled:
        text += WARNING
    # Android's SMS Retriever wants the mark in front and the app's hash at the end.
    return f"<#> {text} {wishes.app_hash}" if wishes.app_hash else text


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    return text
