"""What the person called does to verify a number: type the code."""

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.life.validating import Validating


def type_validation(visit: Visit) -> Content:
    """Type the digits into the validation call that rings on this phone."""
    number, fields = visit.path["number"], visit.fields()
    digits = fields.words("code")
    account_sid = fields.text("account")
    fields.done()
    for account in visit.world.accounts.values():
        one = account.validations.get(number)
        if one is not None and one.ringing and account_sid in (None, account.sid):
            validating = Validating(visit.world, visit.simulator.webhooks, account, one)
            right = validating.type_code(digits)
            return {"account_sid": account.sid, "call_sid": one.call_sid, "verified": right}
    cause = f"No validation call rings on {number}"
    raise BadInputError.of("number", cause, "POST OutgoingCallerIds.json, and let CallDelay pass.", 404)


ROUTES: dict[str, Handler] = {"POST /phones/{number}/validation": type_validation}
