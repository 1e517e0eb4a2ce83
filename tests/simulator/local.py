"""What tests of the simulator share: calls in process, and a server that receives webhooks."""

import inspect
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from twilio_simulator.door.http1 import Connections
from twilio_simulator.exchange import Answer, Reply, Request
from twilio_simulator.facts.gate import Gate
from twilio_simulator.running import listening
from twilio_simulator.simulator import Simulator
from twilio_simulator.world.account import basic

HANDSET = "+14155550123"
Form = Mapping[str, object] | Sequence[tuple[str, object]]


@dataclass
class Answered:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> int | None:
        code: int | None = self.json.get("code")
        return code


async def _answered(answer: Answer) -> Answered:
    outcome = await answer if inspect.isawaitable(answer) else answer
    assert isinstance(outcome, Reply)
    lines = (line.partition(": ") for line in outcome.headers.split("\r\n") if line)
    return Answered(outcome.status, outcome.body, {name.lower(): value for name, _, value in lines})


class Local:
    """One account of a simulator, called through the in-process seam."""

    def __init__(self, simulator: Simulator, facts: Mapping[str, Any] | None = None) -> None:
        self.simulator = simulator
        self.gate = simulator.rest.gate = simulator.rest.gate or Gate()
        self.facts = simulator.introduction() if facts is None else facts
        self.sid: str = self.facts["account_sid"]
        self.token: str = self.facts["auth_token"]
        self.number: str = self.facts["number"]
        self.whatsapp: str = self.facts["whatsapp_sender"]
        self.verify: str = self.facts["verify_service"]

    async def call(
        self, method: str, path: str, form: Form | None = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """A Twilio call; `{}` in the path stands for the account."""
        path, _, query = path.replace("{}", f"/2010-04-01/Accounts/{self.sid}").partition("?")
        sent = {
            "authorization": basic(self.sid, self.token),
            "host": self.simulator.url.removeprefix("http://"),
            **(headers or {}),
        }
        body = b"" if form is None else urlencode(form, doseq=True).encode()
        answer = await _answered(self.simulator.serve(Request(method, path, query, sent, body)))
        assert self.gate.problems == []
        return answer

    async def control(self, method: str, path: str, content: object = None) -> Answered:
        path, _, query = f"/_sim{path}".partition("?")
        body = b"" if content is None else orjson.dumps(content)
        request = Request(method, path, query, {"host": "127.0.0.1"}, body)
        return await _answered(self.simulator.serve(request))

    async def does(self, method: str, path: str, content: object = None) -> Any:
        """A control call that has to succeed."""
        answer = await self.control(method, path, content)
        assert answer.status == 200, answer.body
        return answer.json

    async def send(self, **parameters: object) -> Answered:
        """A text to the handset, unless the parameters say otherwise; None leaves one out."""
        form = {"To": HANDSET, "From": self.number, "Body": "Hello", **parameters}
        given = {name: value for name, value in form.items() if value is not None}
        return await self.call("POST", "{}/Messages.json", given)

    async def sent(self, **parameters: object) -> Any:
        answer = await self.send(**parameters)
        assert answer.status == 201, answer.body
        return answer.json

    async def message(self, sid: str) -> Any:
        return (await self.call("GET", f"{{}}/Messages/{sid}.json")).json

    async def advance(self, seconds: float) -> Any:
        return await self.does("POST", "/clock/advance", {"seconds": seconds})

    async def account(self, **plan: object) -> "Local":
        """A further account."""
        return Local(self.simulator, await self.does("POST", "/accounts", plan))

    async def change(self, **settings: object) -> Any:
        return await self.does("PATCH", f"/accounts/{self.sid}", settings)

    async def start(self, to: str = HANDSET, **parameters: object) -> Answered:
        """Start a verification."""
        form = {"To": to, "Channel": "sms", **parameters}
        return await self.call("POST", f"/v2/Services/{self.verify}/Verifications", form)

    async def check(self, code: str, **parameters: object) -> Answered:
        form = {"To": HANDSET, "Code": code, **parameters}
        given = {name: value for name, value in form.items() if value is not None}
        return await self.call("POST", f"/v2/Services/{self.verify}/VerificationCheck", given)

    async def code(self, to: str = HANDSET) -> str:
        codes = await self.does("GET", f"/codes?to={to.replace('+', '%2B')}")
        return str(codes["code"])


@dataclass
class Got:
    """One webhook as it arrived."""

    path: str
    headers: dict[str, str]
    parameters: list[tuple[str, str]]

    @property
    def fields(self) -> dict[str, str]:
        return dict(self.parameters)


@dataclass
class Receiver:
    """A customer's server: remembers what comes, answers with what `answers` holds, then with 204."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def serve(self, request: Request) -> Answer:
        parameters = parse_qsl(request.body.decode(), keep_blank_values=True)
        query = f"?{request.query_string}" if request.query_string else ""
        self.got.append(Got(request.path + query, request.headers, parameters))
        return self.answers.pop(0) if self.answers else Reply(204, b"")

    @property
    def statuses(self) -> list[str]:
        return [one.fields["MessageStatus"] for one in self.got]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    connections = Connections(receiver.serve)
    async with listening(connections) as url:
        receiver.url = url
        yield receiver
