"""Which Host headers are answered, so that a web page cannot reach this server under a name of its own.

A page on the internet can point its own name at 127.0.0.1 (DNS rebinding); the browser then sends that name.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ringback.http.problems import problem
from ringback.settings import Settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ELSEWHERE = (
    "This server does not answer to the name {host!r}. "
    "List it in RINGBACK_ALLOWED_HOSTS, separated by commas, if it is yours."
)


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """The names that this installation answers to, without ports."""
    public = settings.public_url and urlsplit(settings.public_url).hostname
    named = (*LOOPBACK, settings.host, *settings.allowed_hosts, *([public] if public else []))
    return frozenset(host_name(name) for name in named)


def is_loopback_name(name: str) -> bool:
    """Whether a name, or an address, leads to this very machine."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def host_name(header: str) -> str:
    """A Host header, or a setting, as a bare name: no port, no brackets, no dot at its end, lower case."""
    if header.count(":") > 1 and not header.startswith("["):
        return header.lower()
    try:
        return (urlsplit(f"//{header.strip()}").hostname or "").rstrip(".")
    except ValueError:
        return ""


class HostCheck:
    """Refuses requests under a name that is not ours."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._allowed = allowed_hosts(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421."""
        if scope["type"] != "http" or self._ours(scope):
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        await problem(421, ELSEWHERE.format(host=host[:100]))(scope, receive, send)

    def _ours(self, scope: Scope) -> bool:
        names = {host_name(value) for value in Headers(scope=scope).getlist("host")}
        # The very address that was connected to is no name that anybody could point elsewhere.
        server = scope.get("server")
        return bool(names) and names <= (self._allowed | {server[0]} if server else self._allowed)
