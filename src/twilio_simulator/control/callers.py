"""What the person called does to verify a number: take the call and type the code."""

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.twiml.voice import KEYS
from twilio_simulator.world.account import Account
from twilio_simulator.world.phone_call import PhoneCall


def type_validation(visit: Visit) -> Content:
    """Take the validation call that rings on this phone, and type the digits."""
    number, fields = visit.path["number"], visit.fields()
    digits = fields.words("code")
    if digits and not set(digits) <= set(KEYS):
        fields.wrong("code", f"is '{digits}'", "Give keys from 0 to 9, * and #.")
    account_sid = fields.text("account")
    fields.done()
    for account in visit.world.accounts.values():
        call = _living(visit, account, number) if account_sid in (None, account.sid) else None
        if call is not None:
            visit.simulator.calling.answer(call)
            # A code that is too short is sent off with the finish key.
            visit.simulator.calling.programs.press(call, f"{digits}#")
            verified = any(one.number == number for one in account.caller_ids.values())
            return {"account_sid": account.sid, "call_sid": call.sid, "verified": verified}
    cause = f"No validation call rings on {number}"
    remedy = "POST OutgoingCallerIds.json, let CallDelay pass, and advance the clock two seconds."
    raise BadInputError.of("number", cause, remedy, 404)


def _living(visit: Visit, account: Account, number: str) -> PhoneCall | None:
    validation = account.validations.get(number)
    call = None if validation is None else account.every_call().get(validation.call_sid)
    if call is None or visit.world.handsets.get(number).state == "off":
        return None
    return call if call.status in ("ringing", "in-progress") else None


ROUTES: dict[str, Handler] = {"POST /phones/{number}/validation": type_validation}
