"""The event log as it grows: server-sent events for pages and scripts."""

from collections.abc import AsyncIterator

import orjson

from twilio_simulator.control.visit import Handler, Visit
from twilio_simulator.exchange import Stream
from twilio_simulator.world.log import Event, EventLog

HEARTBEAT = 15.0
"""Seconds between comments when nothing happens, so that a dead connection is noticed."""
OPENING = b"retry: 1000\n\n"


def _told(event: Event) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (event.cursor, orjson.dumps(event.resource()))


async def _parts(log: EventLog, after: int) -> AsyncIterator[bytes]:
    yield OPENING
    while True:
        fresh = list(log.after(after))
        if fresh:
            after = fresh[-1].cursor
            yield b"".join(_told(event) for event in fresh)
        elif not await log.next(HEARTBEAT):
            yield b": nothing new\n\n"


def stream(visit: Visit) -> Stream:
    """Every event after `after`, or after the one named by Last-Event-ID; by default from now on."""
    log = visit.world.log
    seen = visit.request.headers.get("last-event-id", "")
    after = int(seen[:15]) if seen.isdecimal() else visit.asked("after", log.cursor)
    return Stream(_parts(log, after))


ROUTES: dict[str, Handler] = {"GET /events/stream": stream}
