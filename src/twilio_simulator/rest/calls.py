"""Calls: create, fetch, list, update, delete."""

from twilio_simulator.clock import moment
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.call_rules import changed_plan, checked_parties, checked_plan
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.world.phone_call import PhoneCall

DAY = 86_400_000
DATE_LENGTH = 10
_TIMES = {"StartTime": "answered", "EndTime": "ended"}


def create_call(call: Call) -> Reply:
    """Take a call on or refuse it; what becomes of it shows later."""
    made = made_call(call)
    call.calling.begin(call.account, made)
    return json_reply(201, made.resource())


def made_call(call: Call) -> PhoneCall:
    """The call that the parameters describe; it has not begun.

    Raises:
        RefusalError: Twilio would not take it on.
    """
    to, sender = checked_parties(call)
    plan = checked_plan(call)
    settings, now = call.account.settings, call.now
    number = call.account.numbers.get(sender.number)
    return PhoneCall(
        sid=call.world.sids.new("CA"),
        account_sid=call.account.sid,
        to=to.number,
        sender=sender.number,
        direction="outbound-api",
        created=now,
        updated=now,
        plan=plan,
        number_sid=None if number is None else number.sid,
        manual=settings.progress == "manual",
        speed=settings.speed,
    )


def _found(call: Call) -> PhoneCall:
    found = call.account.calls.get(call.path["Sid"])
    if found is None:
        raise call.missing()
    return found


def fetch_call(call: Call) -> Reply:
    """One call."""
    return json_reply(200, _found(call).resource())


def update_call(call: Call) -> Reply:
    """Cancel or hang up, or send a call in progress to other TwiML."""
    found = _found(call)
    status, elsewhere = call.said("Status"), call.said("Url") or call.said("Twiml")
    if status not in (None, "canceled", "completed"):
        raise RefusalError(20422, problem=f"Status may not be updated to '{status}'")
    if elsewhere and status is None and found.status != "in-progress":
        raise RefusalError(21220)
    if found.over and (status or elsewhere):
        raise RefusalError(21220)
    found.plan = changed_plan(call, found.plan)
    if status is not None:
        _stop(call, found, status)
    elif elsewhere:
        call.calling.programs.start(found)
    return json_reply(200, found.resource())


def _stop(call: Call, found: PhoneCall, status: str) -> None:
    """Canceled ends what nobody answered yet; completed ends it in any case."""
    if found.answered is None:
        call.calling.end(found, "canceled")
    elif status == "completed":
        call.calling.end(found, "completed")


def delete_call(call: Call) -> Reply:
    """Remove the record of a call that is over."""
    found = _found(call)
    if not found.over:
        raise RefusalError(20009)
    del call.account.calls[found.sid]
    return no_content()


def list_calls(call: Call) -> Reply:
    """The newest first."""
    rows = [one for one in reversed(call.account.calls.values()) if _fits(call, one)]
    return flat_page(call, "calls", rows, lambda one: one.sid, lambda one: one.resource())


def _fits(call: Call, one: PhoneCall) -> bool:
    asked = call.request.asked
    for name, value in (("To", one.to), ("From", one.sender), ("Status", one.status)):
        if asked(name) not in (None, "", value):
            return False
    if asked("ParentCallSid"):
        return False
    return all(_in_time(call, name, getattr(one, attribute)) for name, attribute in _TIMES.items())


def _in_time(call: Call, name: str, instant: int | None) -> bool:
    for suffix in ("", "<", ">"):
        text = call.request.asked(name + suffix)
        start = moment(text) if text else None
        if start is None:
            continue
        end = start + (DAY if len((text or "").strip()) <= DATE_LENGTH else 1000)
        if instant is None or (suffix != "<" and instant < start) or (suffix != ">" and instant >= end):
            return False
    return True


HANDLERS: dict[str, Handler] = {
    "api.CreateCall": create_call,
    "api.FetchCall": fetch_call,
    "api.UpdateCall": update_call,
    "api.DeleteCall": delete_call,
    "api.ListCall": list_calls,
}
