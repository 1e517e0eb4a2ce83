"""A fresh account of the simulator for a test, with the handset and the controls beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ringback.twilio.client import Credentials, Twilio
from ringback.twilio.hosts import Hosts
from ringback.twilio.transport import Request, Transport

HANDSET = "+15005550006"


@dataclass(frozen=True)
class Simulated:
    """One account: what a client needs to use it, and its controls."""

    url: str
    transport: Transport
    facts: Mapping[str, Any]

    @property
    def twilio(self) -> Twilio:
        """The connector's client for the account."""
        sid = self.facts["account_sid"]
        return Twilio(
            Credentials(sid, sid, self.facts["auth_token"]), Hosts(base_url=self.url), self.transport
        )

    @property
    def number(self) -> str:
        return str(self.facts["number"])

    @property
    def whatsapp_sender(self) -> str:
        return str(self.facts["whatsapp_sender"])

    @property
    def verify_service(self) -> str:
        return str(self.facts["verify_service"])

    @property
    def messaging_service(self) -> str:
        return str(self.facts["messaging_service"])

    async def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return await control(self.transport, f"{self.url}/_sim{path}", method, body)

    async def change(self, **settings: Any) -> None:
        await self.control("PATCH", f"/accounts/{self.facts['account_sid']}", settings)

    async def fault(self, **fault: Any) -> None:
        """Something to go wrong with this account's next fitting request."""
        match = {"account": self.facts["account_sid"], **fault.pop("match", {})}
        await self.control("POST", "/faults", {"match": match, **fault})

    async def texts(self, number: str = HANDSET) -> list[dict[str, Any]]:
        """What a handset got from this account, the newest first."""
        found = await self.control("GET", f"/phones/{quote(number, safe='')}/messages?order=newest")
        return [text for text in found["messages"] if text.get("account_sid") == self.facts["account_sid"]]

    async def code(self, to: str = HANDSET) -> str:
        """The newest code on its way to somebody."""
        return str((await self.control("GET", f"/codes?to={quote(to, safe='')}"))["code"])


async def control(transport: Transport, url: str, method: str, body: Mapping[str, Any] | None = None) -> Any:
    """Ask the simulator's control API; a refusal fails the test with its text."""
    data = b"" if body is None else json.dumps(body).encode()
    answer = await transport.send(
        Request(method, url, {"content-type": "application/json"}, data, read=False)
    )
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


async def make_account(transport: Transport, url: str, plan: Mapping[str, Any] | None = None) -> Simulated:
    """An account of its own for a test: strict about parameters, with a Messaging Service."""
    whole = {
        "strict": True,
        "progress": "immediate",
        "messaging_services": [{"friendly_name": "Pool"}],
        "verify_services": [{"friendly_name": "Shop", "custom_code_enabled": True}],
        **(plan or {}),
    }
    return Simulated(url, transport, await control(transport, f"{url}/_sim/accounts", "POST", whole))
