"""The world's time, as one turns it."""

from typing import Any

from twilio_simulator.clock import Due, moment, precise
from twilio_simulator.control.fields import Fields
from twilio_simulator.control.visit import Content, Handler, Visit

LONGEST = 366 * 86_400
MONTH = 30 * 86_400
NO_WAY_BACK = "Time never goes back; bring back a snapshot: POST /_sim/snapshots/{name}/restore."


def shown(visit: Visit) -> Content:
    """The present, and how much is to come."""
    clock = visit.world.clock
    upcoming = clock.upcoming()
    return {
        "now": precise(clock.now()),
        "milliseconds": clock.now(),
        "frozen": clock.frozen,
        "speed": clock.speed,
        "pending": clock.pending,
        "next": None if upcoming is None else precise(upcoming),
    }


def _fired(events: list[Due]) -> list[dict[str, Any]]:
    return [{"at": precise(due.at), "kind": due.kind, "subject": due.subject} for due in events]


def _milliseconds(fields: Fields, now: int) -> int:
    """How far to go: by `seconds`, or `to` an instant."""
    if fields.has("to"):
        text = fields.words("to")
        instant = moment(text)
        if instant is None:
            fields.wrong("to", f"is '{text}', not an instant", "Write it like 2026-09-01T12:00:00Z.")
        return _forward(fields, "to", 0 if instant is None else instant - now)
    seconds = fields.number("seconds", 0, -LONGEST, LONGEST)
    if not fields.has("seconds"):
        fields.wrong("seconds", "is missing", 'Send {"seconds": 60}, or {"to": "2026-09-01T12:00:00Z"}.')
    return _forward(fields, "seconds", round(seconds * 1000))


def _forward(fields: Fields, name: str, by: int) -> int:
    if by < 0:
        fields.wrong(name, "goes back in time", NO_WAY_BACK)
    if by > LONGEST * 1000:
        fields.wrong(name, "is more than a year away", "Go there in several steps.")
    return by


async def advance(visit: Visit) -> Content:
    """Move on; answers when every webhook on the way was answered or timed out."""
    fields, clock = visit.fields(), visit.world.clock
    by = _milliseconds(fields, clock.now())
    wait = fields.flag("wait", default=True)
    fields.done()
    settled = visit.simulator.webhooks.settled if wait else visit.simulator.at_once
    fired = await clock.advance(by, settled)
    visit.world.log.note("clock.advanced", "", "", milliseconds=by)
    return {**shown(visit), "fired": _fired(fired)}


async def to_next(visit: Visit) -> Content:
    """Jump to the next event."""
    visit.fields().done()
    fired = await visit.world.clock.to_next(visit.simulator.webhooks.settled)
    return {**shown(visit), "fired": _fired(fired)}


async def until_idle(visit: Visit) -> Content:
    """Jump from event to event until nothing is to come, or not before `seconds` have passed (30 days)."""
    fields = visit.fields()
    longest = round(fields.number("seconds", MONTH, 0, LONGEST) * 1000)
    fields.done()
    fired = await visit.world.clock.until_idle(longest, visit.simulator.webhooks.settled)
    present = shown(visit)
    return {**present, "idle": present["pending"] == 0, "fired": _fired(fired)}


def freeze(visit: Visit) -> Content:
    """Stop time."""
    visit.fields().done()
    visit.world.clock.freeze()
    visit.world.log.note("clock.frozen", "", "")
    return shown(visit)


def run(visit: Visit) -> Content:
    """Let time go on, `speed` times as fast as the machine's."""
    fields = visit.fields()
    speed = fields.number("speed", visit.world.clock.speed, 0.01, 100_000)
    fields.done()
    visit.world.clock.run(speed)
    visit.world.log.note("clock.runs", "", "", speed=speed)
    return shown(visit)


ROUTES: dict[str, Handler] = {
    "GET /clock": shown,
    "POST /clock/advance": advance,
    "POST /clock/next": to_next,
    "POST /clock/run-until-idle": until_idle,
    "POST /clock/freeze": freeze,
    "POST /clock/run": run,
}
