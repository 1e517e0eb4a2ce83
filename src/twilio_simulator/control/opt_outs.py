"""Opt-outs seeded, read and taken back without a text."""

from twilio_simulator.addresses import address, is_dialable
from twilio_simulator.control.fields import Fields
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.world.account import Account
from twilio_simulator.world.opt_outs import OptOut

SCOPE = "Give one of the account's senders (+1…, whatsapp:+1…), or the SID of a Messaging Service (MG…)."


def _pair(account: Account, fields: Fields) -> tuple[str, str]:
    """The scope, and whose phone it is about."""
    handset = fields.words("handset")
    if handset and not is_dialable(address(handset).number):
        fields.wrong("handset", f"is '{handset}', not a phone's address", "Give +1… or whatsapp:+1….")
    scope = fields.words("scope")
    service = account.messaging_services.get(scope)
    owned = [*account.numbers, *account.short_codes, *(f"whatsapp:{one}" for one in account.whatsapp_senders)]
    if scope and service is None and scope not in owned:
        fields.wrong("scope", f"is '{scope}', which the account does not own", SCOPE)
    fields.done()
    return scope, str(address(handset))


def _shown(account: Account) -> Content:
    return {"opt_outs": account.opt_outs.resources()}


def list_opt_outs(visit: Visit) -> Content:
    """Every stop of the account."""
    return _shown(visit.account())


def add(visit: Visit) -> Content:
    """As if the phone had sent STOP: to a sender, or to a whole service."""
    account, fields = visit.account(), visit.fields()
    word = fields.text("keyword") or "STOP"
    scope, handset = _pair(account, fields)
    account.opt_outs.add(OptOut(scope, handset, visit.world.clock.now(), word))
    return _shown(account)


def remove(visit: Visit) -> Content:
    """Take one stop back, or all of them when the body is empty."""
    account = visit.account()
    if not visit.request.body:
        account.opt_outs.clear()
        return _shown(account)
    fields = visit.fields()
    scope, handset = _pair(account, fields)
    account.opt_outs.remove(scope, handset)
    account.opt_outs.unblock(scope, handset)
    return _shown(account)


ROUTES: dict[str, Handler] = {
    "GET /accounts/{sid}/opt-outs": list_opt_outs,
    "POST /accounts/{sid}/opt-outs": add,
    "DELETE /accounts/{sid}/opt-outs": remove,
}
