"""Reads the body of POST /_sim/accounts into a plan."""

import re
from typing import Literal, cast

from twilio_simulator.addresses import SANDBOX, is_dialable, is_short_code
from twilio_simulator.control.fields import Fields
from twilio_simulator.control.keywords import keywords
from twilio_simulator.control.template_plans import template_plan
from twilio_simulator.control.verified_callers import check_verified
from twilio_simulator.countries import COUNTRIES
from twilio_simulator.sid_patterns import is_sid, is_token
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.world.account import Settings
from twilio_simulator.world.keywords import Keywords
from twilio_simulator.world.making import AccountPlan, NumberPlan, ServicePlan, VerifyPlan
from twilio_simulator.world.message import Mode
from twilio_simulator.world.numbers import CAPABILITIES, TEXTS
from twilio_simulator.world.state import MOST_FICTIONAL, World

MODES = ("immediate", "timed", "manual")
CHANNELS = ("sms", "call", "whatsapp", "email")
LEAST_TTL, MOST_TTL = 120, 86_400
"""Seconds: 2 minutes to 24 hours is what Twilio Support sets (Verify rate limits and timeouts)."""
E164 = "Write it in E.164 form, like +14155550123."


def phone(fields: Fields, name: str, *, required: bool = False) -> str | None:
    """An E.164 number."""
    text = fields.text(name, required=required)
    if text is not None and not is_dialable(text):
        fields.wrong(name, f"is '{text}', not a phone number", E164)
        return None
    return text


def phones(fields: Fields, name: str) -> list[str]:
    """A list of E.164 numbers."""
    texts = fields.texts(name)
    for index, text in enumerate(texts):
        if not is_dialable(text):
            fields.wrong(f"{name}[{index}]", f"is '{text}', not a phone number", E164)
    return texts


def url(fields: Fields, name: str) -> str | None:
    """A webhook's URL; blank means none."""
    text = fields.text(name) or None
    if text is not None and not is_webhook_url(text):
        fields.wrong(
            name, f"is '{text}', not a webhook URL", "Give http://… or https://…, up to 4,000 characters."
        )
    return text


def settings(fields: Fields, present: Settings) -> Settings:
    """How the simulator treats the account; what is not said stays as it is."""
    geo = fields.part("geo_permissions")
    blocked = geo.texts("blocked") if geo.has("blocked") else sorted(present.blocked_countries)
    for country in blocked:
        if country not in COUNTRIES:
            geo.wrong("blocked", f"holds '{country}'", "Use ISO codes of countries, like GB.")
    geo.finished()
    limit = fields.number("concurrency_limit", present.concurrency_limit or 0, 0, 100_000)
    full = fields.texts("full_queues") if fields.has("full_queues") else sorted(present.full_queues)
    pace = fields.number("segments_per_second", present.segments_per_second or 0, 0, 10_000)
    return Settings(
        progress=cast("Mode", fields.choice("progress", MODES, present.progress)),
        fetches_per_step=round(fields.number("fetches_per_step", present.fetches_per_step or 0, 0, 1000))
        or None,
        speed=fields.number("speed", present.speed, 0.001, 1000),
        strict=fields.flag("strict", default=present.strict),
        concurrency_limit=round(limit) or None,
        blocked_countries=frozenset(blocked),
        email_integration=fields.flag("email_integration", default=present.email_integration),
        full_queues=frozenset(full),
        most_scheduled=round(fields.number("most_scheduled", present.most_scheduled, 0, 1_000_000)),
        segments_per_second=pace or None,
        daily_messages=round(fields.number("daily_messages", present.daily_messages or 0, 0, 100_000))
        or None,
        us_registered=fields.flag("us_registered", default=present.us_registered),
    )


def _number(fields: Fields) -> NumberPlan:
    capabilities = fields.texts("capabilities") if fields.has("capabilities") else list(CAPABILITIES)
    for word in capabilities:
        if word not in CAPABILITIES:
            fields.wrong("capabilities", f"holds '{word}'", f"Choose from {', '.join(CAPABILITIES)}.")
    urls = {name: url(fields, name) for name in TEXTS if name.endswith(("_url", "callback"))}
    methods = {name: fields.text(name) for name in TEXTS if name not in urls}
    plan = NumberPlan(
        number=phone(fields, "phone_number"),
        friendly_name=fields.text("friendly_name"),
        capabilities=frozenset(capabilities),
        settings={name: value for name, value in {**urls, **methods}.items() if value},
    )
    fields.finished()
    return plan


def verify_plan(fields: Fields) -> VerifyPlan:
    """A Verify service, with what Twilio Support would set."""
    disabled = fields.texts("disabled_channels")
    for word in disabled:
        if word not in CHANNELS:
            fields.wrong("disabled_channels", f"holds '{word}'", f"Choose from {', '.join(CHANNELS)}.")
    plan = VerifyPlan(
        friendly_name=fields.text("friendly_name") or "Simulated",
        code_length=round(fields.number("code_length", 6, 4, 10)),
        ttl_seconds=round(fields.number("ttl_seconds", 0, LEAST_TTL, MOST_TTL)) or None,
        custom_code_enabled=fields.flag("custom_code_enabled", default=False),
        skip_sms_to_landlines=fields.flag("skip_sms_to_landlines", default=False),
        disabled_channels=frozenset(disabled),
    )
    fields.finished()
    return plan


def _service(fields: Fields) -> ServicePlan:
    plan = ServicePlan(
        friendly_name=fields.text("friendly_name") or "Simulated service",
        senders=fields.texts("senders") if fields.has("senders") else None,
        status_callback=url(fields, "status_callback"),
        inbound_request_url=url(fields, "inbound_request_url"),
        smart_encoding=fields.flag("smart_encoding", default=True),
        sticky_sender=fields.flag("sticky_sender", default=True),
        advanced_opt_out=fields.flag("advanced_opt_out", default=False),
        keywords=keywords(fields, "keywords", Keywords()),
    )
    fields.finished()
    return plan


def account_plan(fields: Fields, world: World) -> AccountPlan:
    """The whole body; what is left out gets one number, one WhatsApp sender, one Verify service.

    Raises:
        BadInputError: something in it is wrong; every mistake is listed.
    """
    plan = AccountPlan(
        sid=_identifier(fields, world),
        auth_token=_token(fields),
        friendly_name=fields.text("friendly_name") or "Simulated account",
        type=cast("Literal['Full', 'Trial']", fields.choice("type", ("Full", "Trial"), "Full")),
        ruleset=fields.choice("ruleset", ("2026", "classic"), "2026"),
        balance_micros=micros(fields, 100_000_000),
        inbound_url=url(fields, "inbound_url"),
        settings=settings(fields, Settings()),
        verified_callers=phones(fields, "verified_callers"),
        api_keys=round(fields.number("api_keys", 0, 0, 20)),
    )
    if plan.type == "Trial":
        check_verified(fields, world, plan.ruleset, plan.verified_callers, 0)
    _senders(fields, plan, world)
    if fields.has("verify_services"):
        plan.verify_services = [
            verify_plan(part) for part in fields.parts("verify_services", "friendly_name")
        ]
    plan.messaging_services = [_service(part) for part in fields.parts("messaging_services", "friendly_name")]
    plan.short_codes = _short_codes(fields)
    plan.templates = [template_plan(part) for part in fields.parts("templates", "body")]
    _sandbox(fields.part("sandbox"), plan)
    _check_pools(fields, plan)
    fields.done()
    return plan


def _identifier(fields: Fields, world: World) -> str | None:
    sid = fields.text("sid")
    if sid is not None and not is_sid(sid, "AC"):
        fields.wrong("sid", f"is '{sid}'", "Give AC and 32 hexadecimal digits, or leave it out.")
    if sid in world.accounts:
        fields.wrong("sid", f"{sid} exists already", "Leave it out to get a fresh one.")
    return sid


def _token(fields: Fields, name: str = "auth_token") -> str | None:
    token = fields.text(name)
    if token is not None and not is_token(token):
        fields.wrong(name, "is no token", "Give 32 hexadecimal digits, or leave it out.")
    return token


def micros(fields: Fields, present: int) -> int:
    """The balance, `"12.50"`, in millionths of a dollar."""
    text = fields.text("balance")
    if text is None:
        return present
    if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", text) is None:
        fields.wrong("balance", f"is '{text}'", 'Give dollars as a string, like "12.50".')
        return present
    return round(float(text) * 1_000_000)


def _senders(fields: Fields, plan: AccountPlan, world: World) -> None:
    if fields.has("numbers"):
        plan.numbers = [_number(part) for part in fields.parts("numbers", "phone_number")]
    if fields.has("whatsapp_senders"):
        plan.whatsapp_senders = list(phones(fields, "whatsapp_senders"))
    for number in plan.numbers:
        if number.number in world.numbers:
            fields.wrong(
                "numbers", f"{number.number} belongs to another account", "Leave it out to get a free one."
            )
    for sender in plan.whatsapp_senders:
        if sender in world.whatsapp_owners or sender == SANDBOX:
            fields.wrong("whatsapp_senders", f"{sender} is taken", "Leave it out to get a free one.")
    _check_stock(fields, plan, world)


def _check_stock(fields: Fields, plan: AccountPlan, world: World) -> None:
    """Numbers that were left out are fictional ones, of which there is an end."""
    drawn = sum(one.number is None for one in plan.numbers) + plan.whatsapp_senders.count(None)
    taken = len(world.numbers) + len(world.whatsapp_owners) + len(plan.numbers) + len(plan.whatsapp_senders)
    if taken < MOST_FICTIONAL or drawn <= sum(1 for _ in world.fictional_numbers()):
        return
    remedy = "Give numbers of your own, remove accounts, or POST /_sim/reset."
    fields.wrong("numbers", f"wants more fictional numbers than are left of {MOST_FICTIONAL}", remedy)


def _short_codes(fields: Fields) -> list[str]:
    codes = fields.texts("short_codes")
    for code in codes:
        if not is_short_code(code):
            fields.wrong("short_codes", f"holds '{code}', not a short code", "Give five or six digits.")
    return codes


def _sandbox(fields: Fields, plan: AccountPlan) -> None:
    word = fields.text("join_word")
    if word is not None and not word.lower().startswith("join "):
        fields.wrong("join_word", f"is '{word}'", "Write it as the text that joins: join some-words.")
    plan.join_word = word
    plan.sandbox_sms_url = url(fields, "sms_url")
    plan.sandbox_members = phones(fields, "participants")
    fields.finished()


def _check_pools(fields: Fields, plan: AccountPlan) -> None:
    own = (
        {number.number for number in plan.numbers}
        | set(plan.short_codes)
        | {f"whatsapp:{one}" for one in plan.whatsapp_senders}
    )
    for index, service in enumerate(plan.messaging_services):
        for sender in service.senders or []:
            if sender not in own:
                name = f"messaging_services[{index}].senders"
                fields.wrong(
                    name, f"holds {sender}, which the account does not own", "Add it to its numbers."
                )
