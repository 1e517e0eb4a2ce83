"""Reads the actions that strike behind an answer, cut it on the wire, or spoil a webhook."""

from collections.abc import Callable
from typing import get_args

from twilio_simulator.control.fields import Fields
from twilio_simulator.faults.book import Action
from twilio_simulator.ledger import LEDGER
from twilio_simulator.world.fate import Fate
from twilio_simulator.world.message import Status

REQUEST_KINDS = ("unauthorized", "cut", "lost", "outcome", "late_delivered", "handset_off")
WEBHOOK_KINDS = (
    "reorder",
    "straggler",
    "bad_signature",
    "old_token",
    "wrong_port",
    "unknown_parameter",
    "missing_parameter",
    "huge_body",
    "unreachable",
)
LONGEST = 366 * 86_400
LARGEST_CODE, LARGEST_PORT, LARGEST_BODY = 99_999, 65_535, 50_000_000
ENDS = ("delivered", "undelivered", "failed")
WAYS = ("accepted", "queued", "sending", "sent")
CUTS = ("half", "longer", "shorter")
OVERTAKEN_AFTER, STRAGGLING = 10.0, 60.0
"""Seconds that a webhook waits for one to overtake it before it goes alone."""


def _seconds(fields: Fields, default: float) -> tuple[float, float]:
    seconds = fields.number("seconds", default, 0, LONGEST)
    return seconds, seconds


def _unauthorized(kind: str, _: Fields) -> Action:
    return Action(kind, stage="before", status=401, code=20003)


def _cut(kind: str, fields: Fields) -> Action:
    return Action(kind, how=fields.choice("how", CUTS, "half"))


def _lost(kind: str, fields: Fields) -> Action:
    return Action(kind, fate=Fate(stuck_at=fields.choice("at", WAYS, "queued")))


def _outcome(kind: str, fields: Fields) -> Action:
    status = fields.choice("status", [one for one in get_args(Status) if one in ENDS], "undelivered")
    code = round(fields.number("code", 0, 0, LARGEST_CODE)) or None
    rule = LEDGER.get(code or 0)
    if rule is not None and rule.status is not None:
        fields.wrong("code", f"is {code}, which Twilio answers at once", "Use a late one, like 30003.")
    default = "sent" if status != "failed" else "queued"
    return Action(kind, fate=Fate(at=fields.choice("at", WAYS, default), status=status, code=code))


def _late_delivered(kind: str, fields: Fields) -> Action:
    late = round(_seconds(fields, 60)[0] * 1000)
    return Action(kind, fate=Fate(at="sent", status="undelivered", code=30003, late_ms=max(1, late)))


def _timed(kind: str, fields: Fields) -> Action:
    return Action(kind, seconds=_seconds(fields, OVERTAKEN_AFTER if kind == "reorder" else STRAGGLING))


def _handset_off(kind: str, fields: Fields) -> Action:
    return Action(kind, seconds=_seconds(fields, 300))


def _parameter(kind: str, fields: Fields) -> Action:
    required = kind == "missing_parameter"
    name = fields.text("name", required=required) or "SimulatedUnknown"
    value = fields.text("value") or "1" if kind == "unknown_parameter" else ""
    return Action(kind, name=name, value=value)


def _wrong_port(kind: str, fields: Fields) -> Action:
    return Action(kind, size=round(fields.number("port", 81, 1, LARGEST_PORT)))


def _huge_body(kind: str, fields: Fields) -> Action:
    return Action(kind, size=round(fields.number("bytes", 1_000_000, 1, LARGEST_BODY)))


def _unreachable(kind: str, fields: Fields) -> Action:
    return Action(kind, times=round(fields.number("times", 1, 1, 10)))


READERS: dict[str, Callable[[str, Fields], Action]] = {
    "unauthorized": _unauthorized,
    "cut": _cut,
    "lost": _lost,
    "outcome": _outcome,
    "late_delivered": _late_delivered,
    "handset_off": _handset_off,
    "reorder": _timed,
    "straggler": _timed,
    "wrong_port": _wrong_port,
    "unknown_parameter": _parameter,
    "missing_parameter": _parameter,
    "huge_body": _huge_body,
    "unreachable": _unreachable,
}
