"""The whole world kept by name and brought back."""

import asyncio
from typing import Any

import orjson
import pytest
from tests.simulator.local import HANDSET, Local, Receiver

from twilio_simulator.snapshots.capture import FORMAT, read, written
from twilio_simulator.snapshots.graph import ForeignError
from twilio_simulator.snapshots.shelf import MOST

pytestmark = pytest.mark.anyio


def state(local: Local) -> Any:
    """The world without its log, which grows with every look."""
    content = orjson.loads(written(local.simulator))
    return read(local.simulator, orjson.dumps(content))


async def lively(local: Local) -> None:
    """A world with something of everything in it."""
    await local.sent(Body="Before")
    await local.start()
    await local.does("POST", "/phones/%2B14155550123/messages", {"to": local.whatsapp, "body": "Hi"})
    await local.does("POST", "/accounts", {"api_keys": 1, "type": "Trial", "messaging_services": ["Pool"]})
    await local.does("POST", "/faults", {"match": {"to": HANDSET}, "do": ["rate_limit", "none"]})
    await local.advance(0.2)


async def test_a_snapshot_brings_back_messages_clock_faults_and_what_was_to_come(local: Local) -> None:
    await lively(local)
    clock = await local.does("GET", "/clock")
    faults = await local.does("GET", "/faults")
    messages = (await local.call("GET", "{}/Messages.json")).json
    code = await local.code()

    await local.does("POST", "/snapshots/start")
    await local.advance(3600)
    await local.does("DELETE", "/faults")
    await local.sent(Body="After")
    restored = await local.does("POST", "/snapshots/start/restore")

    assert restored["restored"] is True
    assert await local.does("GET", "/clock") == clock
    assert await local.does("GET", "/faults") == faults
    assert (await local.call("GET", "{}/Messages.json")).json == messages
    assert await local.code() == code


async def test_a_restored_world_goes_on_as_the_first_time(local: Local) -> None:
    await lively(local)
    await local.does("POST", "/snapshots/start")
    first = await local.advance(3600)
    first_screen = await local.does("GET", "/phones/%2B14155550123/messages")
    first_sid = (await local.sent(To="+14155550124"))["sid"]

    await local.does("POST", "/snapshots/start/restore")
    second = await local.advance(3600)

    assert (second["fired"], second["now"]) == (first["fired"], first["now"])
    assert await local.does("GET", "/phones/%2B14155550123/messages") == first_screen
    assert (await local.sent(To="+14155550124"))["sid"] == first_sid


async def test_tokens_of_a_restored_account_hold(local: Local) -> None:
    other = await local.account()
    await local.does("POST", "/snapshots/start")
    await other.change(tokens="rotate")
    assert (await other.call("GET", "{}.json")).status == 401

    await local.does("POST", "/snapshots/start/restore")

    assert (await other.call("GET", "{}.json")).status == 200


async def test_the_same_world_is_written_the_same_way(local: Local) -> None:
    await lively(local)

    assert written(local.simulator) == written(local.simulator)


async def test_what_is_read_is_what_was_written(local: Local) -> None:
    await lively(local)
    text = written(local.simulator)

    await local.does("POST", "/snapshots/start")
    await local.does("POST", "/snapshots/start/restore")
    await local.does("POST", "/snapshots/again")
    rows = [orjson.loads(one)["rows"] for one in (text, written(local.simulator))]

    # Only the log has grown, by two events and their details.
    assert len(rows[1]) - len(rows[0]) == 4


async def test_a_webhook_under_way_is_sent_again(local: Local, receiver: Receiver) -> None:
    stuck: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    receiver.answers.append(stuck)
    sent = await local.sent(StatusCallback=receiver.url)
    await local.does("POST", "/clock/advance", {"seconds": 10, "wait": False})
    await asyncio.sleep(0.05)
    await local.does("POST", "/snapshots/start")
    assert len(receiver.got) == 1

    await local.does("POST", "/snapshots/start/restore")
    await local.simulator.webhooks.settled()

    assert [one.fields["MessageSid"] for one in receiver.got] == [sent["sid"]] * 3
    assert receiver.statuses == ["sent", "sent", "delivered"]
    assert (
        receiver.got[0].headers["i-twilio-idempotency-token"]
        == (receiver.got[1].headers["i-twilio-idempotency-token"])
    )
    stuck.cancel()


async def test_a_reset_can_be_undone(local: Local) -> None:
    await lively(local)
    messages = (await local.call("GET", "{}/Messages.json")).json
    clock = await local.does("GET", "/clock")

    await local.does("POST", "/reset")
    assert (await local.call("GET", "{}/Messages.json")).json["messages"] == []
    await local.does("POST", "/reset/undo")

    assert (await local.call("GET", "{}/Messages.json")).json == messages
    assert await local.does("GET", "/clock") == clock
    assert (await local.does("GET", "/faults"))["unused"] == 2
    assert (await local.control("POST", "/reset/undo")).status == 409


async def test_the_cursor_never_goes_back(local: Local) -> None:
    await local.does("POST", "/snapshots/start")
    await local.sent()
    before = (await local.does("GET", "/events"))["cursor"]

    await local.does("POST", "/snapshots/start/restore")
    events = (await local.does("GET", f"/events?after={before}"))["events"]

    assert [(one["kind"], one["subject"]) for one in events] == [("world.restored", "start")]
    assert events[0]["cursor"] == before + 1


async def test_an_advance_ends_where_the_world_is_exchanged(local: Local, receiver: Receiver) -> None:
    stuck: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    receiver.answers.append(stuck)
    await local.does("POST", "/snapshots/start")
    now = (await local.does("GET", "/clock"))["now"]
    await local.sent(StatusCallback=receiver.url)
    advancing = asyncio.create_task(local.advance(3600))
    await asyncio.sleep(0.05)

    await local.does("POST", "/snapshots/start/restore")
    await asyncio.wait_for(advancing, 2)

    assert (await local.does("GET", "/clock"))["now"] == now
    stuck.cancel()


async def test_snapshots_are_listed_replaced_and_removed(local: Local) -> None:
    await local.does("POST", "/snapshots/one")
    await local.sent()
    again = await local.does("POST", "/snapshots/one")

    listed = (await local.does("GET", "/snapshots"))["snapshots"]
    await local.does("DELETE", "/snapshots/one")

    assert (again["replaced"], again["messages"]) == (True, 1)
    assert [one["name"] for one in listed] == ["one"]
    assert (await local.does("GET", "/snapshots"))["snapshots"] == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/snapshots/nothing/restore", 404),
        ("DELETE", "/snapshots/nothing", 404),
        ("POST", "/snapshots/a%20b", 400),
        ("POST", "/snapshots/" + "x" * 65, 400),
    ],
)
async def test_mistakes_are_named(local: Local, method: str, path: str, status: int) -> None:
    answer = await local.control(method, path)

    assert answer.status == status
    assert answer.json["errors"][0]["remedy"]


ROWS: list[tuple[str, list[Any]]] = [
    ("a function of somebody else", ["object", "os:system"]),
    ("an unknown kind of row", ["call", "os.system", "true"]),
    ("a function that is no method", ["partial", [1]]),
    ("a method that does not exist", ["method", [2], "nothing"]),
    ("a part that does not exist", ["part", "os"]),
    ("a row that is not there", ["list", [99]]),
]


@pytest.mark.parametrize(("row"), [row for _, row in ROWS], ids=[name for name, _ in ROWS])
async def test_foreign_files_are_refused(local: Local, row: list[Any]) -> None:
    rows = [row, ["tuple"], ["part", "world"]]
    text = orjson.dumps({"format": FORMAT, "version": "1", "root": [0], "rows": rows})

    with pytest.raises(ForeignError):
        read(local.simulator, text)


@pytest.mark.parametrize("text", [b"", b"[]", b'{"format": "x"}', b'{"rows": 1}', b"\x80\x04."])
async def test_what_is_no_snapshot_is_refused(local: Local, text: bytes) -> None:
    with pytest.raises(ForeignError):
        read(local.simulator, text)


async def test_there_is_an_end_to_snapshots(local: Local) -> None:
    for index in range(MOST):
        await local.does("POST", f"/snapshots/s{index}")

    assert (await local.control("POST", "/snapshots/more")).status == 409
    assert (await local.does("POST", "/snapshots/s0"))["replaced"] is True
