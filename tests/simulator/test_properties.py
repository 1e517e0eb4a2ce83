"""What holds after anything that may happen, in any order."""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.local import HANDSET, Local, Receiver, receiving

from twilio_simulator.simulator import Options, Simulator
from twilio_simulator.world.message import FINISHED, NEXT, Message

pytestmark = pytest.mark.anyio
OTHER = "+14155550124"
DAY = 24 * 3_600_000
WORDS = ("STOP", "START", "Hello", "HELP")
STEPS = st.one_of(
    st.tuples(st.just("send"), st.sampled_from([HANDSET, OTHER])),
    st.tuples(st.just("whatsapp"), st.sampled_from([HANDSET, OTHER])),
    st.tuples(st.just("text"), st.sampled_from(WORDS)),
    st.tuples(st.just("chat"), st.sampled_from(WORDS)),
    st.tuples(st.just("advance"), st.sampled_from([0.1, 0.5, 2.0, 3600.0, 86_000.0])),
    st.tuples(st.just("phone"), st.sampled_from(["off", "reachable", "blocking"])),
    st.tuples(st.just("lose"), st.sampled_from(["drop", "duplicate"])),
    st.tuples(st.just("reset"), st.just("account")),
)
# Few kinds, so that a chat is often followed by hours that end near the window's edge.
HOURS = st.one_of(
    st.tuples(st.just("chat"), st.just("Hello")),
    st.tuples(st.just("text"), st.just("Hello")),
    st.tuples(st.just("advance"), st.sampled_from([2_000.0, 41_000.0, 84_000.0])),
    st.tuples(st.just("reset"), st.just("account")),
)
Step = tuple[str, Any]


@dataclass
class Story:
    """One play of the steps: the world afterwards, and what was asked of it on the way."""

    local: Local
    receiver: Receiver
    last_chat: int | None = None
    """When the handset last wrote by WhatsApp, None since a reset."""
    opted_out: bool = False
    codes: list[tuple[bool, int | None]] = field(default_factory=list)
    """Whether the handset was opted out at a create to it, and the answer's code."""

    async def take(self, step: Step) -> None:
        what, value = step
        await getattr(self, what)(value)

    async def send(self, to: str) -> None:
        answer = await self.local.send(To=to, StatusCallback=self.receiver.url)
        if to == HANDSET:
            self.codes.append((self.opted_out, answer.code if answer.status >= 400 else None))

    async def whatsapp(self, to: str) -> None:
        form = {"To": f"whatsapp:{to}", "From": self.local.whatsapp, "StatusCallback": self.receiver.url}
        await self.local.send(**form)

    async def text(self, word: str) -> None:
        await self._type(self.local.number, word)
        self.opted_out = {"STOP": True, "START": False}.get(word, self.opted_out)

    async def chat(self, word: str) -> None:
        await self._type(self.local.whatsapp, word)
        self.last_chat = self.local.simulator.world.clock.now()

    async def _type(self, to: str, word: str) -> None:
        await self.local.does("POST", f"/phones/{HANDSET}/messages", {"to": to, "body": word})

    async def advance(self, seconds: float) -> None:
        await self.local.advance(seconds)

    async def phone(self, state: str) -> None:
        await self.local.does("PATCH", f"/phones/{HANDSET}", {"state": state})

    async def lose(self, kind: str) -> None:
        fault = {"match": {"webhook": "status"}, "do": [{"kind": kind}]}
        await self.local.does("POST", "/faults", fault)

    async def reset(self, _: str) -> None:
        await self.local.does("POST", "/reset", {"account": self.local.sid})
        self.last_chat, self.opted_out = None, False

    @property
    def messages(self) -> list[Message]:
        return list(self.local.simulator.account.messages.values())


async def played(steps: list[Step], receiver: Receiver, seed: int = 7) -> Story:
    story = Story(Local(Simulator(Options(seed=seed))), receiver)
    story.local.simulator.world.clock.freeze()
    for step in steps:
        await story.take(step)
    await story.local.simulator.webhooks.settled()
    return story


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS, max_size=12))
async def test_statuses_only_move_forward_and_end_once(steps: list[Step]) -> None:
    async with receiving() as receiver:
        story = await played(steps, receiver)

    for message in story.messages:
        walked = [status for status, _ in message.timeline]
        assert all(then in NEXT[now] for now, then in pairwise(walked)), walked
        assert len([one for one in walked if one in FINISHED and one != "read"]) <= 1, walked
        assert walked[-1] == message.status


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS, max_size=12), size=st.integers(1, 4))
async def test_pages_add_up_to_the_set_and_repeat_no_row(steps: list[Step], size: int) -> None:
    async with receiving() as receiver:
        story = await played(steps, receiver)
    path: str | None = f"{{}}/Messages.json?PageSize={size}"
    rows: list[str] = []
    while path:
        page = (await story.local.call("GET", path)).json
        rows += [one["sid"] for one in page["messages"]]
        path = page["next_page_uri"]
        assert len(rows) <= len(story.messages)

    assert rows == [one.sid for one in reversed(story.messages)]
    assert len(set(rows)) == len(rows)


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(HOURS, max_size=6), seconds=st.sampled_from([1.0, 84_000.0, 86_399.0, 86_400.0, 89_000.0])
)
async def test_the_window_is_open_iff_somebody_wrote_within_a_day(steps: list[Step], seconds: float) -> None:
    async with receiving() as receiver:
        story = await played([*steps, ("chat", "Hello"), ("advance", seconds)], receiver)
    simulator = story.local.simulator
    now, sender = simulator.world.clock.now(), story.local.whatsapp.removeprefix("whatsapp:")

    due = story.last_chat is not None and now < story.last_chat + DAY

    assert simulator.account.window_is_open(sender, HANDSET, now) == due


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS, max_size=12))
async def test_stop_holds_until_start(steps: list[Step]) -> None:
    async with receiving() as receiver:
        story = await played(steps, receiver)

    assert all((code == 21610) == opted_out for opted_out, code in story.codes)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS.filter(lambda step: step[0] != "reset"), max_size=12))
async def test_every_webhook_that_was_due_was_delivered_or_dropped(steps: list[Step]) -> None:
    async with receiving() as receiver:
        story = await played(steps, receiver)
    attempts = [one for one in story.local.simulator.webhooks.kept.values() if one.kind == "status"]
    announced = [
        (message.sid, status)
        for message in story.messages
        for status, _ in message.timeline[1:]
        if message.callback and status != "sending"
    ]

    dropped = [(one.subject, one.status) for one in attempts if one.state == "dropped"]
    arrived = [(got.fields["MessageSid"], got.fields["MessageStatus"]) for got in receiver.got]

    assert sorted(set(arrived) | set(dropped)) == sorted(announced)
    assert not set(arrived) & set(dropped)


def unaddressed(story: Story) -> list[str]:
    """The log without what the machine decides: instants and ports."""
    events = story.local.simulator.world.log.after(0)
    rows = [{**one.resource(), "at": "", "url": "", "latency_ms": 0} for one in events]
    return [re.sub(r"127\.0\.0\.1:\d+", "", str(row)) for row in rows]


@settings(max_examples=15, deadline=None)
@given(steps=st.lists(STEPS, max_size=10), seed=st.integers(0, 3))
async def test_the_same_seed_leaves_the_same_trace(steps: list[Step], seed: int) -> None:
    async with receiving() as receiver:
        first, second = [await played(steps, receiver, seed) for _ in range(2)]

    assert unaddressed(first) == unaddressed(second)
    assert [one.sid for one in first.messages] == [one.sid for one in second.messages]
