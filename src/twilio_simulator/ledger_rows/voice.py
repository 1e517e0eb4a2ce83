"""Refusals of calls."""

from twilio_simulator.ledger_rows.rule import Rule

UNSEEN = "; the text is inferred"

ROWS = (
    Rule(21201, 400, "No 'To' number is specified", "errors/21201", "documented"),
    Rule(21205, 400, "Url parameter is required.", "errors/21205", "documented"),
    Rule(21206, 400, "SendDigits is not valid: {value}", f"errors/21206{UNSEEN}", "inferred"),
    Rule(21208, 400, "Timeout is not valid: {value}", f"errors/21208{UNSEEN}", "inferred"),
    Rule(21209, 400, "{name} is not valid: {value}", f"errors/21209{UNSEEN}", "inferred"),
    Rule(
        21210,
        400,
        "The source phone number provided, {sender}, is not yet verified for your account. "
        "You may only make calls from phone numbers that you've verified or purchased from Twilio.",
        "errors/21210; field reports",
        "captured",
    ),
    Rule(21213, 400, "No 'From' number is specified", "errors/21213", "documented"),
    Rule(
        21214,
        400,
        "'To' number cannot be reached: {to}",
        f"errors/21214{UNSEEN}; test credentials and faults only",
        "inferred",
    ),
    Rule(
        21215,
        400,
        "Account not authorized to call {to}. Perhaps you need to enable some international permissions.",
        "errors/21215; field reports",
        "captured",
    ),
    Rule(
        21216,
        400,
        "Account not allowed to call {to}",
        f"errors/21216{UNSEEN}; test credentials and faults only",
        "inferred",
    ),
    Rule(21217, 400, "Phone number does not appear to be valid: {to}", f"errors/21217{UNSEEN}", "inferred"),
    Rule(21218, 400, "Invalid ApplicationSid: {value}", f"errors/21218{UNSEEN}", "inferred"),
    Rule(21220, 400, "Call is not in-progress. Cannot redirect.", "errors/21220", "captured"),
)
