"""Was this webhook signed by Twilio? (Twilio docs, usage/security)."""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qs

PARTS = re.compile(
    r"(?P<scheme>https?)://(?:[^/?#]*@)?(?P<host>\[[^]/?#]*\]|[^:/?#]*)(?::(?P<port>\d*))?(?P<rest>[^#]*)"
)
"""Scheme, user info (dropped), host (IPv6 in brackets), port, path and query byte for byte; no fragment."""

PORTS = {"http": "80", "https": "443"}


def sign(token: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """The signature of a form POST: base64 of HMAC-SHA1 over the URL and each name with its value.

    Names are in byte order; of a repeated name the unique values count, sorted. Blank values count. For a GET
    and for a JSON body the parameters are empty, as their data is in the URL.
    """
    message = url + "".join(f"{name}{value}" for name, value in sorted(set(parameters)))
    # A lone surrogate is no text, but whatever arrives must be answered with "no", not with a traceback.
    data = message.encode("utf-8", "surrogatepass")
    return b64encode(hmac.new(token.encode(), data, hashlib.sha1).digest()).decode()


def valid(signature: str, url: str, parameters: Iterable[tuple[str, str]], tokens: Sequence[str]) -> bool:
    """Whether one of the tokens signed it.

    SMS webhooks over https keep an explicit port, voice webhooks drop it, so either form of the URL counts.
    Every form and token is tried in constant time, whichever matches.
    """
    pairs, given, found = list(parameters), signature.encode("utf-8", "surrogatepass"), False
    for token in tokens:
        for form in _forms(url):
            found |= hmac.compare_digest(sign(token, form, pairs).encode(), given)
    return found


def valid_json(signature: str, url: str, body: bytes, tokens: Sequence[str]) -> bool:
    """The same for a JSON body: its hash stands in the query as `bodySHA256`, and the URL alone is signed."""
    claimed = parse_qs(url.partition("#")[0].partition("?")[2]).get("bodySHA256", [""])[-1]
    intact = hmac.compare_digest(
        hashlib.sha256(body).hexdigest().encode(), claimed.encode("utf-8", "replace")
    )
    return valid(signature, url, (), tokens) and intact


def _forms(url: str) -> list[str]:
    """The URL without a port, with the one given, and with the scheme's own if none is given."""
    parts = PARTS.fullmatch(url.partition("#")[0])
    if parts is None:
        return [url]
    scheme, host, rest = parts["scheme"], parts["host"], parts["rest"]
    port = parts["port"] or PORTS[scheme]
    return [f"{scheme}://{host}{rest}", f"{scheme}://{host}:{port}{rest}"]
