"""Late codes of limits, registration and files, which keep a message from going out."""

from twilio_simulator.ledger_rows.rule import Rule

ROWS = (
    Rule(
        30011,
        None,
        "MMS not supported by the receiving phone number in this region",
        "errors/30011; here for numbers of the simulator without MMS",
        "documented",
    ),
    Rule(30019, None, "Content size exceeds carrier limit", "errors/30019", "documented"),
    Rule(30023, None, "US A2P 10DLC - Daily Message Cap Reached", "errors/30023", "documented"),
    Rule(30032, None, "Toll-Free Number Has Not Been Verified", "errors/30032", "documented"),
    Rule(63019, None, "Media failed to download", "errors/63019", "documented"),
    Rule(63021, None, "Channel invalid content error", "errors/63021", "documented"),
    Rule(63034, None, "Media exceeds size limit", "errors/63034", "documented"),
    # --- beside 21614 and 10002
    Rule(21635, 400, "'To' number cannot be a landline", "error dictionary of 2026", "documented"),
    Rule(21404, 400, "Inbound Phone number not available to trial account", "errors/21404", "documented"),
)
