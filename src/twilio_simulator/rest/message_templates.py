"""A message by ContentSid: which template, with which variables."""

from typing import Any

import orjson

from twilio_simulator.addresses import Channel
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.rendering import TOO_MANY_SPACES, Rendering, rendered
from twilio_simulator.rest.call import Call
from twilio_simulator.world.account import Account
from twilio_simulator.world.content import Template
from twilio_simulator.world.provided_templates import PROVIDED

LONGEST_BODY = 1600


def template_of(account: Account, sid: str) -> Template | None:
    """A template of the account's own, or one that Twilio provides."""
    return account.templates.get(sid) or PROVIDED.get(sid)


Found = tuple[Rendering, int | None]


def check_template(call: Call, content_sid: str | None, channel: Channel) -> Found | None:
    """The template as it will be shown, and the late code that its variables earn; None without one.

    Raises:
        RefusalError: 21654 variables without a template, 21655 no such template, 21656 bad variables,
            21658 too long.
    """
    text = call.said("ContentVariables")
    if content_sid is None:
        if text is not None:
            raise RefusalError(21654)
        return None
    given = {} if text is None else _variables(call, text)
    template = template_of(call.account, content_sid)
    if template is None:
        raise RefusalError(21655)
    shown = rendered(template, given, channel)
    if len(shown.body) > LONGEST_BODY:
        raise RefusalError(21658)
    return shown, _late_code(shown, given) if channel == "whatsapp" else None


def _late_code(shown: Rendering, given: dict[str, str]) -> int | None:
    if not shown.complete:
        return 63028
    return 63013 if any(TOO_MANY_SPACES in value for value in given.values()) else None


def _variables(call: Call, text: str) -> dict[str, str]:
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RefusalError(21656) from None
    if not isinstance(values, dict) or not all(_is_fit(call, value) for value in values.values()):
        raise RefusalError(21656)
    return {name: value if isinstance(value, str) else _scalar(value) for name, value in values.items()}


def _is_fit(call: Call, value: Any) -> bool:
    """Blank values and line breaks are reported as refused; the ruleset may let them pass."""
    if isinstance(value, dict | list) or value is None:
        return False
    if not isinstance(value, str) or call.world.rules.content_variables == "lenient":
        return True
    return bool(value) and "\n" not in value


def _scalar(value: float) -> str:
    return orjson.dumps(value).decode()
