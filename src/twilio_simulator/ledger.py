"""What Twilio answers when it says no, and the codes that show up later: one row per rule.

`confidence`: *captured* texts were seen on the wire; *documented* ones stand in Twilio's pages or error
dictionary; *inferred* ones fit their neighbours but were not seen. Further rows stand in `ledger_rows`, one
module per part of Twilio.
"""

from twilio_simulator.ledger_rows import rows
from twilio_simulator.ledger_rows.rule import Rule

MORE_INFO = "https://www.twilio.com/docs/errors/"


_ROWS: tuple[Rule, ...] = (
    # --- general
    Rule(20001, 400, "{problem}", "errors/20001; strict mode only: Twilio ignores them", "inferred"),
    Rule(20003, 401, "{problem}", "errors/20003", "captured"),
    Rule(20004, 405, "Method not allowed", "error dictionary", "documented"),
    Rule(20005, 401, "Account not active", "error dictionary; the status is inferred", "inferred"),
    Rule(20009, 409, "Cannot delete this resource before it is complete", "error dictionary", "inferred"),
    Rule(20007, 400, "Page size too large", "error dictionary; the status is inferred", "inferred"),
    Rule(20404, 404, "The requested resource {path} was not found", "errors/20404", "captured"),
    Rule(20422, 400, "{problem}", "error dictionary; the status is inferred", "inferred"),
    Rule(20429, 429, "Too Many Requests", "errors/20429", "documented"),
    Rule(20500, 500, "An internal server error has occurred", "errors/20500", "documented"),
    Rule(20502, 502, "Bad gateway", "no such page; an edge in front of the API answers it", "inferred"),
    Rule(20503, 503, "Service unavailable", "errors/20503", "documented"),
    # --- creating a message
    Rule(21211, 400, "The 'To' number {to} is not a valid phone number.", "errors/21211", "captured"),
    Rule(
        21212,
        400,
        "The 'From' number {sender} is not a valid phone number, shortcode, or alphanumeric sender ID.",
        "errors/21212",
        "documented",
    ),
    Rule(21266, 400, "'To' and 'From' number cannot be the same", "field reports", "captured"),
    Rule(
        21408,
        400,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}",
        "field reports",
        "captured",
    ),
    Rule(21602, 400, "Message body is required.", "errors/21602", "documented"),
    Rule(21603, 400, "A 'From' phone number is required.", "errors/21603", "captured"),
    Rule(21604, 400, "A 'To' phone number is required.", "errors/21604", "documented"),
    Rule(
        21606,
        400,
        "The 'From' phone number provided ({sender}) is not a valid message-capable Twilio phone number "
        "for this destination",
        "errors/21606",
        "captured",
    ),
    Rule(21609, 400, "The 'StatusCallback' URL {url} is not a valid URL.", "errors/21609", "documented"),
    Rule(
        21611,
        400,
        "This 'From' number has exceeded the maximum number of queued messages",
        "errors/21611",
        "documented",
    ),
    Rule(21614, 400, "'To' number is not a valid mobile number", "errors/21614", "documented"),
    Rule(
        21617,
        400,
        "The concatenated message body exceeds the 1600 character limit",
        "errors/21617",
        "captured",
    ),
    Rule(
        21619,
        400,
        "A Message Body, Media URL or Content SID is required",
        "error dictionary, newer twin of 21602",
        "documented",
    ),
    Rule(21620, 400, "Invalid media URL(s)", "errors/21620", "documented"),
    Rule(21621, 400, "The 'From' number has not been enabled for MMS", "errors/21621", "documented"),
    Rule(21623, 400, "Number of media files exceeds allowed limit", "errors/21623", "documented"),
    Rule(21624, 400, "Invalid validity period value", "errors/21624", "documented"),
    Rule(21654, 400, "ContentSid Required", "errors/21654", "documented"),
    Rule(21655, 400, "The ContentSid is Invalid", "errors/21655", "documented"),
    Rule(21656, 400, "The ContentVariables Parameter is invalid", "errors/21656", "documented"),
    Rule(21657, 400, "The Sender ID is invalid", "errors/21657", "documented"),
    Rule(
        21658,
        400,
        "Parameter exceeded character limit",
        "errors/21658, the newer twin of 21617",
        "documented",
    ),
    Rule(
        21659,
        400,
        "'From' {sender} is not a Twilio phone number or Short Code country mismatch",
        "field reports",
        "captured",
    ),
    Rule(
        21660,
        400,
        "Mismatch between the 'From' number {sender} and the account",
        "errors/21660",
        "documented",
    ),
    Rule(21661, 400, "'From' number {sender} is not SMS-capable", "errors/21661", "documented"),
    Rule(21701, 404, "The Messaging Service does not exist", "errors/21701", "documented"),
    Rule(
        21703,
        400,
        "The Messaging Service does not have a phone number available to send a message",
        "errors/21703",
        "documented",
    ),
    Rule(21704, 400, "The Messaging Service contains no phone numbers", "errors/21704", "documented"),
    Rule(21705, 400, "The Messaging Service Sid {service} is invalid", "errors/21705", "documented"),
    Rule(
        21910,
        400,
        "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel",
        "errors/21910",
        "captured",
    ),
    Rule(
        63007,
        400,
        "Twilio could not find a Channel with the specified From address",
        "errors/63007",
        "captured",
    ),
    Rule(63031, 400, "Channels message cannot have same From and To", "errors/63031", "documented"),
    Rule(
        572006,
        400,
        "Invalid template name. Trial accounts can only use predefined SMS templates.",
        "field reports of 2026",
        "captured",
    ),
    # --- late codes: the create succeeded, the outcome carries them
    Rule(30001, None, "Queue overflow", "errors/30001", "documented"),
    Rule(30002, None, "Account suspended", "errors/30002", "documented"),
    Rule(30003, None, "Unreachable destination handset", "errors/30003", "documented"),
    Rule(30004, None, "Message blocked", "errors/30004", "documented"),
    Rule(30005, None, "Unknown destination handset", "errors/30005", "documented"),
    Rule(30006, None, "Landline or unreachable carrier", "errors/30006", "documented"),
    Rule(30007, None, "Message filtered", "errors/30007", "documented"),
    Rule(30008, None, "Unknown error", "errors/30008", "documented", forced=True),
    Rule(30034, None, "US A2P 10DLC - Message from an Unregistered Number", "errors/30034", "documented"),
    Rule(30036, None, "Validity Period Expired", "errors/30036", "documented"),
    Rule(63003, None, "Channel could not find To address", "errors/63003", "documented"),
    Rule(
        63015,
        None,
        "Channel Sandbox can only send messages to phone numbers that have joined the Sandbox",
        "errors/63015",
        "documented",
    ),
    Rule(
        63016,
        None,
        "Failed to send freeform message because you are outside the allowed window. "
        "If you are using WhatsApp, please use a Message Template.",
        "errors/63016",
        "documented",
    ),
    Rule(63024, None, "Invalid message recipient", "errors/63024", "documented"),
)

LEDGER: dict[int, Rule] = {rule.code: rule for rule in (*_ROWS, *rows())}
TRIAL_GATE = "This feature is not available on a Trial account. Please upgrade your account to gain access."


class RefusalError(Exception):
    """Twilio says no: HTTP status, code and text as the ledger has them."""

    def __init__(self, code: int, **details: str) -> None:
        rule = LEDGER[code]
        super().__init__(rule.text.format(**details))
        self.code = code
        self.status = rule.status or 400
        self.headers = ""
        """Header lines that go with it, each ended by CR LF."""

    def body(self) -> dict[str, object]:
        """The JSON that Twilio would send."""
        return {
            "code": self.code,
            "message": str(self),
            "more_info": f"{MORE_INFO}{self.code}",
            "status": self.status,
        }


def late_text(code: int) -> str:
    """The `error_message` of a late code; codes without a row read like Twilio's catch-all."""
    rule = LEDGER.get(code)
    return rule.text if rule is not None else LEDGER[30008].text
