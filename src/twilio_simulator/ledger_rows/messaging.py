"""Scheduling, sender pools, opt-outs, trials and test credentials: refusals, and codes that come late."""

from twilio_simulator.ledger_rows.rule import Rule

INFERRED = "the status is inferred"

ROWS = (
    # --- scheduling
    Rule(30409, 400, "This message cannot be canceled", f"error dictionary; {INFERRED}", "documented"),
    Rule(35111, 400, "SendAt timestamp is missing", "errors/35111", "documented"),
    Rule(35114, 400, "Scheduling does not support this timestamp", "errors/35114", "documented"),
    Rule(35118, 400, "MessagingServiceSid is required to schedule a message", "errors/35118", "documented"),
    Rule(
        35125,
        400,
        "Maximum limit reached in the account for scheduling messages",
        "errors/35125",
        "documented",
    ),
    Rule(
        35126,
        400,
        "The ScheduleType value provided is not supported for this channel",
        "errors/35126",
        "documented",
    ),
    # --- sender pools
    Rule(
        21710,
        409,
        "Phone Number or Short Code is already in the Messaging Service.",
        f"errors/21710; {INFERRED}",
        "inferred",
    ),
    Rule(
        21711,
        400,
        "Sender {sender} is not associated with the specified Messaging Service",
        f"errors/21711; {INFERRED}",
        "documented",
    ),
    Rule(
        21712,
        409,
        "Phone Number or Short Code is associated with another Messaging Service.",
        f"errors/21712; {INFERRED}",
        "inferred",
    ),
    Rule(21713, 400, "Messaging Service Use Case is Invalid", f"errors/21713; {INFERRED}", "documented"),
    Rule(
        21714,
        400,
        "Messaging Service Number Pool size limit reached",
        f"errors/21714; {INFERRED}",
        "documented",
    ),
    # --- FallbackFrom, for RCS; no service has an RCS sender here
    Rule(21664, 400, "'FallbackFrom' cannot be used with a 'From' sender", "errors/21664", "documented"),
    Rule(21665, 400, "Invalid 'FallbackFrom' sender", "errors/21665", "documented"),
    Rule(21666, 400, "'FallbackFrom' requires MessagingServiceSid", "errors/21666", "documented"),
    Rule(
        21667,
        400,
        "'FallbackFrom' requires the Messaging Service to have an RCS Sender",
        "errors/21667",
        "documented",
    ),
    # --- opt-outs; also late, for scheduled messages and those of a service
    Rule(21610, 400, "Attempt to send to unsubscribed recipient", "field reports", "captured"),
    # --- trials
    Rule(
        10002,
        400,
        "Trial accounts do not support the feature you tried to use",
        f"errors/10002; {INFERRED}",
        "documented",
    ),
    Rule(
        21219,
        400,
        "The number {to} is unverified. Trial accounts may only make calls to verified numbers.",
        "errors/21219; field reports",
        "captured",
    ),
    Rule(
        21267,
        400,
        "Alphanumeric Sender ID cannot be used as the 'From' number on trial accounts",
        "field reports",
        "captured",
    ),
    Rule(
        21608,
        400,
        "The number {to} is unverified. Trial accounts cannot send messages to unverified numbers; verify "
        "{to} at twilio.com/user/account/phone-numbers/verified, or purchase a Twilio number to send "
        "messages to unverified numbers",
        "a response recorded in 2023",
        "captured",
    ),
    Rule(30044, None, "Trial Message Length Exceeded", "error dictionary of 2026", "documented"),
    Rule(63038, None, "Account exceeded the daily messages limit", "errors/63038", "documented"),
    # --- test credentials
    Rule(
        20008,
        403,
        "Resource not accessible with Test Account Credentials",
        "Twilio docs, iam/test-credentials; the wording is inferred",
        "documented",
    ),
    Rule(
        21612,
        400,
        "The 'To' phone number: {to}, is not currently reachable using the 'From' phone number: {sender} "
        "via SMS",
        "errors/21612; the wording is inferred",
        "documented",
    ),
    # --- an update or feedback that makes no sense
    Rule(
        20409,
        409,
        "{problem}",
        "error dictionary",
        "inferred",
    ),
)
