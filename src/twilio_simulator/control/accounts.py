"""Accounts, as tests make and change them."""

from typing import cast

from twilio_simulator.addresses import SANDBOX
from twilio_simulator.clock import precise
from twilio_simulator.control.account_plans import (
    account_plan,
    micros,
    phone,
    phones,
    settings,
    url,
)
from twilio_simulator.control.fields import BadInputError, Fields
from twilio_simulator.control.verified_callers import check_verified
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.life.leaving import leave, make_room
from twilio_simulator.sid_patterns import is_token, looks_real
from twilio_simulator.world.account import Account, AccountStatus, Settings, Type
from twilio_simulator.world.making import listen, make_account, simulated, verify_caller
from twilio_simulator.world.provided_templates import PROVIDED
from twilio_simulator.world.trial_schemes import SCHEMES


def shown(account: Account) -> Content:
    """Everything a client needs to use the account; the singular fields are the first of each."""
    numbers = [
        {"sid": one.sid, "phone_number": one.number, "capabilities": sorted(one.capabilities)}
        for one in account.numbers.values()
    ]
    senders = [
        {"sid": one.sid, "address": f"whatsapp:{one.number}"} for one in account.whatsapp_senders.values()
    ]
    return {
        "account_sid": account.sid,
        "auth_token": account.auth_token,
        "secondary_auth_token": account.secondary_token,
        "friendly_name": account.friendly_name,
        "type": account.type,
        "ruleset": account.ruleset,
        "ruleset_since": SCHEMES[account.ruleset].since,
        "status": account.status,
        "balance": f"{account.balance_micros / 1_000_000:.5f}",
        "number": numbers[0]["phone_number"] if numbers else None,
        "whatsapp_sender": senders[0]["address"] if senders else None,
        "verify_service": next(iter(account.verify_services), None),
        "messaging_service": next(iter(account.messaging_services), None),
        "numbers": numbers,
        "whatsapp_senders": senders,
        "verify_services": [
            {"sid": one.sid, "friendly_name": one.friendly_name, "ttl_seconds": one.ttl_ms // 1000}
            for one in account.verify_services.values()
        ],
        "messaging_services": [
            {"sid": one.sid, "friendly_name": one.friendly_name, "senders": one.pool}
            for one in account.messaging_services.values()
        ],
        "short_codes": [
            {"sid": one.sid, "short_code": one.short_code} for one in account.short_codes.values()
        ],
        "templates": [
            {"sid": one.sid, "friendly_name": one.friendly_name, "status": one.approval.status}
            for one in account.templates.values()
        ],
        "api_keys": [{"sid": sid, "secret": secret} for sid, secret in account.api_keys.items()],
        "test_credentials": _test_credentials(account),
        "sandbox": sandbox_shown(account),
        **_settings(account.settings),
    }


def _settings(settings: Settings) -> Content:
    """As PATCH takes them."""
    return {
        "progress": settings.progress,
        "fetches_per_step": settings.fetches_per_step,
        "speed": settings.speed,
        "strict": settings.strict,
        "concurrency_limit": settings.concurrency_limit,
        "geo_permissions": {"blocked": sorted(settings.blocked_countries)},
        "email_integration": settings.email_integration,
        "full_queues": sorted(settings.full_queues),
        "most_scheduled": settings.most_scheduled,
        "segments_per_second": settings.segments_per_second,
        "daily_messages": settings.daily_messages,
        "us_registered": settings.us_registered,
    }


def _test_credentials(account: Account) -> Content | None:
    twin = account.test_twin
    return None if twin is None else {"account_sid": twin.sid, "auth_token": twin.auth_token}


def sandbox_shown(account: Account) -> Content:
    """The account's share in the sandbox."""
    sandbox = account.sandbox
    return {
        "number": f"whatsapp:{SANDBOX}",
        "join_word": sandbox.join_word,
        "sms_url": sandbox.sms_url,
        "participants": {number: precise(until) for number, until in sandbox.members.items()},
        "templates": [{"sid": one.sid, "body": one.text} for one in PROVIDED.values()],
    }


def create(visit: Visit) -> Content:
    """Make an account with numbers and services in one call."""
    fields = visit.fields()
    _check_token(visit, fields)
    plan = account_plan(fields, visit.world)
    make_room(visit.world, visit.simulator.webhooks)
    account = make_account(visit.world, plan)
    return {"url": visit.request.address, **shown(account)}


def _check_token(visit: Visit, fields: Fields) -> None:
    """Nobody's own credentials belong in here by mistake."""
    token, sid = fields.text("auth_token"), fields.text("sid")
    if token and is_token(token) and not visit.simulator.accept_any_token and looks_real(token, sid):
        remedy = "Leave it out for a made-up one, or start the simulator with --accept-any-token."
        fields.wrong("auth_token", "looks like a real one", remedy)


def list_accounts(visit: Visit) -> Content:
    """All accounts."""
    return {"accounts": [shown(account) for account in visit.world.accounts.values()]}


def fetch(visit: Visit) -> Content:
    """One account."""
    return shown(visit.account())


def change(visit: Visit) -> Content:
    """Set what is given; `rotate_token` makes a new primary token, `promote` the secondary the primary."""
    account, fields = visit.account(), visit.fields()
    status = fields.choice("status", ("active", "suspended", "closed"), account.status)
    kind = fields.choice("type", ("Full", "Trial"), account.type)
    ruleset = fields.choice("ruleset", ("2026", "classic"), account.ruleset)
    balance = micros(fields, account.balance_micros)
    inbound = url(fields, "inbound_url") or ""
    chosen = settings(fields, account.settings)
    tokens = fields.text("tokens")
    if tokens is not None and tokens not in ROTATIONS:
        fields.wrong("tokens", f"is '{tokens}'", f"Choose one of {', '.join(ROTATIONS)}.")
    if tokens == "promote" and account.secondary_token is None:
        fields.wrong("tokens", "names a secondary token, and there is none", 'Send "create_secondary" first.')
    fields.done()
    account.status, account.type, account.ruleset = cast("AccountStatus", status), cast("Type", kind), ruleset
    account.balance_micros, account.settings, account.updated = balance, chosen, visit.world.clock.now()
    if fields.has("inbound_url"):
        listen(account, inbound)
    _turn_tokens(visit, account, tokens)
    return shown(account)


def remove(visit: Visit) -> Content:
    """Take the account and its subaccounts out of the world; their numbers are free again."""
    account, world = visit.account(), visit.world
    visit.fields().done()
    if account is visit.simulator.account:
        raise BadInputError.of("sid", "The account of the start stays", "POST /_sim/reset empties it.", 409)
    gone = len(world.accounts)
    leave(world, visit.simulator.webhooks, account)
    return {"removed": gone - len(world.accounts)}


ROTATIONS = ("rotate", "create_secondary", "promote", "delete_secondary")


def _turn_tokens(visit: Visit, account: Account, wish: str | None) -> None:
    if wish == "rotate":
        account.auth_token = simulated(visit.world, "")
    elif wish == "create_secondary":
        account.secondary_token = simulated(visit.world, "")
    elif wish == "promote" and account.secondary_token is not None:
        account.auth_token, account.secondary_token = account.secondary_token, None
    elif wish == "delete_secondary":
        account.secondary_token = None
    visit.world.register(account)


def add_verified_callers(visit: Visit) -> Content:
    """Make numbers verified ones."""
    account, fields = visit.account(), visit.fields()
    numbers = phones(fields, "numbers")
    one = phone(fields, "number")
    wanted = [*numbers, *([one] if one else [])]
    if account.type == "Trial":
        check_verified(fields, visit.world, account.ruleset, wanted, len(account.caller_ids))
    fields.done()
    for number in wanted:
        verify_caller(visit.world, account, number)
    return {"verified_callers": [caller.resource() for caller in account.caller_ids.values()]}


def join_sandbox(visit: Visit) -> Content:
    """Let handsets join or leave without a text, and set the sandbox's inbound URL."""
    account, fields = visit.account(), visit.fields()
    joining, leaving = phones(fields, "join"), phones(fields, "leave")
    inbound = url(fields, "sms_url") if fields.has("sms_url") else account.sandbox.sms_url
    opens = fields.flag("open_window", default=True)
    fields.done()
    now = visit.world.clock.now()
    account.sandbox.sms_url = inbound
    for number in joining:
        account.join_sandbox(number, now)
        if opens:
            account.open_window(SANDBOX, number, now)
    for number in leaving:
        account.sandbox.members.pop(number, None)
    return sandbox_shown(account)


ROUTES: dict[str, Handler] = {
    "POST /accounts": create,
    "GET /accounts": list_accounts,
    "GET /accounts/{sid}": fetch,
    "PATCH /accounts/{sid}": change,
    "DELETE /accounts/{sid}": remove,
    "POST /accounts/{sid}/verified-callers": add_verified_callers,
    "POST /accounts/{sid}/sandbox": join_sandbox,
}
