"""Verify's templates for codes: the same for every account, their SIDs fixed and obviously simulated."""

from typing import Any, NamedTuple

from twilio_simulator.clock import moment, precise

DEFAULT_LOCALE = "en"
MADE = moment("2021-07-29T20:38:28.165Z") or 0


class Translation(NamedTuple):
    """One language of a template."""

    text: str
    status: str = "approved"


class Template(NamedTuple):
    """One template (`HJ…`); `{{…}}` names beside friendly_name, code and ttl are the customer's to fill."""

    sid: str
    name: str
    channels: tuple[str, ...]
    translations: dict[str, Translation]

    def resource(self, account_sid: str) -> dict[str, Any]:
        """The JSON of the template."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "friendly_name": self.name,
            "channels": list(self.channels),
            "translations": {
                locale: {
                    "is_default_translation": locale == DEFAULT_LOCALE,
                    "status": one.status,
                    "locale": locale,
                    "text": one.text,
                    "date_updated": precise(MADE),
                    "date_created": precise(MADE),
                }
                for locale, one in self.translations.items()
            },
        }


def _sid(index: int) -> str:
    return f"HJ51a0{index:028x}"


_NAMED = "Your {{friendly_name}} verification code is: {{code}}"
TEMPLATES = {
    one.sid: one
    for one in (
        Template(
            _sid(1),
            "Simulated template, plain",
            ("sms", "voice"),
            {
                "en": Translation(f"{_NAMED}."),
                "es": Translation("Tu código de verificación de {{friendly_name}} es: {{code}}."),
                "de": Translation("Dein Bestätigungscode für {{friendly_name}} lautet: {{code}}."),
            },
        ),
        Template(
            _sid(2),
            "Simulated template with do not share",
            ("sms",),
            {
                "en": Translation(f"{_NAMED}. Do not share this code with anyone."),
                "fr": Translation("Votre code {{friendly_name}} : {{code}}. Ne le partagez pas.", "pending"),
            },
        ),
        Template(
            _sid(3),
            "Simulated template with a purpose",
            ("sms", "voice"),
            {"en": Translation("{{code}} is your {{friendly_name}} code for {{purpose}}.")},
        ),
    )
}
