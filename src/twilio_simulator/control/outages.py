"""Outages: for a while nobody listens at the simulator's address."""

import asyncio

from twilio_simulator.control.visit import Content, Handler, Visit

LONGEST = 300
AFTER_ANSWER = 0.05
"""Seconds that the answer gets to arrive before its own connection ends."""


def refuse(visit: Visit) -> Content:
    """Refuse connections for some real seconds, the controls' own included; the world lives on."""
    fields = visit.fields()
    seconds = fields.number("seconds", 0, 0.1, LONGEST)
    if not fields.has("seconds"):
        fields.wrong("seconds", "is missing", 'Send {"seconds": 2}.')
    entrance = visit.simulator.entrance
    if entrance is None:
        fields.wrong("seconds", "needs a socket", "A simulator in process listens nowhere: serve it.")
    fields.done()
    if entrance is not None:
        asyncio.get_running_loop().call_later(AFTER_ANSWER, entrance.refuse, seconds)
    visit.world.log.note("outage", "", "", seconds=seconds)
    return {"refusing_for": seconds}


ROUTES: dict[str, Handler] = {"POST /outage": refuse}
