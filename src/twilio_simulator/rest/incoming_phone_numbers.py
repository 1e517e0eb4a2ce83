"""The account's numbers: buy, list, change, give back."""

from collections.abc import Callable
from typing import Any

from twilio_simulator.addresses import SANDBOX, is_dialable
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.world.account import Account
from twilio_simulator.world.making import NumberPlan, rent
from twilio_simulator.world.number_stock import stock
from twilio_simulator.world.numbers import TEXTS, Number, line_type

AREA_CODE_LENGTH = 3


def parameter_name(name: str) -> str:
    """`sms_url` is set by `SmsUrl`."""
    return "".join(part.capitalize() for part in name.split("_"))


SETTABLE = {parameter_name(name): name for name in TEXTS}
KINDS = {"Local": "local", "Mobile": "mobile", "TollFree": "tollfree"}


def _kind(call: Call) -> str | None:
    """The kind that the path names."""
    return KINDS.get(call.request.path.rpartition("/")[2].removesuffix(".json"))


def list_numbers(call: Call) -> Reply:
    """Filtered by number (a part is enough), name, beta, origin, and the kind in the path."""
    asked, kind = call.request.asked, _kind(call)
    tests: list[Callable[[Number], bool]] = []
    if part := asked("PhoneNumber"):
        tests.append(lambda one: part.strip("*") in one.number)
    if name := asked("FriendlyName"):
        tests.append(lambda one: one.friendly_name == name)
    if kind is not None:
        tests.append(lambda one: line_type(one.number) == kind)
    chosen = [one for one in call.account.numbers.values() if all(test(one) for test in tests)]
    if asked("Beta") == "true" or asked("Origin") == "hosted":
        chosen = []
    return flat_page(call, "incoming_phone_numbers", chosen, _sid, lambda one: _shown(call, one))


def _shown(call: Call, number: Number) -> dict[str, Any]:
    """The resource; under a path that names the kind it does not repeat it."""
    resource = number.resource()
    if _kind(call) is not None:
        del resource["type"]
    return resource


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


def _check_settings(call: Call) -> None:
    for parameter, name in SETTABLE.items():
        value = call.said(parameter)
        if value is None:
            continue
        if name.endswith("_method") and value.upper() not in ("GET", "POST"):
            raise RefusalError(21403, method=value)
        if name.endswith(("_url", "status_callback")) and not is_webhook_url(value):
            raise RefusalError(21402, url=value)


def _apply(call: Call, number: Number) -> None:
    for parameter, name in SETTABLE.items():
        value = call.one(parameter)
        if value is not None:
            number.settings[name] = value.upper() if name.endswith("_method") else value
    number.friendly_name = call.said("FriendlyName") or number.friendly_name
    lookup = call.flag("VoiceCallerIdLookup")
    number.caller_id_lookup = number.caller_id_lookup if lookup is None else lookup
    number.updated = call.now


def update_number(call: Call) -> Reply:
    """Set its name, URLs and methods; an empty value clears. Another AccountSid moves it."""
    number = _found(call)
    _check_settings(call)
    heir = _heir(call)
    _apply(call, number)
    if heir is not None:
        _release(call, number)
        number.account_sid = heir.sid
        heir.numbers[number.number] = call.world.numbers[number.number] = number
    return json_reply(200, number.resource())


def _heir(call: Call) -> Account | None:
    """The account of the same family to which the number goes."""
    sid = call.said("AccountSid")
    if sid is None or sid == call.account.sid:
        return None
    heir = call.world.accounts.get(sid)
    family = call.account.owner_sid or call.account.sid
    if heir is None or family not in (heir.sid, heir.owner_sid):
        raise RefusalError(20404, path=f"/2010-04-01/Accounts/{sid}")
    return heir


def _release(call: Call, number: Number) -> None:
    del call.account.numbers[number.number], call.world.numbers[number.number]
    for service in call.account.messaging_services.values():
        if number.number in service.pool:
            service.pool.remove(number.number)


def delete_number(call: Call) -> Reply:
    """Give it back; Messaging Services lose it too."""
    number = _found(call)
    _release(call, number)
    call.world.log.note("number.released", call.account.sid, number.sid)
    return no_content()


def buy_number(call: Call) -> Reply:
    """By PhoneNumber, or any free one of an AreaCode."""
    if call.account.type == "Trial" and call.account.numbers:
        raise RefusalError(call.world.rules.trial_second_number_code)
    _check_settings(call)
    number = rent(call.world, call.account, NumberPlan(_wanted(call)))
    _apply(call, number)
    call.world.log.note("number.bought", call.account.sid, number.sid)
    return json_reply(201, _shown(call, number))


def _wanted(call: Call) -> str:
    number, area = call.said("PhoneNumber"), call.said("AreaCode")
    if number is None and area is not None:
        return _of_area(call, area)
    if number is None or not is_dialable(number) or _kind(call) not in (None, line_type(number)):
        raise RefusalError(21421, number=number or "")
    if number in call.world.numbers or number in call.world.whatsapp_owners or number == SANDBOX:
        raise RefusalError(21422, number=number)
    return number


def _of_area(call: Call, area: str) -> str:
    if not (area.isdigit() and len(area) == AREA_CODE_LENGTH):
        raise RefusalError(21451, area=area)
    for number in stock(call.world, "US", _kind(call) or "local", area):
        return number
    raise RefusalError(21452, area=area)


HANDLERS: dict[str, Handler] = {
    "api.ListIncomingPhoneNumber": list_numbers,
    "api.FetchIncomingPhoneNumber": fetch_number,
    "api.UpdateIncomingPhoneNumber": update_number,
    "api.DeleteIncomingPhoneNumber": delete_number,
    "api.CreateIncomingPhoneNumber": buy_number,
    **{f"api.ListIncomingPhoneNumber{kind}": list_numbers for kind in KINDS},
    **{f"api.CreateIncomingPhoneNumber{kind}": buy_number for kind in KINDS},
}
