"""Calls, as the person at the handset lives through them."""

import re
from typing import cast

from twilio_simulator.addresses import address
from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.phones import handset
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.life.inbound_calls import inbound_call
from twilio_simulator.life.listeners import of_number
from twilio_simulator.world.phone_call import NEXT_OF_CALLS, CallStatus, PhoneCall

KEYS = re.compile(r"[0-9*#]{1,64}")
PAGE = 500


def _call(visit: Visit, *, living: bool = False) -> PhoneCall:
    sid = visit.path["sid"]
    for account in visit.world.accounts.values():
        found = account.calls.get(sid) or account.own_calls.get(sid)
        if found is not None:
            if living and found.over:
                raise BadInputError.of("sid", f"{sid} is over: {found.status}", "Call again.", 409)
            return found
    raise BadInputError.of("sid", f"There is no call {sid}", "GET /_sim/calls lists them.", 404)


def listed(visit: Visit) -> Content:
    """All calls, Twilio's own with codes among them; filtered by `account`, `phone` and `status`."""
    asked = visit.request.asked
    account, phone, status = asked("account"), asked("phone"), asked("status")
    found = [
        one.shown()
        for owner in visit.world.accounts.values()
        for one in owner.every_call().values()
        if account in (None, owner.sid) and phone in (None, one.handset) and status in (None, one.status)
    ]
    return {"calls": found[-visit.asked("limit", PAGE) :]}


def fetch(visit: Visit) -> Content:
    """One call, with what was heard on it."""
    return _call(visit).shown()


def _no_more_fields(visit: Visit) -> None:
    visit.fields().done()


async def answer(visit: Visit) -> Content:
    """The person picks up; answers once the TwiML has begun."""
    call = _call(visit, living=True)
    _no_more_fields(visit)
    if call.status != "ringing" or call.direction == "inbound":
        raise BadInputError.of(
            "sid", f"{call.sid} is {call.status}", "It has to ring: advance the clock a second.", 409
        )
    if visit.world.handsets.get(call.to).state == "off":
        raise BadInputError.of("sid", f"{call.to} is off", "PATCH the phone to reachable, then call.", 409)
    visit.simulator.calling.answer(call)
    await visit.simulator.webhooks.heard(call.sid)
    return call.shown()


async def decline(visit: Visit) -> Content:
    """The person refuses the call."""
    call = _call(visit, living=True)
    _no_more_fields(visit)
    if call.answered is not None:
        raise BadInputError.of("sid", f"{call.sid} is {call.status}", "Hang up instead.", 409)
    visit.simulator.calling.end(call, "busy")
    await visit.simulator.webhooks.heard(call.sid)
    return call.shown()


async def hang_up(visit: Visit) -> Content:
    """The person ends the call."""
    call = _call(visit, living=True)
    _no_more_fields(visit)
    # Whoever calls and gives up before an answer cancels; whoever is called declines.
    early = "canceled" if call.direction == "inbound" else "busy"
    visit.simulator.calling.end(call, early if call.answered is None else "completed")
    await visit.simulator.webhooks.heard(call.sid)
    return call.shown()


async def digits(visit: Visit) -> Content:
    """The person presses keys; `taken` tells whether a Gather waited for them."""
    call, fields = _call(visit, living=True), visit.fields()
    keys = fields.words("digits")
    if keys and KEYS.fullmatch(keys) is None:
        fields.wrong("digits", f"is '{keys}'", "Give keys from 0 to 9, * and #.")
    fields.done()
    if call.status != "in-progress":
        raise BadInputError.of("sid", f"{call.sid} is {call.status}", "Answer it first.", 409)
    taken = visit.simulator.calling.programs.press(call, keys)
    await visit.simulator.webhooks.heard(call.sid)
    return {**call.shown(), "taken": taken}


async def drive(visit: Visit) -> Content:
    """Take a call one step on by hand; an impossible step is refused."""
    call, fields = _call(visit, living=True), visit.fields()
    following = NEXT_OF_CALLS[call.status]
    if call.direction == "inbound":
        following = ("completed",) if call.answered is not None else ("canceled",)
    status = fields.words("status")
    if fields.has("status") and status not in following:
        remedy = f"After {call.status} comes {' or '.join(following)}."
        fields.wrong("status", f"cannot go from {call.status} to '{status}'", remedy)
    fields.done()
    visit.simulator.calling.drive(call, cast("CallStatus", status))
    await visit.simulator.webhooks.heard(call.sid)
    return call.shown()


async def dial(visit: Visit) -> Content:
    """The person calls one of our numbers: `{to}`."""
    phone, fields = handset(visit), visit.fields()
    to = address(fields.words("to")).number
    if to not in visit.world.numbers:
        fields.wrong("to", f"is {to}, which nobody here has", "GET /_sim/accounts lists the numbers.")
    fields.done()
    visit.world.handsets.keep(phone)
    number = visit.world.numbers[to]
    account = visit.world.accounts[number.account_sid]
    call = inbound_call(visit.world, account, number, phone.number)
    visit.simulator.calling.arrive(account, call, of_number(account, number, "voice", (to, phone.number)))
    await visit.simulator.webhooks.heard(call.sid)
    return call.shown()


ROUTES: dict[str, Handler] = {
    "GET /calls": listed,
    "GET /calls/{sid}": fetch,
    "POST /calls/{sid}/answer": answer,
    "POST /calls/{sid}/decline": decline,
    "POST /calls/{sid}/hangup": hang_up,
    "POST /calls/{sid}/digits": digits,
    "POST /calls/{sid}/status": drive,
    "POST /phones/{number}/calls": dial,
}
