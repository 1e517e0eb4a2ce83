"""The parameters of an inbound message (Twilio docs, messaging webhook request; WhatsApp as recorded)."""

from dataclasses import dataclass

import orjson

from twilio_simulator.addresses import address
from twilio_simulator.webhooks.places import place
from twilio_simulator.webhooks.requests import API_VERSION
from twilio_simulator.webhooks.signature import Parameters
from twilio_simulator.world.handset import Handset
from twilio_simulator.world.message import Message


@dataclass(frozen=True, slots=True)
class Rich:
    """What a WhatsApp message may be beside text."""

    button: tuple[str, str, str] | None = None
    """Text, payload and type (REPLY or ACTION) of the button that was tapped."""
    list_reply: tuple[str, str] | None = None
    """Id and title of the row that was picked from a list."""
    location: tuple[str, str, str, str] | None = None
    """Latitude, longitude, address and label."""
    original: tuple[str, str] | None = None
    """Sender and SID of the message that is answered."""
    forwarded: bool = False

    @property
    def message_type(self) -> str | None:
        """Its MessageType, None for text and media."""
        if self.button is not None or self.list_reply is not None:
            return "interactive"
        return None if self.location is None else "location"


PLAIN = Rich()


def inbound_parameters(
    message: Message, handset: Handset, rich: Rich = PLAIN, server: str = ""
) -> Parameters:
    """An inbound message; its media are fetched from the API at `server`."""
    fields: Parameters = [("SmsMessageSid", message.sid), ("NumMedia", str(len(message.media)))]
    if (message.sender or "").startswith("whatsapp:"):
        fields += _whatsapp_fields(message, handset, rich)
    else:
        fields += place(address(message.to).number, "To") + place(handset.number, "From")
    fields += [("SmsSid", message.sid), ("SmsStatus", "received"), ("Body", message.body)]
    for index, media in enumerate(message.media):
        url = f"{server}{message.path}/Media/{media.sid}" if server else media.url
        fields += [(f"MediaUrl{index}", url), (f"MediaContentType{index}", media.content_type)]
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


def _whatsapp_fields(message: Message, handset: Handset, rich: Rich) -> Parameters:
    identity, context = handset.number.removeprefix("+"), _context(handset, rich)
    metadata = orjson.dumps({"type": "whatsapp", "data": {"context": context}}).decode()
    fields: Parameters = [
        ("ProfileName", handset.profile_name),
        ("MessageType", rich.message_type or _media_kind(message)),
        ("WaId", identity),
        *_rich_fields(rich),
    ]
    forwarded = str(rich.forwarded).lower()
    fields += [("Forwarded", forwarded), ("FrequentlyForwarded", "false"), ("ReferralNumMedia", "0")]
    return [*fields, ("ChannelMetadata", metadata)]


def _context(handset: Handset, rich: Rich) -> dict[str, str]:
    context = {"ProfileName": handset.profile_name, "WaId": handset.number.removeprefix("+")}
    if rich.button is not None:
        context |= {"ButtonText": rich.button[0], "Forwarded": "false", "FrequentlyForwarded": "false"}
    return context


def _rich_fields(rich: Rich) -> Parameters:
    fields: Parameters = []
    if rich.button is not None:
        fields += zip(("ButtonText", "ButtonPayload", "ButtonType"), rich.button, strict=True)
    if rich.list_reply is not None:
        fields += zip(("ListId", "ListTitle"), rich.list_reply, strict=True)
    if rich.location is not None:
        named = zip(("Latitude", "Longitude", "Address", "Label"), rich.location, strict=True)
        fields += [(name, value) for name, value in named if value]
    if rich.original is not None:
        names = ("OriginalRepliedMessageSender", "OriginalRepliedMessageSid")
        fields += zip(names, rich.original, strict=True)
    return fields


def _media_kind(message: Message) -> str:
    return message.media[0].content_type.partition("/")[0] if message.media else "text"
