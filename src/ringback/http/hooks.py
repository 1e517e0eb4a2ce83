"""What Twilio calls: plain routes without a key, since the signature is the key."""

from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ringback.connector import Connector
from ringback.http.bodies import read_body
from ringback.http.metering import NamedRoute
from ringback.http.problems import problem
from ringback.settings import Settings
from ringback.webhooks.status import Callback, Heard

LARGEST = 64_000
MOST_FIELDS = 1_000
MOST_DIGITS = 9
STATUS = "/hooks/{account_id}/status/{job_id}/{attempt}"
REFUSED = "This callback is not one that was asked for, or Twilio did not sign it."
UNREADABLE = "A status callback is a form with MessageSid and MessageStatus."


def hook_routes(connector: Connector, settings: Settings) -> list[BaseRoute]:
    """The routes; under the public URL's own path, too, for a proxy that does not take it off."""
    hooks = Hooks(connector, settings.public_url)
    paths = dict.fromkeys((STATUS, hooks.prefix + STATUS))
    return [NamedRoute(path, hooks.status, methods=["POST"]) for path in paths]


class Hooks:
    """Hears callbacks that were signed for the public URL."""

    def __init__(self, connector: Connector, public_url: str | None) -> None:
        self._callbacks = connector.callbacks
        self._meter = connector.meters.callbacks
        self._public_url = public_url
        self.prefix = urlsplit(public_url).path if public_url else ""

    async def status(self, request: Request) -> Response:
        """Note a status callback; Twilio's debugger shows the code that it is answered with."""
        form = _form(await read_body(request, LARGEST))
        url = self._signed_url(request)
        heard = await self._callbacks.hear(_callback(request, url, form)) if url else Heard.REFUSED
        self._meter.labels(heard.value).inc()
        if heard is Heard.REFUSED:
            return problem(403, REFUSED)
        if heard is Heard.UNREADABLE:
            return problem(400, UNREADABLE)
        return Response(status_code=204)

    def _signed_url(self, request: Request) -> str | None:
        """The URL as Twilio was given it; without a public URL none was, so no callback is ours."""
        if self._public_url is None:
            return None
        # Byte for byte as it came: a decoded path would spell what was signed another way.
        path = request.scope["raw_path"].decode("latin-1").removeprefix(self.prefix)
        query = request.scope["query_string"].decode("latin-1")
        return f"{self._public_url}{path}?{query}" if query else f"{self._public_url}{path}"


def _callback(request: Request, url: str, form: tuple[tuple[str, str], ...]) -> Callback:
    parts = request.path_params
    attempt: str = parts["attempt"]
    readable = attempt.isascii() and attempt.isdecimal() and len(attempt) <= MOST_DIGITS
    return Callback(
        account_id=parts["account_id"],
        job_id=parts["job_id"],
        attempt=int(attempt) if readable else 0,
        url=url,
        signature=request.headers.get("x-twilio-signature", ""),
        form=form,
    )


def _form(body: bytes) -> tuple[tuple[str, str], ...]:
    try:
        pairs = parse_qsl(
            body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise HTTPException(400, UNREADABLE) from None
    return tuple(pairs)
