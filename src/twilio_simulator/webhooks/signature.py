"""How Twilio signs what it sends (Twilio docs, usage/security)."""

from base64 import b64encode
from hashlib import sha1
from hmac import HMAC

Parameters = list[tuple[str, str]]


def signature(token: str, url: str, parameters: Parameters) -> str:
    """HMAC-SHA1 over the URL and the form's names and values, names sorted, repeats without duplicates."""
    values: dict[str, set[str]] = {}
    for name, value in parameters:
        values.setdefault(name, set()).add(value)
    text = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    return b64encode(HMAC(token.encode(), text.encode(), sha1).digest()).decode()
