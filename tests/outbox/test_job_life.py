"""A job's whole life in any order: only the moves that the ledger's rules name."""

import asyncio
import tempfile
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from tests.store.conftest import NOBODY, a_job, an_account, ticket

from ringback.store import open_store
from ringback.store.claims import Claimed
from ringback.store.endings import Ending, MadeMessage, Place
from ringback.store.rows import Job, State
from ringback.store.statuses import ORDER, SETTLED

AnswerT = TypeVar("AnswerT")

MOVES = {
    State.WAITING: {State.RUNNING, State.WITHDRAWN},
    State.RUNNING: {State.DONE, State.REFUSED, State.UNKNOWN, State.WAITING, State.NOT_SENT},
    State.UNKNOWN: {State.DONE, State.REFUSED, State.NOT_SENT},
}
SIDS = ["SM" + digit * 32 for digit in "12"]
STATUSES = sorted(ORDER)
STEP = 10  # milliseconds that anything takes
LEASE = 1.0  # seconds


class Life(RuleBasedStateMachine):
    """One job on a real file, and everybody who may move it."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.now = 2_000
        self.trying = False
        self.unheard = False
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.store = self.do(
            self.stack.enter_async_context(open_store(Path(folder) / "l.db", lambda: self.now))
        )
        # Beside it, what the same process is told by a database whose answers never arrive.
        self.deaf = self.do(
            self.stack.enter_async_context(open_store(Path(folder) / "l.db", lambda: self.now))
        )
        self.do(self.store.accounts.insert(an_account()))
        self.do(self.store.jobs.accept(a_job(), NOBODY))
        self.job = self.read()

    def teardown(self) -> None:
        self.do(self.stack.aclose())
        self.runner.close()

    def do(self, work: Awaitable[AnswerT]) -> AnswerT:
        async def awaited() -> AnswerT:
            return await work

        self.now += STEP
        return self.runner.run(awaited())

    def read(self) -> Job:
        job = self.do(self.store.jobs.get("job_1"))
        assert job is not None
        return job

    @property
    def place(self) -> Place:
        return Place(account_id="acc_shop", job_id="job_1", attempt=self.job.attempts)

    def moved(self, *, proved: bool = False, put_back: bool = False) -> None:
        """Look again, and hold the move against the rules."""
        before, self.job = self.job, self.read()
        went = (before.state, self.job.state)
        if before.state is not self.job.state and not (proved and went == (State.WAITING, State.DONE)):
            assert self.job.state in MOVES.get(before.state, set()), went
        assert put_back or went != (State.RUNNING, State.WAITING)
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

    @rule()
    def claim(self) -> None:
        taken = self.do(self.store.claims.claim(ticket(), None, "p", LEASE))
        assert isinstance(taken, Claimed) == (self.job.state is State.WAITING)
        self.trying = self.trying or taken is not None
        self.moved()

    @precondition(lambda self: self.job.state is State.WAITING)
    @rule()
    def claim_unheard(self) -> None:
        self.do(self.deaf.claims.claim(ticket(), None, "p", LEASE))
        self.unheard = True
        self.moved()

    @rule(times=st.integers(1, 3))
    def put_back_unrun(self, times: int) -> None:
        """The one way back without a verdict: of a try that nobody began."""
        for _ in range(times):
            back = self.do(self.store.leases.put_back_unrun("p"))
            assert self.unheard or not back
            self.moved(put_back=self.unheard)
            self.unheard = self.unheard and self.job.state is State.RUNNING

    @precondition(lambda self: self.trying)
    @rule(sid=st.sampled_from(SIDS), status=st.sampled_from(["accepted", "queued"]))
    def answer(self, sid: str, status: str) -> None:
        made = MadeMessage(sid=sid, status=status)
        self.record(Ending(state=State.DONE, result='{"num_segments": 1}', message=made))
        self.moved()

    @precondition(lambda self: self.trying)
    @rule(state=st.sampled_from([State.REFUSED, State.NOT_SENT, State.UNKNOWN]))
    def fail(self, state: State) -> None:
        self.record(Ending(state=state, error={"message": "no"}))
        self.moved()

    @precondition(lambda self: self.trying)
    @rule()
    def not_sent(self) -> None:
        was = self.job.state
        self.record(Ending(state=State.WAITING, error={"message": "not now"}, wait=0))
        self.moved(put_back=True)
        assert was is not State.RUNNING or self.job.state is State.WAITING
        assert was is not State.UNKNOWN or self.job.state is State.NOT_SENT

    def record(self, ending: Ending) -> None:
        """Each try says once what it came to."""
        self.trying = False
        self.do(self.store.outcomes.record(self.place, ending, "p", self.now))

    @precondition(lambda self: self.job.attempts > 0)
    @rule(sid=st.sampled_from(SIDS), status=st.sampled_from(STATUSES))
    def report(self, sid: str, status: str) -> None:
        was, made = self.job.state, MadeMessage(sid=sid, status=status)
        news = self.do(self.store.outcomes.report(self.place, made, "callback", self.now))
        self.moved(proved=True)
        if news and was in (State.WAITING, State.RUNNING, State.UNKNOWN):
            assert self.job.state is State.DONE

    @rule(late=st.booleans())
    def condemn(self, late: bool) -> None:  # noqa: FBT001 - drawn
        self.now += 2_000 if late else 0
        due = self.job.state is State.RUNNING and (self.job.lease_until or 0) < self.now + STEP
        condemned = self.do(self.store.outcomes.condemn_lapsed(self.now))
        assert condemned == (["job_1"] if due else [])
        self.moved()

    @rule()
    def renew(self) -> None:
        self.do(self.store.claims.renew(["job_1"], "p", LEASE))
        self.moved()

    @rule(
        state=st.sampled_from([State.DONE, State.REFUSED, State.NOT_SENT]),
        sid=st.none() | st.sampled_from(SIDS),
    )
    def settle(self, state: State, sid: str | None) -> None:
        was, made = self.job.state, MadeMessage(sid=sid, status="queued") if sid else None
        ending = Ending(state=state, message=made)
        settled = self.do(self.store.outcomes.settle(self.place, ending, "ada", self.now))
        assert settled == (was is State.UNKNOWN)
        self.moved()

    @rule()
    def withdraw(self) -> None:
        withdrawn = self.do(self.store.jobs.withdraw("job_1", "ada", self.now))
        assert withdrawn == (self.job.state is State.WAITING)
        self.moved()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
