"""A snapshot of a world with something of everything in it; and how much a world keeps."""

import pytest
from tests.simulator.local import HANDSET, Local, Receiver

from twilio_simulator.exchange import Reply
from twilio_simulator.scenarios.stories import SCENARIOS
from twilio_simulator.snapshots.capture import apply, read, written
from twilio_simulator.world.account import KEPT_MESSAGES

pytestmark = pytest.mark.anyio
MONTH = 30 * 86_400
TWIML = b"<Response><Message>Thanks</Message></Response>"


async def everything(local: Local, receiver: Receiver) -> None:
    """Whatever may wait, move or be remembered."""
    own = await local.account(messaging_services=["Pool"], inbound_url=receiver.url, api_keys=1)
    for name in SCENARIOS:
        await own.does("POST", f"/scenarios/{name}", {"account": own.sid})
    receiver.answers.append(Reply(200, TWIML, "Set-Cookie: a=b\r\n", "text/xml"))
    text = {"to": own.number, "body": "Hello"}
    await own.does("POST", "/phones/%2B14155550124/messages", text)
    twiml = "<Response><Gather><Say>Press 1</Say></Gather></Response>"
    await own.call("POST", "{}/Calls.json", {"To": HANDSET, "From": own.number, "Twiml": twiml})
    await own.call("POST", "{}/OutgoingCallerIds.json", {"PhoneNumber": "+14155550177"})
    await own.call("POST", f"/v2/Services/{own.verify}/RateLimits", {"UniqueName": "by-address"})
    await own.call("POST", "/2010-04-01/Accounts.json", {"FriendlyName": "Below"})
    late = [{"kind": "delay", "seconds": 50}]
    await own.does("POST", "/faults", {"match": {"webhook": "status"}, "do": late})
    await own.does("POST", "/faults", {"match": {"delivery": "code"}, "do": late, "probability": 0.5})
    await own.start()
    await own.send(StatusCallback=receiver.url)
    await own.advance(5)


async def test_a_whole_world_is_read_as_it_was_written(local: Local, receiver: Receiver) -> None:
    await everything(local, receiver)
    text = written(local.simulator)

    apply(local.simulator, read(local.simulator, text))

    assert written(local.simulator) == text


async def test_a_whole_world_goes_on_as_the_first_time(local: Local, receiver: Receiver) -> None:
    await everything(local, receiver)
    text = written(local.simulator)
    futures = []
    for _ in range(2):
        apply(local.simulator, read(local.simulator, text))
        futures.append(await local.does("POST", "/clock/run-until-idle", {"seconds": MONTH}))

    kinds = {one["kind"] for one in futures[0]["fired"]}
    assert kinds >= {"call.progress", "verification.code", "webhook.delayed"}
    assert futures[0] == futures[1]


async def test_the_oldest_finished_messages_make_room(local: Local) -> None:
    await local.change(progress="manual")
    unfinished = await local.sent()
    await local.change(progress="immediate")
    oldest = await local.sent()
    for _ in range(KEPT_MESSAGES):
        await local.send()

    account = local.simulator.account
    assert len(account.messages) == KEPT_MESSAGES
    assert unfinished["sid"] in account.messages
    assert oldest["sid"] not in account.messages


async def test_messages_that_come_and_go_leave_nothing_behind(local: Local) -> None:
    await local.change(progress="immediate")
    for _ in range(20):
        sent = await local.sent()
        await local.call("DELETE", f"{{}}/Messages/{sent['sid']}.json")

    assert not local.simulator.account.ended


async def test_resetting_an_account_calls_off_what_was_to_come(local: Local, receiver: Receiver) -> None:
    other = await local.account()
    await local.sent(StatusCallback=receiver.url)
    await other.sent(StatusCallback=receiver.url)

    counts = await local.does("POST", "/reset", {"account": other.sid})
    await local.advance(60)

    assert (counts["messages"], counts["events_called_off"]) == (1, 1)
    assert {one.fields["AccountSid"] for one in receiver.got} == {local.sid}


async def test_a_reset_of_one_account_leaves_nothing_to_undo(local: Local) -> None:
    await local.does("POST", "/reset")
    await local.does("POST", "/reset", {"account": local.sid})

    assert (await local.control("POST", "/reset/undo")).status == 409
