"""Calls are found in the list of those to a number, as messages are."""

from typing import Any

import pytest
from tests.shop import ADA, Shop

from ringback.action import Proof
from ringback.outbox.lookup import LOOKUPS
from ringback.outbox.lookup.calls import CALLS
from ringback.outbox.lookup.found import Found, Search
from ringback.store.rows import State
from ringback.twilio import resources

pytestmark = pytest.mark.anyio

SAY = "<Response><Say>Hi</Say></Response>"


async def called(shop: Shop, to: str = ADA) -> dict[str, Any]:
    account = await shop.account()
    twilio = await shop.parts.accounts.open(account)
    return await twilio.create(resources.calls(), {"From": account.default_sender}, To=to, Twiml=SAY)


async def found(shop: Shop, since: int = 0) -> list[Found]:
    account = await shop.account()
    search = Search(
        account=account,
        twilio=await shop.parts.accounts.open(account),
        place=CALLS.place({"to": ADA}),
        since=since,
        guard=shop.parts.verifications,
        verifications=shop.parts.store.verifications,
        clock=shop.parts.clock,
    )
    return [call async for call in CALLS.listed(search)]


async def test_calls_to_the_number_are_listed_and_fit_their_caller(shop: Shop) -> None:
    made = await called(shop)
    await called(shop, "+14155550124")

    (call,) = await found(shop)

    assert (call.sid, call.to) == (made["sid"], ADA)
    assert CALLS.fits({"to": ADA, "sender": made["from"]}, call)
    assert not CALLS.fits({"to": ADA, "sender": "+14155550199"}, call)


async def test_calls_from_before_are_left_out(shop: Shop) -> None:
    await called(shop)
    await shop.advance(600)
    since = await shop.parts.accounts.world_time(await shop.account()) - 60_000

    assert await found(shop, since) == []


async def test_a_call_proves_its_job_and_no_other(shop: Shop) -> None:
    await called(shop)
    (call,) = await found(shop)

    ending = LOOKUPS[Proof.CALL].ending(call, "{}", 1)

    assert (ending.state, ending.proof) == (State.DONE, call.sid)
