"""An account of Twilio, ready to be used: create, fetch, update, delete and list its resources."""

import base64
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from ringback.clock import Clock, machine_clock, milliseconds
from ringback.errors import Fault, NotSent
from ringback.twilio import form
from ringback.twilio.answers import content
from ringback.twilio.hosts import Hosts
from ringback.twilio.resources import ACCOUNT, Product, Resource
from ringback.twilio.transport import Request, Transport

FORM = "application/x-www-form-urlencoded"
Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose account, and who asks: the account's SID and Auth Token, or an API key's SID and secret."""

    account_sid: str
    username: str
    password: str = field(repr=False)

    def basic(self) -> str:
        """The value of the `Authorization` header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Planned:
    """What exactly would be sent, with the credentials left out."""

    method: str
    url: str
    parameters: tuple[tuple[str, str], ...]


class Twilio:
    """One account over one transport.

    Parameters carry Twilio's names, as keywords or, for names like `DateSent>`, as a mapping before them.
    None is left out, a list repeats its name, an object is sent as JSON, an instant as ISO 8601 in UTC.

    Every call raises `Refused`, `NotSent` or `OutcomeUnknown`; nothing is ever tried twice.
    """

    def __init__(
        self,
        credentials: Credentials,
        hosts: Hosts,
        transport: Transport,
        *,
        status_callback: str | None = None,
        clock: Clock = machine_clock,
    ) -> None:
        self.account_sid = credentials.account_sid
        self.status_callback = status_callback
        self._credentials, self._hosts, self._transport, self._clock = credentials, hosts, transport, clock
        self._origins = {product: hosts.origin(product) for product in Product}
        self._reading = {"authorization": credentials.basic(), "accept": "application/json"}
        self._writing = self._reading | {"content-type": FORM}

    def with_callback(self, url: str | None) -> "Twilio":
        """The same account, whose messages report their status to another URL."""
        same = object.__new__(Twilio)  # one for each send
        same.__dict__.update(self.__dict__, status_callback=url)
        return same

    def over(self, transport: Transport) -> "Twilio":
        """The same account over another transport."""
        return Twilio(
            self._credentials, self._hosts, transport, status_callback=self.status_callback, clock=self._clock
        )

    async def create(
        self, resource: Resource, parameters: Parameters | None = None, /, **more: Any
    ) -> dict[str, Any]:
        """POST to a list; answers the new resource."""
        return await self._post(resource, parameters, more)

    async def update(
        self, resource: Resource, parameters: Parameters | None = None, /, **more: Any
    ) -> dict[str, Any]:
        """POST to one resource; answers it as it is now."""
        return await self._post(resource, parameters, more)

    async def fetch(
        self, resource: Resource, parameters: Parameters | None = None, /, **more: Any
    ) -> dict[str, Any]:
        """GET one resource, or one page of a list."""
        return await self._get(_with_query(self._url(resource), parameters, more))

    async def delete(self, resource: Resource) -> None:
        """DELETE one resource."""
        request = Request("DELETE", self._url(resource), self._reading, b"", read=False)
        content(request, await self._transport.send(request))

    async def items(
        self, resource: Resource, parameters: Parameters | None = None, /, **more: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """The rows of a list, page after page as they are wanted, in Twilio's order.

        Only path and query of a next link are used, so that the credentials never go to another host.
        """
        url: str | None = _with_query(self._url(resource), parameters, more)
        while url:
            page = await self._get(url)
            for row in page.get(resource.key) or ():
                yield row
            url = _next_page(url, page)

    async def world_time(self) -> int:
        """Now in Twilio's world, in milliseconds since 1970: a simulator's clock, else the machine's.

        Raises:
            NotSent: The simulator did not answer, or not with a time.
        """
        if self._hosts.base_url is None:
            return self._clock()
        url = self._origins[Product.API] + "/_sim/clock"
        request = Request("GET", url, {}, b"", read=True)
        said = content(request, await self._transport.send(request))
        try:
            return milliseconds(datetime.fromisoformat(said["now"]))
        except (KeyError, TypeError, ValueError) as error:
            raise NotSent(Fault(message="The simulator's clock did not answer with a time.")) from error

    def _url(self, resource: Resource) -> str:
        return self._origins[resource.product] + resource.path.replace(ACCOUNT, self.account_sid)

    async def _post(
        self, resource: Resource, parameters: Parameters | None, more: dict[str, Any]
    ) -> dict[str, Any]:
        body = form.encode(form.pairs({**parameters, **more} if parameters else more))
        request = Request("POST", self._url(resource), self._writing, body.encode(), read=False)
        return content(request, await self._transport.send(request))

    async def _get(self, url: str) -> dict[str, Any]:
        request = Request("GET", url, self._reading, b"", read=True)
        return content(request, await self._transport.send(request))


def _with_query(url: str, parameters: Parameters | None, more: dict[str, Any]) -> str:
    query = form.encode(form.pairs({**(parameters or {}), **more}))
    return f"{url}?{query}" if query else url


def _next_page(url: str, page: dict[str, Any]) -> str | None:
    """The next page on the host of this one: `next_page_uri` is a path, `meta.next_page_url` absolute."""
    link = page.get("next_page_uri") or (page.get("meta") or {}).get("next_page_url")
    if not link:
        return None
    asked, wanted = urlsplit(url), urlsplit(urljoin(url, link))
    following = asked._replace(path=wanted.path, query=wanted.query).geturl()
    if following == url:
        raise NotSent(Fault(message="Twilio's list named the same page as its next.", http_status=200))
    return following
