"""A whole Ringback on a free port, beside a real simulator; the tests come from outside, over sockets."""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp

from ringback.app import open_connector
from ringback.connector import Connector
from ringback.serving import Server, listening, server_of
from ringback.settings import DatabasePlace, Settings
from twilio_simulator.running import running
from twilio_simulator.simulator import Simulator

ADA = "+14155550123"
Body = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """An answer as it came."""

    status: int
    headers: Any
    text: str
    body: Any

    @property
    def fields(self) -> set[str]:
        """The fields that a problem names."""
        return {error["field"] for error in self.body["errors"]}


@dataclass(frozen=True)
class Api:
    """A served Ringback, its simulator, and somebody outside with a key."""

    url: str
    connector: Connector
    simulator: Simulator
    settings: Settings
    session: aiohttp.ClientSession
    key: str

    async def ask(
        self, method: str, path: str, body: Any = None, *, key: str | None = "", **given: Any
    ) -> Answered:
        """Send a request with the key of all scopes, another one, or none."""
        chosen = self.key if key == "" else key
        headers = {"Authorization": f"Bearer {chosen}"} if chosen else {}
        headers |= given.pop("headers", {})
        if body is not None:
            given["json"] = body
        asked = self.session.request(method, self.url + path, headers=headers, allow_redirects=False, **given)
        async with asked as answer:
            text = await answer.text()
            is_json = "json" in answer.headers.get("content-type", "")
            body = await answer.json(content_type=None) if is_json else None
            return Answered(answer.status, answer.headers, text, body)

    async def get(self, path: str, **given: Any) -> Answered:
        return await self.ask("GET", path, **given)

    async def post(self, path: str, body: Any = None, **given: Any) -> Answered:
        return await self.ask("POST", path, body, **given)

    async def run(self, action: str, body: Body, **given: Any) -> Answered:
        """Run an action of the account `shop`."""
        return await self.post(f"/v1/actions/{action}", {"account": "shop"} | body, **given)

    async def connected(self, name: str = "shop") -> Body:
        """Connect the simulator's account under a name, over the API."""
        answer = await self.post("/v1/accounts", self.credentials(name))
        assert answer.status == 201, answer.text
        connected: Body = answer.body
        return connected

    def credentials(self, name: str = "shop") -> Body:
        """What connects the simulator's account."""
        facts = self.simulator.introduction()
        return {
            "name": name,
            "account_sid": facts["account_sid"],
            "auth_token": facts["auth_token"],
            "environment": "simulator",
            "base_url": facts["url"],
            "default_sender": facts["number"],
            "default_verify_service": facts["verify_service"],
        }

    async def new_key(self, *scopes: str, accounts: Sequence[str] | None = None) -> str:
        """Another key, with those scopes and accounts."""
        name = f"{'-'.join(scopes)} of {len(await self.connector.keys.list())}"
        return await self.connector.keys.create(name, scopes, accounts)


def mislay(ledger: DatabasePlace) -> None:
    """Move a file away while it is open."""
    assert isinstance(ledger, Path)
    ledger.rename(ledger.with_name("elsewhere.db"))


@asynccontextmanager
async def served(
    settings: Settings, *, dispatch: bool = True, public: bool = True, host: str = "127.0.0.1"
) -> AsyncIterator[Api]:
    """Serve it on a free port, which is its public address, too, unless another, or none, is wanted."""
    async with AsyncExitStack() as stack:
        sock = stack.enter_context(listening(host, 0))
        url = f"http://{host}:{sock.getsockname()[1]}"
        if public:
            settings = replace(settings, public_url=settings.public_url or url)
        simulator = await stack.enter_async_context(running())
        connector = await stack.enter_async_context(open_connector(settings, dispatch=dispatch))
        await stack.enter_async_context(answering(server_of(connector, settings), sock))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        key = await connector.keys.create("tests")
        yield Api(url, connector, simulator, settings, session, key)


@asynccontextmanager
async def answering(server: Server, sock: socket.socket) -> AsyncIterator[None]:
    """uvicorn without the loop of `serve`, whose waits would cost each test a fifth of a second."""
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[sock])
    try:
        yield
    finally:
        for listener in server.servers:
            listener.close()
