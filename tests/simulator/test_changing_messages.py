from typing import Any

import pytest
from tests.simulator.local import Answered, Local

pytestmark = pytest.mark.anyio


async def update(local: Local, message: Any, **form: str) -> Answered:
    return await local.call("POST", f"{{}}/Messages/{message['sid']}.json", form)


async def test_an_empty_body_redacts(local: Local) -> None:
    message = await local.sent(Body="between us")

    answer = await update(local, message, Body="")

    assert (answer.status, answer.json["body"]) == (200, "")
    assert (await local.message(message["sid"]))["body"] == ""


async def test_another_body_is_refused(local: Local) -> None:
    message = await local.sent(Body="between us")

    assert (await update(local, message, Body="new")).status == 400
    assert (await local.message(message["sid"]))["body"] == "between us"


@pytest.mark.parametrize(("status", "code"), [("canceled", 30409), ("delivered", 20422)])
async def test_a_message_on_its_way_is_not_canceled(local: Local, status: str, code: int) -> None:
    message = await local.sent()

    assert (await update(local, message, Status=status)).code == code


async def test_a_finished_message_is_deleted(local: Local) -> None:
    message = await local.sent()
    path = f"{{}}/Messages/{message['sid']}.json"
    early = await local.call("DELETE", path)
    await local.advance(10)

    assert (early.status, early.code) == (409, 20009)
    assert (await local.call("DELETE", path)).status == 204
    assert (await local.call("GET", path)).status == 404
    assert (await local.call("DELETE", path)).status == 404
