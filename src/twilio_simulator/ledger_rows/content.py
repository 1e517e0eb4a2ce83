"""Content templates: refusals of the Content API, and what a template's approval makes of a message."""

from twilio_simulator.ledger_rows.rule import Rule

DICTIONARY = "error dictionary; the status is inferred"

ROWS = (
    Rule(92001, 400, "'Types' Parameter Required", DICTIONARY, "documented"),
    Rule(92002, 400, "The 'variables' parameter exceeds the allowed limit", DICTIONARY, "documented"),
    Rule(92003, 400, "'language' Parameter Required", DICTIONARY, "documented"),
    Rule(92004, 400, "Invalid language code", DICTIONARY, "documented"),
    Rule(92005, 400, "ContentSid Required", DICTIONARY, "documented", forced=True),
    Rule(92006, 400, "The Content Sid is Invalid", DICTIONARY, "documented", forced=True),
    Rule(92007, 400, "The Content Variables Parameter is invalid", DICTIONARY, "documented"),
    Rule(92008, 400, "Unsupported Content Type", DICTIONARY, "documented"),
    Rule(
        63013,
        None,
        "This message send failed because it violates Channel provider's policy",
        "errors/63013; also more than four consecutive spaces in a variable",
        "documented",
    ),
    Rule(63027, None, "Template does not exist for a language and locale", "errors/63027", "documented"),
    Rule(
        63028,
        None,
        "Number of parameters provided does not match the expected number of parameters",
        "errors/63028",
        "documented",
    ),
    Rule(63040, None, "Template Rejected", "errors/63040", "documented"),
    Rule(63041, None, "Template paused", "errors/63041", "documented"),
    Rule(63042, None, "Template disabled", "errors/63042", "documented"),
    Rule(
        63053,
        None,
        "Template sync can take up to 10 minutes. Wait, then retry sending your message.",
        "errors/63053",
        "documented",
    ),
)
