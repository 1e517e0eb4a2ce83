"""Verify's safe list: numbers that Fraud Guard never keeps a code from."""

from urllib.parse import unquote

from twilio_simulator.addresses import is_dialable
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content


def _resource(call: Call, number: str) -> Reply:
    sid = call.account.safe_list[number]
    url = f"{call.request.address}/v2/SafeList/Numbers/{number}"
    status = 201 if call.request.method == "POST" else 200
    return json_reply(status, {"sid": sid, "phone_number": number, "url": url})


def add(call: Call) -> Reply:
    """Put a number on it; one that is there stays as it is."""
    number = call.said("PhoneNumber") or ""
    if not is_dialable(number):
        raise RefusalError(60200, parameter="PhoneNumber")
    call.account.safe_list.setdefault(number, call.world.sids.new("GN"))
    return _resource(call, number)


def _number(call: Call) -> str:
    number = unquote(call.path["PhoneNumber"])
    if number not in call.account.safe_list:
        raise call.missing()
    return number


def fetch(call: Call) -> Reply:
    """Whether a number is on it."""
    return _resource(call, _number(call))


def remove(call: Call) -> Reply:
    """Take a number off it."""
    del call.account.safe_list[_number(call)]
    return no_content()


HANDLERS: dict[str, Handler] = {
    "verify.CreateSafelist": add,
    "verify.FetchSafelist": fetch,
    "verify.DeleteSafelist": remove,
}
