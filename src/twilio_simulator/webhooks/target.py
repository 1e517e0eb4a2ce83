"""A webhook's URL taken apart: where to connect, what to sign, and what its fragment overrides.

The overrides are those of Twilio docs, usage/webhooks/webhooks-connection-overrides.
"""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit, urlunsplit

DEFAULTS = {"ct": 5000, "rt": 15000, "tt": 15000, "rc": 1}
RANGES = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}
POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Target:
    """Times in milliseconds, as Twilio's connection overrides give them."""

    signed_url: str
    """Without fragment and user info; an explicit port stays, but for calls over https."""
    host: str
    port: int
    secure: bool
    resource: str
    credentials: str | None
    connect_ms: int
    read_ms: int
    total_ms: int
    retries: int
    policy: frozenset[str]
    bad_policy: bool
    """The fragment asks for a retry policy that does not exist (11243)."""


def is_webhook_url(url: str) -> bool:
    """Http or https, a host without underscore, at most 4,000 characters (errors/21609)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and bool(host) and "_" not in host and len(url) <= LONGEST


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine's own."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def target(url: str, *, voice: bool = False) -> Target:
    """Take a webhook URL apart; `voice` signs https without the port, as calls do."""
    parts = urlsplit(url)
    wishes = _overrides(parts.fragment)
    secure = parts.scheme == "https"
    netloc = parts.netloc.rpartition("@")[2]
    user = parts.netloc.rpartition("@")[0]
    signed = netloc.rpartition(":")[0] if voice and secure and parts.port is not None else netloc
    return Target(
        signed_url=urlunsplit((parts.scheme, signed, parts.path, parts.query, "")),
        host=parts.hostname or "",
        port=parts.port or (443 if secure else 80),
        secure=secure,
        resource=urlunsplit(("", "", parts.path or "/", parts.query, "")),
        credentials=unquote(user) if user else None,
        connect_ms=wishes["ct"],
        read_ms=wishes["rt"],
        total_ms=wishes["tt"],
        retries=wishes["rc"],
        policy=_policy(parts.fragment),
        bad_policy=not _asked(parts.fragment) <= POLICIES,
    )


def _overrides(fragment: str) -> dict[str, int]:
    wishes = dict(DEFAULTS)
    for pair in fragment.split("&"):
        name, _, value = pair.partition("=")
        if name in RANGES and value.isdecimal():
            low, high = RANGES[name]
            wishes[name] = min(high, max(low, int(value)))
    return wishes


def _asked(fragment: str) -> frozenset[str]:
    for pair in fragment.split("&"):
        name, _, value = pair.partition("=")
        if name == "rp":
            return frozenset(unquote(value).split(","))
    return frozenset()


def _policy(fragment: str) -> frozenset[str]:
    return _asked(fragment) & POLICIES or frozenset({"ct"})
