"""Who may use the controls: this machine, by its own names, and with the token when one is set."""

from hmac import compare_digest
from urllib.parse import unquote, urlsplit

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.exchange import Request
from twilio_simulator.webhooks.target import is_loopback

LIVENESS = "127.0.0.1"
FORBIDDEN, UNAUTHORIZED = 403, 401
COOKIE = "sim_control"
"""Where a browser keeps the token: no script can read it, no other site can make it be sent."""


class Guard:
    """Looks at each request before anything is done."""

    def __init__(self, allowed_hosts: frozenset[str], token: str | None) -> None:
        self._allowed = allowed_hosts
        self._token = token

    def check(self, request: Request) -> None:
        """Host, origin and token.

        Raises:
            BadInputError: the request is not let in.
        """
        self.check_host(request)
        self._check_token(request)

    def check_host(self, request: Request) -> None:
        """Nothing comes in by a name that a web page points at this machine, nor from such a page."""
        host = request.host.strip("[]")
        if not self._is_ours(host):
            raise BadInputError.of(
                "Host",
                f"The control API is not open to the host name '{host}'",
                f"Use http://{LIVENESS}, or start the simulator with --allow-host {host}.",
                FORBIDDEN,
            )
        origin = request.headers.get("origin")
        if origin is not None and not self._is_ours(urlsplit(origin).hostname or ""):
            raise BadInputError.of(
                "Origin",
                f"The control API is not open to pages of {origin}",
                "Call it from a program, or from a page of this machine.",
                FORBIDDEN,
            )

    def _is_ours(self, host: str) -> bool:
        return is_loopback(host) or host in self._allowed

    def _check_token(self, request: Request) -> None:
        if self._token is None:
            return
        given = request.headers.get("authorization", "").removeprefix("Bearer ") or _cookie(request)
        if not compare_digest(given.encode(), self._token.encode()):
            raise BadInputError.of(
                "Authorization",
                "The control API of this simulator wants its token",
                "Send 'Authorization: Bearer …' with the value of --control-token; in a browser, open "
                "/phone?token=… once.",
                UNAUTHORIZED,
            )


def _cookie(request: Request) -> str:
    pairs = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
    return next((unquote(value) for name, _, value in pairs if name == COOKIE), "")
