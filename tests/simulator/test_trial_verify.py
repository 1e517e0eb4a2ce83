"""Verify on a trial account: verified numbers, no words of one's own, thirty days."""

import pytest
from tests.simulator.local import HANDSET, Local

pytestmark = pytest.mark.anyio
SCHEMES = ("2026", "classic")


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_codes_go_to_verified_numbers_only(local: Local, scheme: str) -> None:
    trial = await local.account(type="Trial", ruleset=scheme, verified_callers=[HANDSET])

    stranger = await trial.start(to="+14155550124")
    await trial.start()

    assert (stranger.status, stranger.code) == (400, 21608)
    assert (await trial.check(await trial.code())).json["valid"] is True


@pytest.mark.parametrize("parameter", ["CustomCode", "CustomMessage", "TemplateSid"])
async def test_a_trial_of_2026_has_no_words_of_its_own(local: Local, parameter: str) -> None:
    trial = await local.account(type="Trial", verified_callers=[HANDSET])
    classic = await local.account(type="Trial", ruleset="classic", verified_callers=[HANDSET])

    refused = await trial.start(**{parameter: "123456"})

    assert (refused.status, refused.code) == (403, 575001)
    assert (await classic.start(**{parameter: "123456"})).code != 575001


async def test_codes_end_with_the_thirty_days(local: Local) -> None:
    trial = await local.account(type="Trial", verified_callers=[HANDSET])
    await local.advance(30 * 86_400)

    assert (await trial.start()).code == 575001
