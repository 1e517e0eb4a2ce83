"""A transport that sends nothing: it stops at the first request and shows it, for `explain`."""

from urllib.parse import parse_qsl

from ringback.twilio.client import Planned
from ringback.twilio.transport import Request, Response


class Rehearsed(Exception):
    """What would have been sent."""

    def __init__(self, planned: Planned) -> None:
        super().__init__(planned.method)
        self.planned = planned


class Rehearsal:
    """Raises `Rehearsed` in place of sending."""

    async def send(self, request: Request) -> Response:
        """Never answers."""
        parameters = parse_qsl(request.body.decode(), keep_blank_values=True)
        raise Rehearsed(Planned(request.method, request.url, tuple(parameters)))
