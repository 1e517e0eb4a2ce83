"""Test credentials: four operations, magic numbers, no state, no callbacks (docs iam/test-credentials)."""

from collections.abc import Mapping

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.calls import made_call
from twilio_simulator.rest.lookups import fetch_number
from twilio_simulator.rest.message_rules import checked
from twilio_simulator.rest.messages import made_message
from twilio_simulator.world.making import MAGIC_SENDER

_MAGIC = MAGIC_SENDER[:-1]
MESSAGE_TO: Mapping[str, int] = {"1": 21211, "2": 21612, "3": 21408, "4": 21610, "9": 21614}
MESSAGE_FROM: Mapping[str, int] = {"1": 21212, "7": 21606, "8": 21611}
CALL_TO: Mapping[str, int] = {"1": 21217, "2": 21214, "3": 21215, "4": 21216}
CALL_FROM: Mapping[str, int] = {"1": 21212}
NUMBER: Mapping[str, int] = {"0": 21422, "1": 21421}
GOOD_AREA = "500"


def _check_magic(call: Call, to: Mapping[str, int], sender: Mapping[str, int], other_sender: int) -> None:
    """What the numbers alone decide; everything else is checked as in production.

    Raises:
        RefusalError: as the tables have it; any From that is no magic one counts as not owned.
    """
    whom, who = call.said("To"), call.said("From")
    if whom is None or who is None:
        return
    code = to.get(whom.removeprefix(_MAGIC))
    if code is None and who != MAGIC_SENDER:
        code = sender.get(who.removeprefix(_MAGIC), other_sender)
    if code is not None:
        raise RefusalError(code, to=whom, sender=who)


def create_message(call: Call) -> Reply:
    """As in production up to the answer; nothing is sent or kept."""
    _check_magic(call, MESSAGE_TO, MESSAGE_FROM, 21606)
    return json_reply(201, made_message(call, checked(call)).resource(fresh=True))


def create_call(call: Call) -> Reply:
    """As in production up to the answer; nobody is called."""
    _check_magic(call, CALL_TO, CALL_FROM, 21210)
    return json_reply(201, made_call(call).resource())


def buy_number(call: Call) -> Reply:
    """One number can be had, and one area code has it; what the tables leave out is not available."""
    number, area = call.said("PhoneNumber"), call.said("AreaCode")
    if number is None and area is not None and area != GOOD_AREA:
        raise RefusalError(21452, area=area)
    if number is None and area is None:
        raise RefusalError(21421, number="")
    if number not in (None, MAGIC_SENDER):
        raise RefusalError(NUMBER.get(number.removeprefix(_MAGIC), 21422), number=number)
    return json_reply(201, call.account.numbers[MAGIC_SENDER].resource())


_OPEN: Mapping[str, Handler] = {
    "api.CreateMessage": create_message,
    "api.CreateCall": create_call,
    "api.CreateIncomingPhoneNumber": buy_number,
    "lookups.FetchPhoneNumber": fetch_number,
}


def magic_handler(operation: str) -> Handler:
    """The handler of an operation that test credentials open.

    Raises:
        RefusalError: 20008, any other.
    """
    handler = _OPEN.get(operation)
    if handler is None:
        raise RefusalError(20008)
    return handler
