"""Accounts and subaccounts, and the balance."""

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.leaving import make_room
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.rest.paging import flat_page
from twilio_simulator.world.account import Account, AccountStatus
from twilio_simulator.world.making import AccountPlan, make_account

STATUSES: tuple[AccountStatus, ...] = ("active", "suspended", "closed")


def fetch_account(call: Call) -> Reply:
    """The account itself or one of its subaccounts; a standard API key was refused before it came here."""
    return json_reply(200, call.account.resource())


def create_account(call: Call) -> Reply:
    """A subaccount with a token of its own and nothing else; a subaccount has none of its own."""
    parent = call.account
    if parent.owner_sid is not None:
        raise RefusalError(20403, problem="Subaccounts may not create subaccounts")
    name = call.said("FriendlyName") or "Simulated subaccount"
    plan = AccountPlan(friendly_name=name, type=parent.type, ruleset=parent.ruleset, balance_micros=0)
    plan.numbers, plan.whatsapp_senders, plan.verify_services = [], [], []
    make_room(call.world, call.webhooks, parent.sid)
    made = make_account(call.world, plan)
    made.owner_sid, made.settings = parent.sid, parent.settings
    call.world.log.note("account.created", parent.sid, made.sid)
    return json_reply(201, made.resource())


def update_account(call: Call) -> Reply:
    """Rename, suspend, wake or close; only the parent decides about a subaccount, and closing is for good."""
    account, status = call.account, call.said("Status")
    if status is not None:
        if status not in STATUSES:
            raise RefusalError(21475)
        if account.owner_sid is None:
            raise RefusalError(21477)
        if account.status == "closed" and status != "closed":
            raise RefusalError(21479)
        account.status = status
        call.world.log.note("account.status", account.sid, account.sid, status=status)
    account.friendly_name, account.updated = call.said("FriendlyName") or account.friendly_name, call.now
    return json_reply(200, account.resource())


def list_accounts(call: Call) -> Reply:
    """The account and its subaccounts, filtered by name and status."""
    name, status = call.request.asked("FriendlyName"), call.request.asked("Status")
    own = call.account.sid
    rows = [
        one
        for one in call.world.accounts.values()
        if own in (one.sid, one.owner_sid)
        and name in (None, "", one.friendly_name)
        and status in (None, "", one.status)
    ]
    return flat_page(call, "accounts", rows, lambda one: one.sid, Account.resource)


def fetch_balance(call: Call) -> Reply:
    """The balance, as a string; a subaccount draws on its parent's."""
    whole, part = divmod(abs(call.world.payer(call.account).balance_micros), 1_000_000)
    sign = "-" if call.world.payer(call.account).balance_micros < 0 else ""
    # Cents at least, and as many digits as there are: "0.05", "99.9921".
    digits = f"{part:06d}".rstrip("0").ljust(2, "0")
    text = f"{sign}{whole}.{digits}"
    return json_reply(200, {"account_sid": call.account.sid, "balance": text, "currency": "USD"})


HANDLERS: dict[str, Handler] = {
    "api.FetchAccount": fetch_account,
    "api.CreateAccount": create_account,
    "api.UpdateAccount": update_account,
    "api.ListAccount": list_accounts,
    "api.FetchBalance": fetch_balance,
}
