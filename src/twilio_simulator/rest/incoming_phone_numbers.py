"""The account's numbers."""

from collections.abc import Callable

from twilio_simulator.exchange import Reply
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.world.numbers import TEXTS, Number


def parameter_name(name: str) -> str:
    """`sms_url` is set by `SmsUrl`."""
    return "".join(part.capitalize() for part in name.split("_"))


SETTABLE = {parameter_name(name): name for name in TEXTS}


def list_numbers(call: Call) -> Reply:
    """Filtered by number (a part is enough), name, beta and origin."""
    asked = call.request.asked
    tests: list[Callable[[Number], bool]] = []
    if part := asked("PhoneNumber"):
        tests.append(lambda one: part.strip("*") in one.number)
    if name := asked("FriendlyName"):
        tests.append(lambda one: one.friendly_name == name)
    if asked("Beta") == "true" or asked("Origin") == "hosted":
        return flat_page(call, "incoming_phone_numbers", [], _sid, Number.resource)
    chosen = [one for one in call.account.numbers.values() if all(test(one) for test in tests)]
    return flat_page(call, "incoming_phone_numbers", chosen, _sid, Number.resource)


def _sid(number: Number) -> str:
    return number.sid


def _found(call: Call) -> Number:
    for number in call.account.numbers.values():
        if number.sid == call.path["Sid"]:
            return number
    raise call.missing()


def fetch_number(call: Call) -> Reply:
    """One number."""
    return json_reply(200, _found(call).resource())


def update_number(call: Call) -> Reply:
    """Set its name, URLs and methods; an empty value clears."""
    number = _found(call)
    for parameter, name in SETTABLE.items():
        value = call.one(parameter)
        if value is not None:
            number.settings[name] = value
    number.friendly_name = call.said("FriendlyName") or number.friendly_name
    lookup = call.flag("VoiceCallerIdLookup")
    number.caller_id_lookup = number.caller_id_lookup if lookup is None else lookup
    number.updated = call.now
    return json_reply(200, number.resource())


HANDLERS: dict[str, Handler] = {
    "api.ListIncomingPhoneNumber": list_numbers,
    "api.FetchIncomingPhoneNumber": fetch_number,
    "api.UpdateIncomingPhoneNumber": update_number,
}
