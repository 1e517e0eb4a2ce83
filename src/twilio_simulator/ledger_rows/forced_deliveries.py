"""Late codes that nothing here brings about by itself: carriers, Meta and registration, told on demand."""

from twilio_simulator.ledger_rows.rule import Rule

_TITLES = {
    30037: "Outbound Messaging Disabled",
    30038: "OTP Message Body Filtered",
    30046: "Message delivery not confirmed",
    30410: "Provider Timeout Error",
}
# The dictionary's sense in few words: its own titles were not at hand.
_SENSES = {
    30010: "Message price exceeds max price",
    30017: "Carrier network congestion",
    30022: "US A2P 10DLC - Rate Limits Exceeded",
    30024: "Numeric Sender ID Not Provisioned on Carrier",
    30027: "US A2P 10DLC - T-Mobile Daily Message Limit Reached",
    30033: "US A2P 10DLC - Campaign Suspended",
    30035: "US A2P 10DLC - Number Still Being Configured",
    30040: "Sender ID pre-registration required",
    30041: "Sender ID restricted or unregistered",
    30042: "Generic alphanumeric Sender ID not allowed",
    63001: "Channel could not authenticate the request",
    63002: "Channel could not find From address",
    63005: "Channel did not accept given content",
    63006: "Could not format given content for the channel",
    63008: "The channel is misconfigured",
    63012: "Channel provider returned an internal service error",
    63014: "Channel message blocked by user action",
    63017: "Rate limit of the account family exceeded",
    63018: "Rate limit exceeded for Channel",
    63020: "The Business Manager invitation was not accepted",
    63029: "The receiver failed to download the template",
    63030: "Unsupported parameter for type of Channels message",
    63032: "This user cannot be sent this message because of a WhatsApp limitation",
    63033: "The recipient opted out or blocked the sender",
    63049: "Meta chose not to deliver this WhatsApp marketing message",
    63050: "The user opted out of marketing messages",
    63051: "The WhatsApp sender or account is locked",
    63054: "The template is unavailable",
    63058: "The business is restricted in this country",
}
ROWS = (
    *(Rule(code, None, text, f"errors/{code}", "documented", forced=True) for code, text in _TITLES.items()),
    *(Rule(code, None, text, f"errors/{code}", "inferred", forced=True) for code, text in _SENSES.items()),
)
