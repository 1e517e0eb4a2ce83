"""The fault book, as tests write it."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twilio_simulator.control import fault_readers
from twilio_simulator.control.fields import BadInputError, Fields
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.faults.book import Action, Dice
from twilio_simulator.ledger import LEDGER

MATCHED = ("operation", "account", "to", "from", "body", "run", "webhook", "status", "delivery")
REQUEST_KINDS = (
    "latency",
    "stall",
    "rate_limit",
    "server_error",
    "refusal",
    "drop",
    "reset",
    "clock_jump",
    "none",
    *fault_readers.REQUEST_KINDS,
)
WEBHOOK_KINDS = ("drop", "duplicate", "delay", "none", *fault_readers.WEBHOOK_KINDS)
WEBHOOKS = ("status", "inbound", "action", "voice", "call")
CODE_KINDS = ("drop", "duplicate", "delay", "channel", "none")
CODE_CHANNELS = ("sms", "call", "whatsapp", "email")
MOST_FAULTS = 1000
LONGEST = 3600
LONGEST_JUMP = 366 * 86_400
MOST_SEED = 2**53 - 1
TOO_MANY_REQUESTS = 429


def _match(fields: Fields, visit: Visit) -> dict[str, str]:
    match = {name: value for name in MATCHED if (value := fields.text(name)) is not None}
    fields.finished()
    if match.get("webhook", "status") not in WEBHOOKS:
        fields.wrong("webhook", f"is '{match['webhook']}'", f"Choose one of {', '.join(WEBHOOKS)}.")
    if match.get("delivery", "code") != "code" or len(match.keys() & {"delivery", "webhook"}) > 1:
        fields.wrong("delivery", "goes alone and means codes", 'Send {"delivery": "code"} without webhook.')
    if "operation" in match and not visit.simulator.rest.knows(match["operation"]):
        fields.wrong("operation", f"is '{match['operation']}'", "Use an operation id, like CreateMessage.")
    try:
        re.compile(match.get("body", ""))
    except re.error as error:
        fields.wrong("body", f"is no pattern: {error}", "Write a regular expression.")
    return match


def _seconds(fields: Fields) -> tuple[float, float]:
    value = fields.value("seconds")
    ends = value if isinstance(value, list) else [value, value]
    low, high = [*ends, None, None][:2]
    if not (_is_time(low) and _is_time(high) and low <= high):
        fields.wrong("seconds", f"is {value!r}", "Give seconds, or [from, to].")
        return 0.0, 0.0
    return float(low), float(high)


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST


def _kinds(match: dict[str, str]) -> tuple[str, ...]:
    if "delivery" in match:
        return CODE_KINDS
    return WEBHOOK_KINDS if "webhook" in match else REQUEST_KINDS


def _action(fields: Fields, allowed: tuple[str, ...]) -> Action:
    kind = fields.choice("kind", allowed, "")
    if fields.value("kind") is None:
        fields.wrong("kind", "is missing", f"Choose one of {', '.join(allowed)}.")
    read = _READERS.get(kind)
    action = Action(kind) if read is None else read(kind, fields)
    fields.finished()
    return replace(action, given=fields.given)


def _timed(kind: str, fields: Fields) -> Action:
    return Action(kind, seconds=_seconds(fields), stage=_stage(fields, "after"))


def _jump(fields: Fields) -> tuple[float, float]:
    seconds = fields.number("seconds", 0, 0, LONGEST_JUMP)
    return seconds, seconds


def _stall(kind: str, fields: Fields) -> Action:
    return Action(kind, stage=_stage(fields, "after"))


def _stage(fields: Fields, default: str) -> str:
    return fields.choice("stage", ("before", "after"), default)


def _rate_limit(kind: str, fields: Fields) -> Action:
    code: int | None = 20429
    if fields.has("code"):
        code = round(fields.number("code", 0, 0, 99_999)) or None
    wait = round(fields.number("retry_after", 0, 0, LONGEST)) if fields.has("retry_after") else None
    return Action(
        kind, stage="before", status=TOO_MANY_REQUESTS, code=code, retry_after=wait, body=_body(fields)
    )


def _body(fields: Fields) -> str:
    return fields.choice("body", ("json", "html", "empty"), "json")


def _server_error(kind: str, fields: Fields) -> Action:
    status = round(fields.number("status", 500, 500, 599))
    # Whether a 5xx left a message behind is what nobody can know; say which it is.
    return Action(kind, stage=_stage(fields, "before"), status=status, body=_body(fields))


def _refusal(kind: str, fields: Fields) -> Action:
    code = round(fields.number("code", 0, 0, 99_999))
    rule = LEDGER.get(code)
    if rule is None or rule.status is None:
        fields.wrong("code", f"is {code}", "Use a code that Twilio answers at once, like 21611.")
        return Action(kind)
    return Action(kind, stage="before", status=rule.status, code=code)


def _drop(kind: str, fields: Fields) -> Action:
    if kind == "reset":
        return Action(kind, stage=_stage(fields, "before"), how="reset")
    return Action(kind, stage=_stage(fields, "after"), how=fields.choice("how", ("close", "reset"), "close"))


def _duplicate(kind: str, fields: Fields) -> Action:
    return Action(
        kind,
        times=round(fields.number("times", 1, 1, 100)),
        same_token=fields.flag("same_token", default=True),
    )


_READERS: dict[str, Callable[[str, Fields], Action]] = {
    "latency": _timed,
    "clock_jump": lambda kind, fields: Action(kind, seconds=_jump(fields), stage=_stage(fields, "after")),
    "delay": lambda kind, fields: Action(kind, seconds=_seconds(fields)),
    "stall": _stall,
    "rate_limit": _rate_limit,
    "server_error": _server_error,
    "refusal": _refusal,
    "drop": _drop,
    "reset": _drop,
    "duplicate": _duplicate,
    **fault_readers.READERS,
    "channel": lambda kind, fields: Action(kind, how=fields.choice("channel", CODE_CHANNELS, "call")),
}


def _dice(fields: Fields, visit: Visit) -> Dice | None:
    probability = fields.number("probability", 1, 0, 1)
    seed = round(fields.number("seed", 0, 0, MOST_SEED))
    if fields.has("seed") and not fields.has("probability"):
        fields.wrong("seed", "belongs to dice", 'Add "probability": 0.1, or leave it out.')
    fields.done()
    if not fields.has("probability"):
        return None
    # Drawn last: a refused fault must not change the numbers that come after it.
    drawn = None if fields.has("seed") else visit.world.sids.stream("dice").getrandbits(32)
    return Dice(probability, seed if drawn is None else drawn)


def add(visit: Visit) -> Content:
    """Write a fault down: `{match, do: [...], id?}`, a script, or dice with `probability` and `seed`."""
    fields = visit.fields()
    match = _match(fields.part("match"), visit)
    actions = [_action(part, _kinds(match)) for part in fields.parts("do", "kind")]
    name = fields.text("id")
    if not actions:
        fields.wrong("do", "is empty", 'List what goes wrong, like [{"kind": "rate_limit"}].')
    if len(visit.simulator.faults.faults) >= MOST_FAULTS:
        fields.wrong("do", f"comes to {MOST_FAULTS} other faults", "DELETE /_sim/faults first.")
    if name is not None and any(fault.id == name for fault in visit.simulator.faults.faults):
        fields.wrong("id", f"'{name}' exists already", "Choose another, or leave it out.")
    dice = _dice(fields, visit)
    return visit.simulator.faults.add(match, actions, name, dice).resource()


def listed(visit: Visit) -> Content:
    """All faults, and how many actions are left."""
    shown = [fault.resource() for fault in visit.simulator.faults.faults]
    return {"faults": shown, "unused": sum(one["unused"] for one in shown)}


def clear(visit: Visit) -> Content:
    """Throw all away."""
    return {"removed": visit.simulator.faults.clear()}


def remove(visit: Visit) -> Content:
    """Throw one away."""
    if not visit.simulator.faults.remove(visit.path["id"]):
        raise BadInputError.of("id", f"There is no fault {visit.path['id']}", "GET /_sim/faults.", 404)
    return {"removed": 1}


ROUTES: dict[str, Handler] = {
    "POST /faults": add,
    "GET /faults": listed,
    "DELETE /faults": clear,
    "DELETE /faults/{id}": remove,
}
