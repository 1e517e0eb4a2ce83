"""The account's verified numbers, and the call that verifies one."""

from twilio_simulator.addresses import is_dialable
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.validating import Validating
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.call_rules import DIGITS
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.world.numbers import CallerId, friendly
from twilio_simulator.world.validation import Validation

CODE_DIGITS = 6
LONGEST_DELAY = 60


def list_caller_ids(call: Call) -> Reply:
    """Filtered by number and name."""
    number, name = call.request.asked("PhoneNumber"), call.request.asked("FriendlyName")
    chosen = [
        one
        for one in call.account.caller_ids.values()
        if (not number or one.number == number) and (not name or one.friendly_name == name)
    ]
    return flat_page(call, "outgoing_caller_ids", chosen, lambda one: one.sid, CallerId.resource)


def _found(call: Call) -> CallerId:
    found = call.account.caller_ids.get(call.path["Sid"])
    if found is None:
        raise call.missing()
    return found


def fetch_caller_id(call: Call) -> Reply:
    """One verified number."""
    return json_reply(200, _found(call).resource())


def update_caller_id(call: Call) -> Reply:
    """Give it another name."""
    found = _found(call)
    found.friendly_name = call.said("FriendlyName") or found.friendly_name
    return json_reply(200, found.resource())


def delete_caller_id(call: Call) -> Reply:
    """It is no verified one any more."""
    del call.account.caller_ids[_found(call).sid]
    return no_content()


def validate(call: Call) -> Reply:
    """Ring the number after the delay; the answer holds the code that has to be typed there."""
    number = call.said("PhoneNumber") or ""
    if not is_dialable(number):
        raise RefusalError(21401)
    if any(one.number == number for one in call.account.caller_ids.values()):
        raise RefusalError(21450)
    if number in call.account.numbers:
        raise RefusalError(21449)
    callback = call.said("StatusCallback")
    if callback is not None and not is_webhook_url(callback):
        raise RefusalError(21402, url=callback)
    delay = call.number("CallDelay") if call.said("CallDelay") else 0
    if delay is None or not 0 <= delay <= LONGEST_DELAY:
        raise RefusalError(21454)
    extension = call.said("Extension") or ""
    if extension and DIGITS.fullmatch(extension) is None:
        raise RefusalError(20422, problem=f"Extension is not valid: {extension}")
    validation = Validation(
        call_sid=call.world.sids.new("CA"),
        account_sid=call.account.sid,
        number=number,
        friendly_name=call.said("FriendlyName") or friendly(number),
        code=call.world.sids.digits(CODE_DIGITS),
        callback=callback,
        callback_method=call.said("StatusCallbackMethod") or "POST",
        extension=extension,
    )
    call.account.validations[number] = validation
    maker = Validating(call.world, call.webhooks, call.calling, call.account, validation)
    call.world.clock.after(delay * 1000, "validation.rings", validation.call_sid, maker.call)
    return json_reply(
        200,
        {
            "account_sid": call.account.sid,
            "call_sid": validation.call_sid,
            "friendly_name": validation.friendly_name,
            "phone_number": number,
            "validation_code": validation.code,
        },
    )


HANDLERS: dict[str, Handler] = {
    "api.ListOutgoingCallerId": list_caller_ids,
    "api.FetchOutgoingCallerId": fetch_caller_id,
    "api.UpdateOutgoingCallerId": update_caller_id,
    "api.DeleteOutgoingCallerId": delete_caller_id,
    "api.CreateValidationRequest": validate,
}
