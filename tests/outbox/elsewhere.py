"""Looks for unknown jobs at a Twilio that lists otherwise than the simulator does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from tests.shop import Shop

from ringback.accounts import Accounts
from ringback.clock import machine_clock
from ringback.outbox.reconcile import Reconcile
from ringback.settings import Settings
from ringback.twilio.transport import Request, Response, Transport


@dataclass(frozen=True, slots=True)
class Listing:
    """The lists at a path are answered with a status, and with what `altered` makes of their content."""

    other: Transport
    path: str
    altered: Callable[[Any], Any]
    status: int = 200

    async def send(self, request: Request) -> Response:
        answer = await self.other.send(request)
        if request.method != "GET" or self.path not in request.url:
            return answer
        content = orjson.dumps(self.altered(orjson.loads(answer.body)))
        return Response(self.status, answer.headers, content)


def looking_over(shop: Shop, transport: Transport) -> Reconcile:
    """What looks for the jobs of a shop there."""
    store, settings = shop.parts.store, Settings(database=shop.database, key_file=shop.database)
    accounts = Accounts(store.accounts, shop.keyring, transport, machine_clock, settings)
    return Reconcile(store, accounts, shop.parts.verifications, machine_clock, shop.parts.sending_again)
