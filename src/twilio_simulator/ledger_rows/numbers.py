"""Refusals about accounts, numbers and verified callers."""

from twilio_simulator.ledger_rows.rule import Rule

_INFERRED = "error dictionary; the status is inferred"

ROWS = (
    Rule(20403, 403, "{problem}", _INFERRED, "inferred"),
    Rule(21401, 400, "Invalid Phone Number", _INFERRED, "documented"),
    Rule(21402, 400, "Invalid Url: {url}", _INFERRED, "documented"),
    Rule(21403, 400, "Invalid Method: {method}", _INFERRED, "documented"),
    Rule(21421, 400, "PhoneNumber {number} is invalid", _INFERRED, "documented"),
    Rule(21422, 400, "PhoneNumber {number} is not available", _INFERRED, "documented"),
    Rule(21449, 400, "Number already can be used for outgoing calls and messages", _INFERRED, "documented"),
    Rule(21450, 400, "Phone number is already validated on your account", _INFERRED, "documented"),
    Rule(21451, 400, "Invalid area code: {area}", _INFERRED, "documented"),
    Rule(21452, 400, "No phone numbers found in area code {area}", _INFERRED, "documented"),
    Rule(21454, 400, "Invalid CallDelay", _INFERRED, "documented"),
    Rule(21475, 400, "Unable to update Status, invalid Status.", _INFERRED, "documented"),
    Rule(21477, 400, "Unable to update Status for parent accounts", _INFERRED, "documented"),
    Rule(
        21479,
        400,
        "Unable to update Status for subaccount, subaccount has been closed.",
        _INFERRED,
        "documented",
    ),
)
