"""Many jobs of one account at once: who goes first, and what is left for other accounts."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.shop import ADA, QUICK, Shop, opened

from ringback.outbox.flights import Room
from ringback.outbox.line import HELD_IN_MEMORY, PAGE
from ringback.store.rows import State
from ringback.twilio.transport import Request, Response, Transport, open_transport
from twilio_simulator.running import running

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

TEXTS = 400


@dataclass
class Far:
    """A network on which each request takes a while; `texts` counts those that have left."""

    network: Transport
    seconds: float
    texts: int = 0
    before_the_code: list[int] = field(default_factory=list)

    async def send(self, request: Request) -> Response:
        if "Verifications" in request.url and request.method == "POST":
            self.before_the_code.append(self.texts)
        elif request.method == "POST":
            self.texts += 1
        await asyncio.sleep(self.seconds)
        return await self.network.send(request)


async def test_a_code_leaves_before_a_crowd_that_has_no_pace(tmp_path: Path) -> None:
    async with open_transport() as network:
        far = Far(network, 0.05)
        async with opened(tmp_path, transport=far) as shop:
            account, flights = await shop.account(), shop.parts.dispatcher.means.flights
            flights.turned_away(account.id, 4)
            crowd = [await shop.run(wait=0, body=str(number)) for number in range(TEXTS)]
            before = far.texts

            code = await shop.run("SendVerify", to=ADA, wait=60)

            assert code.state is State.DONE
            assert far.before_the_code[0] - before < TEXTS // 4
            await shop.until(crowd[-1], State.DONE)


async def test_what_has_no_place_in_memory_is_passed_by_a_code(tmp_path: Path) -> None:
    async with open_transport() as network:
        far = Far(network, 0.01)
        async with opened(tmp_path, transport=far, dispatch=False) as shop:
            crowd = HELD_IN_MEMORY + 2 * PAGE
            await asyncio.gather(*(shop.run(wait=0, body=str(number)) for number in range(crowd)))
            code = await shop.run("SendVerify", to=ADA, wait=0)

            shop.connector.start()
            await shop.until(code, State.DONE)

            assert far.before_the_code[0] < 200


@dataclass
class Mute:
    """A network on which one host never answers."""

    network: Transport
    host: str
    asked: Counter[str] = field(default_factory=Counter)

    async def send(self, request: Request) -> Response:
        self.asked[request.method] += self.host in request.url
        if self.host in request.url and request.method == "POST":
            await asyncio.Event().wait()
        return await self.network.send(request)


@asynccontextmanager
async def beside_a_mute(folder: Path, *, dispatch: bool = True) -> AsyncIterator[tuple[Shop, Mute]]:
    """A shop with a second account, whose Twilio never answers."""
    async with open_transport() as network, running() as other:
        mute = Mute(network, other.url)
        cadence = replace(QUICK, longest_stop=0.1)
        async with opened(folder, transport=mute, cadence=cadence, dispatch=dispatch) as shop:
            await shop.connect("mute", other)
            yield shop, mute


async def silently(shop: Shop, texts: int) -> None:
    for number in range(texts):
        text = {"to": ADA, "body": str(number)}
        await shop.connector.run("SendMessage", text, account="mute", wait=0)


async def test_an_account_whose_twilio_never_answers_leaves_seats_to_others(tmp_path: Path) -> None:
    async with beside_a_mute(tmp_path) as (shop, mute):
        await shop.run()
        await silently(shop, 200)

        answered = [await shop.run(body=str(number)) for number in range(20)]

        assert {outcome.state for outcome in answered} == {State.DONE}
        assert mute.asked["POST"] == Room().beside_others


async def test_a_second_account_is_noticed_behind_the_backlog_of_the_first(tmp_path: Path) -> None:
    async with beside_a_mute(tmp_path, dispatch=False) as (shop, mute):
        await silently(shop, 200)
        last = await shop.run(wait=0)

        shop.connector.start()

        await shop.until(last, State.DONE)
        assert mute.asked["POST"] <= Room().beside_others
