"""The world's time, as one turns it."""

from typing import Any

from twilio_simulator.clock import Due, precise
from twilio_simulator.control.visit import Content, Handler, Visit

LONGEST = 366 * 86_400


def shown(visit: Visit) -> Content:
    """The present, and how much is to come."""
    clock = visit.world.clock
    return {
        "now": precise(clock.now()),
        "milliseconds": clock.now(),
        "frozen": clock.frozen,
        "pending": clock.pending,
    }


def _fired(events: list[Due]) -> list[dict[str, Any]]:
    return [{"at": precise(due.at), "kind": due.kind, "subject": due.subject} for due in events]


async def advance(visit: Visit) -> Content:
    """Move on; answers when every webhook on the way was answered or timed out."""
    fields = visit.fields()
    seconds = fields.number("seconds", 0, 0, LONGEST)
    if not fields.has("seconds"):
        fields.wrong("seconds", "is missing", 'Send {"seconds": 60}.')
    wait = fields.flag("wait", default=True)
    fields.done()
    settled = visit.simulator.webhooks.settled if wait else visit.simulator.at_once
    fired = await visit.world.clock.advance(round(seconds * 1000), settled)
    return {**shown(visit), "fired": _fired(fired)}


async def to_next(visit: Visit) -> Content:
    """Jump to the next event."""
    fired = await visit.world.clock.to_next(visit.simulator.webhooks.settled)
    return {**shown(visit), "fired": _fired(fired)}


def freeze(visit: Visit) -> Content:
    """Stop time."""
    visit.world.clock.freeze()
    return shown(visit)


def run(visit: Visit) -> Content:
    """Let time go on."""
    visit.world.clock.run()
    return shown(visit)


ROUTES: dict[str, Handler] = {
    "GET /clock": shown,
    "POST /clock/advance": advance,
    "POST /clock/next": to_next,
    "POST /clock/freeze": freeze,
    "POST /clock/run": run,
}
