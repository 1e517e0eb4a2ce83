"""The parameters of each kind of webhook, in the order in which Twilio sends them."""

from datetime import UTC, datetime

import orjson

from twilio_simulator.addresses import address
from twilio_simulator.webhooks.signature import Parameters
from twilio_simulator.world.handset import Handset
from twilio_simulator.world.message import Message

API_VERSION = ("ApiVersion", "2010-04-01")
_GEO = tuple(f"{side}{part}" for side in ("From", "To") for part in ("City", "State", "Zip", "Country"))


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


def inbound_parameters(message: Message, handset: Handset, button: dict[str, str] | None) -> Parameters:
    """An inbound message (Twilio docs, messaging webhook request); WhatsApp as recorded in 2026."""
    fields: Parameters = [("SmsMessageSid", message.sid), ("NumMedia", str(len(message.media)))]
    if message.sender is not None and message.sender.startswith("whatsapp:"):
        fields += _whatsapp_fields(message, handset, button)
    else:
        fields += [(name, "US" if name.endswith("Country") else "") for name in _GEO]
    fields += [("SmsSid", message.sid), ("SmsStatus", "received"), ("Body", message.body)]
    for index, media in enumerate(message.media):
        fields += [(f"MediaUrl{index}", media.url), (f"MediaContentType{index}", media.content_type)]
    if message.service_sid is not None:
        fields.append(("MessagingServiceSid", message.service_sid))
    return [
        *fields,
        ("To", message.to),
        ("NumSegments", str(message.num_segments)),
        ("MessageSid", message.sid),
        ("AccountSid", message.account_sid),
        ("From", message.sender or ""),
        API_VERSION,
    ]


def _whatsapp_fields(message: Message, handset: Handset, button: dict[str, str] | None) -> Parameters:
    identity = handset.number.removeprefix("+")
    kind = "interactive" if button else _media_kind(message)
    context = {"ProfileName": handset.profile_name, "WaId": identity}
    metadata = orjson.dumps({"type": "whatsapp", "data": {"context": context}}).decode()
    fields: Parameters = [("ProfileName", handset.profile_name), ("MessageType", kind), ("WaId", identity)]
    if button:
        fields += [("ButtonText", button.get("text", "")), ("ButtonPayload", button.get("payload", ""))]
    return [*fields, ("Forwarded", "false"), ("ReferralNumMedia", "0"), ("ChannelMetadata", metadata)]


def _media_kind(message: Message) -> str:
    return message.media[0].content_type.partition("/")[0] if message.media else "text"
