"""What the messages share: text, media, whom they go between over WhatsApp, and their names."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from ringback.numbers import WhatsappAddress, WhatsappSender, is_messaging_service
from ringback.sids import MessageSid

LONGEST_BODY = 1600
"""Characters of a message before it is cut into segments (Twilio docs, errors/21617)."""

MOST_MEDIA = 10
"""Files of one message (Twilio docs, errors/21623)."""


def _readable(text: str) -> str:
    if len(text) > LONGEST_BODY:
        over = len(text) - LONGEST_BODY
        raise _refusal(f"The text has {len(text)} characters, {over} more than Twilio takes. Shorten it.")
    return text


def _fetchable(url: str) -> str:
    """The URL as it was given, byte for byte: a signed URL would not survive any tidying."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if not sound or not url.isprintable() or " " in url:
        raise _refusal("Give a full URL that anyone can open, like https://example.org/picture.png.")
    return url


def _refusal(text: str) -> PydanticCustomError:
    return PydanticCustomError("content", "{text}", {"text": text})


Body = Annotated[
    str, AfterValidator(_readable), WithJsonSchema({"type": "string", "maxLength": LONGEST_BODY})
]
"""The text of a message, up to 1600 characters."""

MediaUrl = Annotated[str, AfterValidator(_fetchable), WithJsonSchema({"type": "string", "format": "uri"})]
"""Where Twilio fetches a file from; never fetched by us."""

WhatsappTo = Annotated[
    WhatsappAddress,
    Field(description="Who receives it; whatsapp: is added for you.", examples=["whatsapp:+15005550006"]),
]
WhatsappFrom = Annotated[
    WhatsappSender,
    Field(
        description="Who it comes from: a WhatsApp sender or Messaging Service of the account.",
        examples=["whatsapp:+14155238886"],
        json_schema_extra={"default_from": "account"},
    ),
]
SentMessage = Annotated[
    MessageSid,
    Field(description="The message, as it was named when sent.", examples=["SM" + "0" * 32]),
]


def origin(sender: str) -> dict[str, Any]:
    """Twilio's parameter for a sender: a Messaging Service picks the number itself and has another name."""
    return {"MessagingServiceSid" if is_messaging_service(sender) else "From": sender}
