"""What goes wrong between Twilio and the customer's server: alerts of the debugger."""

from typing import Literal

from twilio_simulator.ledger_rows.rule import Confidence, Rule

READ = "2026-11"


def _alert(
    code: int,
    text: str,
    confidence: Confidence = "documented",
    level: Literal["error", "warning"] = "error",
    *,
    late: bool = False,
) -> Rule:
    return Rule(code, None, text, f"errors/{code}", confidence, READ, alert=True, level=level, late=late)


ROWS = (
    _alert(10001, "Account is not active"),
    _alert(11200, "HTTP retrieval failure", late=True),
    _alert(11751, "Media Message - Media exceeds messaging provider size limit", late=True),
    _alert(11201, "TCP connection timed out"),
    _alert(11202, "TCP connection refused"),
    _alert(11203, "HTTP communications failure: the total time was exceeded"),
    _alert(11205, "HTTP connection failure"),
    _alert(11206, "HTTP protocol violation: the answer is no HTTP"),
    _alert(11210, "HTTP bad host name"),
    _alert(11215, "HTTP too many redirects"),
    _alert(11220, "SSL/TLS handshake error"),
    _alert(11237, "Certificate invalid: no chain of trust to a known authority"),
    _alert(11243, "Invalid retry policy in the URL's fragment"),
    _alert(11750, "TwiML response body too large: 64 kB at most"),
    _alert(11770, "Empty TwiML response body", level="warning"),
    _alert(12100, "Document parse failure"),
    _alert(12101, "Invalid Twilio Markup XML version"),
    _alert(12102, "Invalid document root element: it has to be Response"),
    _alert(12200, "Schema validation warning", level="warning"),
    _alert(12300, "Invalid Content-Type", late=True),
    _alert(14101, "Message: invalid 'to' attribute", "inferred"),
    _alert(14102, "Message: invalid 'from' attribute", "inferred"),
    _alert(14103, "Message: invalid body: between 1 and 1,600 characters, or media", "inferred"),
    _alert(14104, "Message: invalid 'method' attribute", "inferred"),
    _alert(14105, "Message: invalid 'statusCallback' attribute", "inferred"),
    _alert(14106, "Document retrieval limit reached: too many redirects between documents"),
    _alert(14107, "SMS send rate limit exceeded", late=True),
    _alert(14108, "From phone number not SMS capable", level="warning"),
    _alert(14111, "Invalid To phone number for Trial mode", level="warning"),
    _alert(14109, "Reply limit of one inbound message exceeded: 10 messages"),
    _alert(63052, "Legacy WhatsApp Template Used", level="warning"),
    _alert(30039, "Filtered to Prevent Message Loops", "inferred", "warning", late=True),
    _alert(14110, "Invalid verb in the reply to a message", "inferred", "warning"),
)
