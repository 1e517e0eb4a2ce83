"""The account's verified numbers."""

from twilio_simulator.exchange import Reply
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.world.numbers import CallerId


def list_caller_ids(call: Call) -> Reply:
    """Filtered by number and name."""
    number, name = call.request.asked("PhoneNumber"), call.request.asked("FriendlyName")
    chosen = [
        one
        for one in call.account.caller_ids.values()
        if (not number or one.number == number) and (not name or one.friendly_name == name)
    ]
    return flat_page(call, "outgoing_caller_ids", chosen, lambda one: one.sid, CallerId.resource)


def fetch_caller_id(call: Call) -> Reply:
    """One verified number."""
    found = call.account.caller_ids.get(call.path["Sid"])
    if found is None:
        raise call.missing()
    return json_reply(200, found.resource())


HANDLERS: dict[str, Handler] = {
    "api.ListOutgoingCallerId": list_caller_ids,
    "api.FetchOutgoingCallerId": fetch_caller_id,
}
