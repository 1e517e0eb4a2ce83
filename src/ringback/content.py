"""What a message says: its text, and the URLs of its media."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

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
