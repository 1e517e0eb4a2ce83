"""The parameters of status callbacks, in the order in which Twilio sends them."""

from datetime import UTC, datetime

from twilio_simulator.addresses import address
from twilio_simulator.webhooks.signature import Parameters
from twilio_simulator.world.message import Message

API_VERSION = ("ApiVersion", "2010-04-01")


def status_parameters(message: Message) -> Parameters:
    """A status callback, in the body order of captured requests (notification-api issues 1095 and 1376)."""
    fields: Parameters = []
    whatsapp = message.to.startswith("whatsapp:")
    if not whatsapp and message.status in ("delivered", "undelivered"):
        done = datetime.fromtimestamp(message.updated / 1000, UTC)
        fields.append(("RawDlrDoneDate", done.strftime("%y%m%d%H%M")))
    if message.error_code is not None:
        fields.append(("ErrorCode", str(message.error_code)))
        if whatsapp:
            fields.append(("ChannelStatusMessage", message.error_message or ""))
    if whatsapp:
        fields += [("ChannelPrefix", "whatsapp"), ("ChannelToAddress", address(message.to).number)]
        fields += [("StructuredMessage", "false")]
        if message.status == "read":
            fields.append(("EventType", "READ"))
    fields += [
        ("SmsSid", message.sid),
        ("SmsStatus", message.status),
        ("MessageStatus", message.status),
        ("To", message.to),
    ]
    if message.service_sid is not None:
        fields.append(("MessagingServiceSid", message.service_sid))
    fields += [("MessageSid", message.sid), ("AccountSid", message.account_sid)]
    return [*fields, ("From", message.sender or ""), API_VERSION]
