"""Thousands of sends while everything fails, and the account of what became of each."""

import asyncio
import random
import signal
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import aiohttp
from tests.journeys.processes import Installation, ended

from ringback.settings import PostgresUrl
from ringback.store import open_store
from ringback.store.backlog import Census

SEED = 20_261_123
RECIPIENTS = [f"+1415555{number:04}" for number in range(1000, 1200)]
RENTED = [f"+151255501{number:02}" for number in range(20, 30)]
AT_ONCE = 32
Dice = tuple[dict[str, str], object, float]
DICE: list[Dice] = [
    ({"operation": "CreateMessage"}, {"kind": "drop", "stage": "after"}, 0.10),
    ({"operation": "CreateMessage"}, {"kind": "reset", "stage": "before"}, 0.05),
    ({"operation": "CreateMessage"}, {"kind": "rate_limit"}, 0.05),
    ({"operation": "CreateMessage"}, {"kind": "server_error", "stage": "before", "body": "json"}, 0.025),
    ({"operation": "CreateMessage"}, {"kind": "server_error", "stage": "after", "body": "html"}, 0.025),
    ({"webhook": "status"}, {"kind": "duplicate", "times": 1}, 0.1),
    ({"webhook": "status"}, {"kind": "reorder", "seconds": 2}, 0.1),
]


@dataclass
class Chaos:
    """One run: intents by number, each with its key, its job and its text.

    They are sent from the `senders` by turns, or from the account's own. So many callers were not answered
    (`cut`) because the server went away, or were told to ask again (`put_off`).
    """

    machine: Installation
    sends: int
    senders: list[str] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - repeatable
    jobs: dict[int, str] = field(default_factory=dict)
    cut: int = 0
    put_off: int = 0

    async def rent(self, numbers: list[str]) -> None:
        """More senders: Twilio's 429 lets the one rest that met it, and all that waits for it."""
        for number in numbers:
            await self._twilio("POST", self._account("IncomingPhoneNumbers"), {"PhoneNumber": number})
        self.senders = numbers

    async def arm(self, dice: list[Dice] = DICE) -> None:
        """From now on things go wrong at random, by a seed."""
        for place, (match, do, probability) in enumerate(dice):
            fault = {"match": match, "do": [do], "probability": probability, "seed": SEED + place}
            await self.machine.control("/faults", fault)

    async def disarm(self) -> None:
        """Nothing goes wrong any more, and everything that was to go wrong did."""
        faults = (await self.machine.control("/faults"))["faults"]
        assert [fault for fault in faults if not fault["dice"]["hits"]] == []
        async with self.machine.http.delete(f"{self.machine.twilio['url']}/_sim/faults") as answer:
            assert answer.status < 300

    async def accept_all(self, numbers: Iterable[int], intent: str) -> None:
        """Every send is accepted, however often the server must be asked."""
        left = iter(list(numbers))

        async def caller() -> None:
            for number in left:
                self.jobs[number] = await self._accepted(number, f"{intent}-{number}")

        await asyncio.gather(*(caller() for _ in range(AT_ONCE)))

    async def _accepted(self, number: int, key: str) -> str:
        inputs = {"to": RECIPIENTS[number % len(RECIPIENTS)], "body": f"Order {number}"}
        if self.senders:
            inputs["sender"] = self.senders[number % len(self.senders)]
        async with asyncio.timeout(300):
            while True:
                try:
                    status, job = await self.machine.act(
                        "SendMessage", inputs, wait=0, **{"idempotency-key": key}
                    )
                    if status in (200, 202):
                        return str(job["id"])
                    assert status == 503, job
                    self.put_off += 1
                except aiohttp.ClientError as error:
                    self.cut += not isinstance(error, aiohttp.ClientConnectorError)
                await asyncio.sleep(0.2)

    async def accepted(self, count: int) -> None:
        """Until so many are."""
        async with asyncio.timeout(300):
            while len(self.jobs) < count:  # noqa: ASYNC110 - callers come to it in any order
                await asyncio.sleep(0.002)

    async def settled(self, within: float) -> Counter[str]:
        """The jobs by state, once none waits or runs."""
        async with asyncio.timeout(within):
            while True:
                counts = await self.counts()
                if not counts["waiting"] and not counts["running"]:
                    return counts
                await asyncio.sleep(0.5)

    async def counts(self) -> Counter[str]:
        jobs = await self.states()
        return Counter(jobs.values())

    async def states(self) -> dict[str, str]:
        """Every job's state, page by page."""
        found: dict[str, str] = {}
        cursor = ""
        while True:
            page = await self._page(cursor)
            found |= {job["id"]: job["state"] for job in page["jobs"]}
            if not (cursor := page.get("next") or ""):
                return found

    async def _page(self, cursor: str) -> Any:
        sent = {"authorization": f"Bearer {self.machine.key}"}
        params = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        async with self.machine.http.get(
            f"{self.machine.url}/v1/jobs", params=params, headers=sent
        ) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def at_twilio(self) -> Counter[str]:
        """How often each text exists there."""
        path = self._account("Messages") + "?PageSize=1000"
        texts: Counter[str] = Counter()
        while path:
            page = await self._twilio("GET", path)
            texts.update(message["body"] for message in page["messages"])
            path = page["next_page_uri"]
        return texts

    def _account(self, what: str) -> str:
        return f"/2010-04-01/Accounts/{self.machine.twilio['account_sid']}/{what}.json"

    async def _twilio(self, method: str, path: str, form: dict[str, str] | None = None) -> Any:
        """Ask Twilio itself, as somebody else with the account's token."""
        facts = self.machine.twilio
        token = b64encode(f"{facts['account_sid']}:{facts['auth_token']}".encode()).decode()
        sent = {"authorization": f"Basic {token}"}
        async with self.machine.http.request(method, facts["url"] + path, data=form, headers=sent) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def ask_about(self, job_id: str, what: str, content: object = None) -> Any:
        sent = {"authorization": f"Bearer {self.machine.key}"}
        url = f"{self.machine.url}/v1/jobs/{job_id}/{what}"
        async with self.machine.http.post(url, json=content, headers=sent) as answer:
            # 409: a callback or the sweep has settled it meanwhile.
            assert answer.status in (200, 409), await answer.text()
            return await answer.json()

    async def account_for(self) -> None:
        """Hold what the jobs say against what is at Twilio, settle the rest by hand, and send it again."""
        await self.settled(within=300)
        await self.disarm()
        for job_id, state in (await self.states()).items():
            if state == "unknown":
                await self.ask_about(job_id, "reconcile")

        states, texts = await self.states(), await self.at_twilio()

        of = {self.jobs[number]: f"Order {number}" for number in range(self.sends)}
        assert len(of) == self.sends
        assert states.keys() == of.keys()
        assert [text for text, times in texts.items() if times > 1] == []
        assert {state for job, state in states.items() if texts[of[job]]} == {"done"}
        assert [job for job, state in states.items() if state == "done" and not texts[of[job]]] == []

        absent = [number for number in range(self.sends) if states[self.jobs[number]] != "done"]
        assert {states[self.jobs[number]] for number in absent} <= {"unknown", "not_sent"}
        for number in absent:
            if states[self.jobs[number]] == "unknown":
                await self.ask_about(self.jobs[number], "settle", {"state": "not_sent"})
        await self.accept_all(absent, "again")
        await self.settled(within=300)

        assert await self.at_twilio() == Counter({f"Order {number}": 1 for number in range(self.sends)})


async def census_of(machine: Installation) -> Census:
    """What its ledger holds that is not at its end, and the alarms in it."""
    place = PostgresUrl(machine.database) if machine.database else next(machine.home.rglob("ringback.db"))
    async with open_store(place) as store:
        return await store.backlog.look()


def said_in_all(machine: Installation, event: str) -> int:
    """How often the processes of a machine have logged an event."""
    return sum(log.read_text().count(event) for log in machine.logs.values())


@dataclass
class Victims:
    """Processes of which each second one that works is killed without warning, and followed by another."""

    start: Callable[[], Awaitable[asyncio.subprocess.Process]]
    count: int
    works: Callable[[asyncio.subprocess.Process], bool]
    done: Callable[[], int]
    chance: random.Random
    kills: list[int] = field(default_factory=list)
    children: list[asyncio.subprocess.Process] = field(default_factory=list)

    @asynccontextmanager
    async def killed_again_and_again(self) -> AsyncIterator[None]:
        """As long as the block lasts; `kills` tells how much was `done` at each."""
        over = asyncio.Event()
        killing = asyncio.create_task(self._kill_until(over))
        try:
            yield
        finally:
            over.set()  # not cancelled: who is just being started would live on
            await killing

    async def _kill_until(self, over: asyncio.Event) -> None:
        try:
            self.children = [await self.start() for _ in range(self.count)]
            while not over.is_set():
                await asyncio.sleep(1)
                await self._follow()
                working = [child for child in self.children if self.works(child)]
                if working:
                    await self._kill(self.chance.choice(working))
        finally:
            await asyncio.gather(*(ended(child) for child in self.children))

    def longest_peace(self) -> int:
        """How much was done at most from one kill to the next, or before the first."""
        return max(later - sooner for sooner, later in pairwise([0, *self.kills]))

    async def _follow(self) -> None:
        """As supervisors do: who met a database that was just restarting is followed by another."""
        for place, child in enumerate(self.children):
            if child.returncode is not None:
                self.children[place] = await self.start()

    async def _kill(self, victim: asyncio.subprocess.Process) -> None:
        victim.send_signal(signal.SIGKILL)
        await victim.wait()
        self.kills.append(self.done())
        self.children[self.children.index(victim)] = await self.start()
