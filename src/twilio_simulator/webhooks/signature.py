"""How Twilio signs what it sends (Twilio docs, usage/security)."""

from base64 import b64encode
from hashlib import sha1, sha256
from hmac import HMAC
from typing import Literal

Parameters = list[tuple[str, str]]
Algorithm = Literal["HMAC_SHA1", "HMAC_SHA256"]
_HASHES = {"HMAC_SHA1": sha1, "HMAC_SHA256": sha256}


def signed_text(url: str, parameters: Parameters) -> str:
    """The URL and the form's names and values, names sorted, repeats without duplicates."""
    values: dict[str, set[str]] = {}
    for name, value in parameters:
        values.setdefault(name, set()).add(value)
    return url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))


def signature(token: str, url: str, parameters: Parameters, algorithm: Algorithm = "HMAC_SHA1") -> str:
    """The HMAC over the signed text; SHA-256 is for accounts with a webhook signing key."""
    text = signed_text(url, parameters)
    return b64encode(HMAC(token.encode(), text.encode(), _HASHES[algorithm]).digest()).decode()
