"""Where a scenario plays: it calls the REST API as a program would, and the controls as a person would."""

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from twilio_simulator.exchange import Answer, Reply, Request, Severed, Stream
from twilio_simulator.world.account import Account, basic

if TYPE_CHECKING:
    from twilio_simulator.simulator import Simulator

PERSON = "+14155550142"
"""Whose phone the scenarios use: a number set aside for fiction."""
REFUSED = 400


class Stage:
    """One performance on one account; `steps` tells what was done and what came of it."""

    def __init__(self, simulator: "Simulator", account: Account) -> None:
        self.simulator = simulator
        self.account = account
        self.steps: list[dict[str, Any]] = []

    @property
    def number(self) -> str:
        """The account's first number."""
        return next(iter(self.account.numbers))

    @property
    def whatsapp(self) -> str:
        """The account's first WhatsApp sender."""
        return f"whatsapp:{next(iter(self.account.whatsapp_senders))}"

    @property
    def verify_service(self) -> str:
        """The account's first Verify service."""
        return next(iter(self.account.verify_services))

    async def post(self, did: str, path: str, **form: str) -> dict[str, Any]:
        """A call of the REST API; `{}` in the path stands for the account."""
        path = path.replace("{}", f"/2010-04-01/Accounts/{self.account.sid}")
        headers = {
            "host": self.simulator.url.removeprefix("http://") or "127.0.0.1",
            "authorization": basic(self.account.sid, self.account.auth_token),
        }
        named = {name.rstrip("_"): value for name, value in form.items()}
        request = Request("POST", path, "", headers, urlencode(named).encode())
        return await self._noted(did, self.simulator.rest.serve(request))

    async def text(
        self, did: str, body: str, to: str, sender: str | None = None, **more: str
    ) -> dict[str, Any]:
        """A message to somebody."""
        form = {"To": to, "From": sender or self.number, "Body": body, **more}
        return await self.post(did, "{}/Messages.json", **form)

    async def reply(self, did: str, body: str, to: str) -> dict[str, Any]:
        """A text from the person's phone."""
        content = {"to": to, "body": body, "profile_name": "Ada", "wait": False}
        return await self.control(did, f"/phones/{quote(PERSON, safe='')}/messages", content)

    async def control(self, did: str, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """A call of the control API."""
        request = Request("POST", f"/_sim{path}", "", {"host": "127.0.0.1"}, orjson.dumps(content))
        return await self._noted(did, self.simulator.control.serve(request))

    async def _noted(self, did: str, answer: Answer) -> dict[str, Any]:
        outcome = await answer if isinstance(answer, Awaitable) else answer
        if isinstance(outcome, Severed | Stream):
            self.steps.append({"did": did, "came_of_it": "the connection was cut without an answer"})
            return {}
        shown: dict[str, Any] = _content(outcome)
        sid = shown.get("sid") or shown.get("message_sid")
        self.steps.append({"did": did, "status": outcome.status, "sid": sid, "code": _code(outcome, shown)})
        return shown


def _content(reply: Reply) -> dict[str, Any]:
    content = orjson.loads(reply.body) if reply.body.startswith(b"{") else {}
    return dict(content)


def _code(reply: Reply, shown: dict[str, Any]) -> int | None:
    return shown.get("code") if reply.status >= REFUSED else None
