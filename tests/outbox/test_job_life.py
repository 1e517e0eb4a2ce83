"""A job's whole life in any order: only the moves that the ledger's rules name."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.store.conftest import NOBODY, a_job, an_account, ticket

from ringback.store import Store, open_store
from ringback.store.again import Replacement
from ringback.store.claims import Claimed
from ringback.store.endings import Ending, MadeMessage, Place
from ringback.store.history import NOT_BEGUN
from ringback.store.jobs import UNPACED, Start
from ringback.store.rows import Job, State
from ringback.store.statuses import ORDER, SETTLED

AnswerT = TypeVar("AnswerT")
P = ParamSpec("P")

MOVES = {
    State.WAITING: {State.RUNNING, State.WITHDRAWN},
    State.RUNNING: {State.DONE, State.REFUSED, State.UNKNOWN, State.WAITING, State.NOT_SENT},
    State.UNKNOWN: {State.DONE, State.REFUSED, State.NOT_SENT},
}
PROVED = (State.WAITING, State.DONE)
DOUBTED = (State.WAITING, State.UNKNOWN)
OPEN = (State.WAITING, State.RUNNING, State.UNKNOWN)
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - how long a disk takes proves nothing
STATUSES = sorted(ORDER)
MESSAGE = st.integers(1, 2)  # that there are two is wrong already
STEP = 10  # milliseconds that anything takes
LEASE = 1.0  # seconds
OWNER = "p"
TAKEN_BY = st.sampled_from(["nobody", "its process", "a process that is not told"])
LASTS = st.none() | st.integers(20, 100)
WHICH = st.integers(0, 3)  # of the tries so far, the latest first


def mostly(*states: State) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """A rule for those states, that is followed in others only at one instant in five."""
    return precondition(lambda life: life.job.state in states or life.now // STEP % 5 == 0)


class Life(RuleBasedStateMachine):
    """A job on a real file and everybody who may move it; once it has ended, another may follow."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.now = 2_000
        self.jobs = 0
        self.ended: list[Job] = []
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY)))
        self.store = self.opened()
        # Beside it, what the same process is told by a database whose answers never arrive.
        self.deaf = self.opened()
        self.do(self.store.accounts.insert(an_account()))

    def opened(self) -> Store:
        return self.do(self.stack.enter_async_context(open_store(self.folder / "l.db", lambda: self.now)))

    @initialize(taken_by=TAKEN_BY, lasts=LASTS)
    def accept(self, taken_by: str, lasts: int | None) -> None:
        """It waits, or runs at once; and it may expire after so many steps."""
        self.begun: list[int] = []  # tries that may have made a message
        self.trying: list[int] = []  # those that have not said what they came to
        self.told: list[tuple[Place, Ending]] = []
        self.job_id = self.new_id()
        self.expires_at = None if lasts is None else self.now + lasts * STEP
        start = None if taken_by == "nobody" else Start(OWNER, LEASE)
        store = self.deaf if taken_by == "a process that is not told" else self.store
        new = a_job(self.job_id, now=self.now, expires_at=self.expires_at)
        self.do(store.jobs.accept(new, NOBODY, UNPACED, start))
        self.job = self.read()
        self.unheard = store is self.deaf
        if taken_by == "its process":
            self.begin()
        assert self.job.state is (State.WAITING if start is None else State.RUNNING)
        self.hold(self.job)

    @precondition(lambda self: self.job.state.ended)
    @rule(taken_by=TAKEN_BY, lasts=LASTS)
    def accept_another(self, taken_by: str, lasts: int | None) -> None:
        self.ended.append(self.job)
        self.accept(taken_by, lasts)

    def new_id(self) -> str:
        self.jobs += 1
        return f"job_{self.jobs}"

    def begin(self) -> None:
        self.begun.append(self.job.attempts)
        self.trying.append(self.job.attempts)

    def teardown(self) -> None:
        """What has ended stayed so, whatever befell others."""
        try:
            for job in self.ended:
                assert self.do(self.store.jobs.get(job.id)) == job
        finally:
            self.do(self.stack.aclose())
            self.runner.close()

    def do(self, work: Awaitable[AnswerT]) -> AnswerT:
        async def awaited() -> AnswerT:
            return await work

        self.now += STEP
        return self.runner.run(awaited())

    def read(self) -> Job:
        job = self.do(self.store.jobs.get(self.job_id))
        assert job is not None
        return job

    def sid(self, message: int) -> str:
        number = self.job_id.removeprefix("job_")
        return f"SM{number:0>31}{message}"

    def place(self, attempt: int) -> Place:
        return Place(account_id="acc_shop", job_id=self.job_id, attempt=attempt)

    @property
    def latest(self) -> Place:
        return self.place(self.job.attempts)

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= self.now

    def moved(self, also: tuple[State, State] | None = None) -> None:
        """Look again, and hold the move against the rules."""
        before, self.job = self.job, self.read()
        went = (before.state, self.job.state)
        if before.state is not self.job.state and went != also:
            assert self.job.state in MOVES.get(before.state, set()), went
        assert before.message_sid in (None, self.job.message_sid)
        self.hold(before)

    def hold(self, before: Job) -> None:
        """What is true at any time."""
        assert (self.job.sealed is None) == (self.job.state not in (State.WAITING, State.RUNNING))
        assert (self.job.lease_owner is not None) == (self.job.state is State.RUNNING)
        assert self.job.state is not State.DONE or self.job.error is None
        if before.message_status is not None and before.message_status != self.job.message_status:
            assert self.job.message_status is not None
            assert before.message_status not in SETTLED or self.job.message_status == "read"
            assert ORDER[self.job.message_status] > ORDER[before.message_status]
        self.hold_tries(before)

    def hold_tries(self, before: Job) -> None:
        """What waits was not sent by any try before; nor was, before the try that runs, what runs.

        From running it waits again if its try was not sent, or if that was never begun: then it counts for
        nothing.
        """
        tries, events = self.do(self.store.jobs.timeline(self.job_id))
        if self.job.state in (State.WAITING, State.RUNNING):
            ended = self.job.attempts - (self.job.state is State.RUNNING)
            known = [(one.number, one.verdict) for one in tries if one.verdict is not None]
            assert known == [(number, "not_sent") for number in range(1, ended + 1)]
        if (before.state, self.job.state) != (State.RUNNING, State.WAITING):
            assert self.job.attempts >= before.attempts
        elif events[-1].kind == NOT_BEGUN:
            assert before.attempts not in self.begun
            assert self.job.attempts == before.attempts - 1
        else:
            assert events[-1].kind == "put_back"
            assert self.job.attempts == before.attempts == tries[-1].number

    @mostly(State.WAITING)
    @rule()
    def claim(self) -> None:
        taken = self.do(self.store.claims.claim(ticket(self.job_id), None, OWNER, LEASE))
        assert isinstance(taken, Claimed) == (self.job.state is State.WAITING and not self.expired)
        self.moved()
        if isinstance(taken, Claimed):
            self.begin()

    @precondition(lambda self: self.job.state is State.WAITING and not self.expired)
    @rule(times=st.integers(1, 3))
    def try_in_vain(self, times: int) -> None:
        """Whole tries, each of which sends nothing."""
        for _ in range(times):
            self.claim()
            if self.job.state is State.RUNNING:
                self.not_sent()

    @precondition(lambda self: self.job.state is State.WAITING)
    @rule()
    def claim_unheard(self) -> None:
        self.do(self.deaf.claims.claim(ticket(self.job_id), None, OWNER, LEASE))
        self.moved()
        self.unheard = self.job.state is State.RUNNING

    @mostly(State.RUNNING)
    @rule(times=st.integers(1, 3))
    def put_back_unrun(self, times: int) -> None:
        """The one way back without a verdict: of a try that nobody began."""
        nobodys = self.unheard and self.job.state is State.RUNNING
        for _ in range(times):
            back = self.do(self.store.leases.put_back_unrun(OWNER))
            assert self.unheard or not back
            self.moved()
            self.unheard = self.unheard and self.job.state is State.RUNNING
        assert not nobodys or times == 1 or self.job.state is State.WAITING

    @precondition(lambda self: self.trying)
    @rule(message=MESSAGE, status=st.sampled_from(["accepted", "queued"]))
    def answer(self, message: int, status: str) -> None:
        made = MadeMessage(sid=self.sid(message), status=status)
        was = self.job.state
        self.record(Ending(state=State.DONE, result='{"num_segments": 1}', message=made))
        self.moved(PROVED)
        assert was not in OPEN or self.job.state is State.DONE

    @precondition(lambda self: self.trying)
    @rule(state=st.sampled_from([State.REFUSED, State.NOT_SENT, State.UNKNOWN]))
    def fail(self, state: State) -> None:
        self.record(Ending(state=state, error={"message": "no"}))
        self.moved()

    @precondition(lambda self: self.trying)
    @rule()
    def not_sent(self) -> None:
        was, of_latest = self.job.state, self.trying[-1] == self.job.attempts
        self.record(Ending(state=State.WAITING, error={"message": "not now"}, wait=0))
        self.moved()
        if was is State.RUNNING and of_latest:
            assert self.job.state is State.WAITING
        if was is State.UNKNOWN:
            assert self.job.state is (State.NOT_SENT if of_latest else State.UNKNOWN)

    def record(self, ending: Ending) -> None:
        """Each try says what it came to, and says it again until it is answered."""
        place = self.place(self.trying.pop())
        self.do(self.store.outcomes.record(place, ending, OWNER, self.now))
        self.told.append((place, ending))

    @precondition(lambda self: self.told)
    @rule(back=WHICH)
    def tell_again(self, back: int) -> None:
        """An answer whose commit was not answered, however many tries ago."""
        place, ending = self.told[max(-len(self.told), -1 - back)]
        was, known = self.job, self.do(self.store.jobs.timeline(self.job_id))
        self.do(self.store.outcomes.record(place, ending, OWNER, self.now))
        self.moved()
        assert (self.job.state, self.job.attempts) == (was.state, was.attempts)
        if was.state in (State.WAITING, State.RUNNING, State.WITHDRAWN):
            assert self.do(self.store.jobs.timeline(self.job_id)) == known

    @precondition(lambda self: self.begun)
    @rule(back=WHICH, message=MESSAGE, status=st.sampled_from(STATUSES))
    def report(self, back: int, message: int, status: str) -> None:
        attempt = self.begun[max(-len(self.begun), -1 - back)]
        was, made = self.job.state, MadeMessage(sid=self.sid(message), status=status)
        news = self.do(self.store.outcomes.report(self.place(attempt), made, "callback", self.now))
        self.moved(PROVED)
        if news and was in OPEN:
            assert self.job.state is State.DONE

    @mostly(State.RUNNING)
    @rule(passed=st.sampled_from([0, 0, 0, 2_000]))
    def condemn(self, passed: int) -> None:
        self.now += passed
        due = self.job.state is State.RUNNING and (self.job.lease_until or 0) < self.now + STEP
        condemned = self.do(self.store.outcomes.condemn_lapsed(self.now))
        assert condemned == ([self.job_id] if due else [])
        self.moved()

    @mostly(State.RUNNING)
    @rule()
    def renew(self) -> None:
        self.do(self.store.claims.renew([self.job_id], OWNER, LEASE))
        self.moved()

    @mostly()
    @rule()
    def doubt(self) -> None:
        """A backup was restored, or a failover lost commits: nobody knows what left since."""
        was = self.job
        self.do(self.store.restoring.doubt_all(self.now))
        self.moved(DOUBTED)
        if was.state in (State.WAITING, State.RUNNING):
            assert (self.job.state, self.job.attempts) == (State.UNKNOWN, was.attempts + 1)
            self.begun.append(self.job.attempts)

    @mostly(State.UNKNOWN)
    @rule(
        state=st.sampled_from([State.DONE, State.REFUSED, State.NOT_SENT]),
        message=st.none() | MESSAGE,
    )
    def settle(self, state: State, message: int | None) -> None:
        was, made = self.job.state, None
        if message is not None:
            made = MadeMessage(sid=self.sid(message), status="queued")
        ending = Ending(state=state, message=made)
        settled = self.do(self.store.outcomes.settle(self.latest, ending, "ada", self.now))
        assert settled == (was is State.UNKNOWN)
        self.moved()

    @mostly(State.UNKNOWN)
    @rule()
    def settle_and_send_again(self) -> None:
        """Another job takes its place, if it is unknown; else nothing is written."""
        was = self.job.state
        other = Replacement(a_job(self.new_id(), now=self.now), NOBODY, UNPACED)
        ending = Ending(state=State.NOT_SENT)
        settled = self.do(self.store.again.settle(self.latest, ending, "ada", other))
        made = self.do(self.store.jobs.get(other.new.id))
        assert settled == (made is not None) == (was is State.UNKNOWN)
        assert made is None or (made.state, made.attempts) == (State.WAITING, 0)
        self.moved()

    @mostly()
    @rule()
    def withdraw(self) -> None:
        withdrawn = self.do(self.store.jobs.withdraw(self.job_id, "ada", self.now))
        assert withdrawn == (self.job.state is State.WAITING)
        self.moved()

    @mostly(State.WAITING)
    @rule()
    def withdraw_expired(self) -> None:
        """What had not left by its instant never leaves."""
        withdrawn = self.do(self.store.ageing.withdraw_expired("deadline", 10))
        assert withdrawn == ([self.job_id] if self.job.state is State.WAITING and self.expired else [])
        self.moved()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=75, stateful_step_count=40, deadline=None)
