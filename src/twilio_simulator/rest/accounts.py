"""Accounts and their balance."""

from twilio_simulator.exchange import Reply
from twilio_simulator.rest.call import Call, Handler, json_reply


def fetch_account(call: Call) -> Reply:
    """The account itself; a standard API key was refused before it came here."""
    return json_reply(200, call.account.resource())


def fetch_balance(call: Call) -> Reply:
    """The balance, as a string."""
    dollars = call.account.balance_micros / 1_000_000
    return json_reply(200, {"account_sid": call.account.sid, "balance": f"{dollars:.5g}", "currency": "USD"})


HANDLERS: dict[str, Handler] = {"api.FetchAccount": fetch_account, "api.FetchBalance": fetch_balance}
