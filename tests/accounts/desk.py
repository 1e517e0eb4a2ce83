"""Where an operator sits: the accounts, what they are kept in, and the controls of the simulated Twilio."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.simulated import control

from ringback.accounts import Accounts
from ringback.clock import machine_clock
from ringback.errors import InvalidInput
from ringback.secrets import Keyring
from ringback.settings import Settings
from ringback.store import Store
from ringback.twilio.transport import Request, Response, Transport

Body = dict[str, Any]


@dataclass
class Detour:
    """The real transport of a machine on which twilio.com is elsewhere; it remembers every host asked."""

    real: Transport
    twilio: str
    hosts: list[str] = field(default_factory=list)

    async def send(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        self.hosts.append(parts.hostname or "")
        if self.hosts[-1].endswith("twilio.com"):
            there = urlsplit(self.twilio)
            request = replace(request, url=parts._replace(scheme=there.scheme, netloc=there.netloc).geturl())
        return await self.real.send(request)


@dataclass
class Desk:
    """One installation beside one simulator."""

    store: Store
    transport: Detour
    settings: Settings
    simulator: str
    keyring: Keyring = field(default_factory=Keyring.generate)

    @property
    def accounts(self) -> Accounts:
        """The accounts as a process would find them that starts now."""
        return Accounts(self.store.accounts, self.keyring, self.transport, machine_clock, self.settings)

    async def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Body:
        answer: Body = await control(self.transport.real, f"{self.simulator}/_sim{path}", method, body)
        return answer

    async def customer(self, **wishes: Any) -> Body:
        """An account at the simulated Twilio."""
        return await self.control("POST", "/accounts", {"strict": True, **wishes})

    async def turn(self, account_sid: str, **settings: Any) -> Body:
        """Change a customer's account at the simulated Twilio."""
        return await self.control("PATCH", f"/accounts/{account_sid}", settings)

    async def body(self, **wishes: Any) -> Body:
        """What connects a new customer, made as wished."""
        made = await self.customer(**wishes)
        return live(made) | {"environment": "simulator", "base_url": self.simulator}

    async def body_with_key(self) -> Body:
        """The same with an API key."""
        made = await self.customer(api_keys=1)
        key = made["api_keys"][0]
        simulated = {"environment": "simulator", "base_url": self.simulator}
        return live(made) | simulated | {"api_key_sid": key["sid"], "api_key_secret": key["secret"]}

    async def connected(self, **changes: Any) -> Body:
        """The body of an account that it connected."""
        body = await self.body() | changes
        await self.accounts.connect(body)
        return body

    async def refused(self, body: Body) -> dict[str, str]:
        """The errors by field when connecting, after which nothing was saved."""
        before = await self.store.accounts.all()
        with pytest.raises(InvalidInput) as caught:
            await self.accounts.connect(body)
        assert await self.store.accounts.all() == before
        return errors_of(caught.value)

    async def unchanged(self, change: Body, name: str = "shop") -> dict[str, str]:
        """The errors by field when changing, after which nothing was saved."""
        before = await self.store.accounts.all()
        with pytest.raises(InvalidInput) as caught:
            await self.accounts.change(name, change)
        assert await self.store.accounts.all() == before
        return errors_of(caught.value)


def errors_of(error: InvalidInput) -> dict[str, str]:
    return {each.field: each.message for each in error.errors}


def live(made: Body, name: str = "shop") -> Body:
    """What connects a customer where Twilio itself should be."""
    return {"name": name, "account_sid": made["account_sid"], "auth_token": made["auth_token"]}


def json_answer(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status, len(body)) + body


@asynccontextmanager
async def stranger(answer: bytes) -> AsyncIterator[str]:
    """Something that gives every request the same answer and is not Twilio; yields its address."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
