"""The comparison at the end of the demo notices whatever is wrong; the tour itself is right."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import pytest

from ringback.app import open_connector
from ringback.demo.record import compare
from ringback.demo.steps import ADA, EDSGER, STEPS, send_nonsense, send_text
from ringback.demo.tour import MESSAGE, Step, Surprise, Told, Tour
from ringback.demo.world import World, running_world

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Toured:
    """A world after its tour, with somebody who meddles with the simulator's record."""

    world: World
    lines: list[Told]
    http: aiohttp.ClientSession

    async def compared(self, lines: list[Told] | None = None) -> Told:
        return await compare(self.world.tour, lines or self.lines, self.world.twilio)

    async def at_twilio(self, path: str, form: Mapping[str, str]) -> Any:
        """Write to the simulator past Ringback."""
        async with self.http.post(self.world.tour.simulator.url + path, data=form) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    @property
    def messages(self) -> str:
        return f"/2010-04-01/Accounts/{self.world.tour.account['account_sid']}/Messages"

    async def sid_of(self, title: str) -> str:
        line = next(line for line in self.lines if line.step.title.startswith(title))
        return str((await self.world.tour.job(line.jobs[0]))["message"]["sid"])

    def with_line(self, title: str, **changes: Any) -> list[Told]:
        """The lines, one of them told otherwise."""
        return [
            replace(line, **changes) if line.step.title.startswith(title) else line for line in self.lines
        ]


@pytest.fixture(scope="module")
async def toured() -> AsyncIterator[Toured]:
    async with running_world(open_connector, 0, 0, once=True) as world:
        lines = [line async for line in world.tour.run(STEPS)]
        account = world.tour.account
        auth = aiohttp.encode_basic_auth(account["account_sid"], account["auth_token"])
        async with aiohttp.ClientSession(headers={"authorization": auth}) as http:
            toured = Toured(world, lines, http)
            assert [line.answer for line in lines if not line.agrees] == []
            told = await toured.compared()
            assert told.agrees, told.answer
            yield toured


async def test_every_step_that_sends_is_held_against_a_message(toured: Toured) -> None:
    sending = [line for line in toured.lines if MESSAGE in line.step.writes]

    sids = {await toured.sid_of(line.step.title) for line in sending}

    assert len(sids) == len(sending) == 5


async def test_a_message_that_the_ledger_does_not_know_is_noticed(toured: Toured) -> None:
    stray = {"To": "+14155550199", "From": toured.world.tour.account["number"], "Body": "Past the ledger"}
    sid = (await toured.at_twilio(f"{toured.messages}.json", stray))["sid"]

    told = await toured.compared()

    assert not told.agrees
    assert f"{sid} to +14155550199 is at the simulator only" in told.answer


async def test_another_status_is_noticed(toured: Toured) -> None:
    sid = await toured.sid_of("Answer on WhatsApp")
    failed = {"status": "failed", "error_code": 63016, "force": True}
    await toured.world.tour.simulator.post(f"/_sim/messages/{sid}/status", failed)

    told = await toured.compared()

    assert "Answer on WhatsApp: the ledger has" in told.answer
    assert "status='failed'" in told.answer


async def test_another_text_is_noticed(toured: Toured) -> None:
    sid = await toured.sid_of("Send a text")
    await toured.at_twilio(f"{toured.messages}/{sid}.json", {"Body": ""})

    assert "Send a text with {{keywords}}: the ledger has" in (await toured.compared()).answer


async def test_a_copy_of_a_send_is_noticed_even_if_its_message_is_gone(toured: Toured) -> None:
    told = await toured.compared(toured.with_line("Send a text", carried_out=(MESSAGE, MESSAGE)))

    assert f"Send a text with {{{{keywords}}}}: {MESSAGE}, {MESSAGE} was done at Twilio" in told.answer


@pytest.mark.parametrize("title", ["Send it again", "Get three fields wrong", "Check it two minutes later"])
async def test_a_step_that_must_leave_nothing_is_held_to_it(toured: Toured, title: str) -> None:
    told = await toured.compared(toured.with_line(title, carried_out=(MESSAGE,)))

    assert f"{MESSAGE} was done at Twilio, not nothing" in told.answer


async def test_a_send_that_never_reached_twilio_is_noticed(toured: Toured) -> None:
    told = await toured.compared(toured.with_line("Send a picture", carried_out=()))

    assert f"Send a picture on WhatsApp: nothing was done at Twilio, not {MESSAGE}" in told.answer


async def test_what_reaches_twilio_is_counted_by_its_journal(toured: Toured) -> None:
    account, tour = toured.world.tour.account, toured.world.tour

    async def twice(tour: Tour) -> tuple[str, bool]:
        await toured.at_twilio(
            f"{toured.messages}.json", {"To": ADA, "From": account["number"], "Body": "once more"}
        )
        return await send_text(tour)

    steps = [Step("", send_nonsense), Step("", send_nonsense), Step("", twice)]
    _, first, second = [line async for line in tour.run(steps)]  # the other tests' writes fall to the first

    assert first.carried_out == ()
    assert second.carried_out == (MESSAGE,)  # the key was used: only the meddler's reached Twilio


async def test_a_verification_that_only_twilio_approved_is_noticed(toured: Toured) -> None:
    started = await toured.world.tour.act("SendVerify", {"to": EDSGER, "channel": "sms"})
    sid, service = started.content["result"]["sid"], toured.world.tour.account["verify_service"]
    await toured.at_twilio(f"/v2/Services/{service}/Verifications/{sid}", {"Status": "approved"})

    assert f"{sid} is approved at the simulator only" in (await toured.compared()).answer


async def test_a_step_that_cannot_go_on_is_told_and_the_next_is_taken(toured: Toured) -> None:
    async def stuck(_tour: Tour) -> tuple[str, bool]:
        raise Surprise("500: the server is away")

    lines = [line async for line in toured.world.tour.run([Step("One", stuck), Step("Two", send_nonsense)])]

    assert [(line.answer[:3], line.agrees) for line in lines] == [("500", False), ("422", True)]
