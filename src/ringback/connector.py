"""Ringback as its faces and its users meet it: accounts, actions, jobs, keys and callbacks joined."""

import asyncio
from collections.abc import Mapping
from functools import partial
from itertools import chain, repeat
from typing import Any

from ringback.action import Input
from ringback.actions import action_of
from ringback.clock import iso
from ringback.errors import Conflict, InvalidInput, Misconfigured, NotFound
from ringback.log import logger
from ringback.outbox.settlement import Settlement
from ringback.outbox.throughput import SenderFacts
from ringback.outcome import Outcome, Timeline, outcome_of, timeline_of
from ringback.parts import Parts
from ringback.perform import Asked, Prepared, is_read
from ringback.store.endings import place_of
from ringback.store.listing import JobFilter
from ringback.store.rows import Job, State

log = logger()

WAIT = 40.0  # seconds; longer than any one try may take
LOOK_AFTER = (0.25, 0.25, 0.5, 1.0, 2.0)  # seconds; where nobody tells of a change made by another process
PAGE = 50
NO_JOB = "There is no job {job_id}."
NOT_UNKNOWN = "The job is {state}; only an unknown job can be settled."
HURRY = 2.0  # seconds that those who wait have left once the process is to stop; no pause above is longer


class Connector:
    """Runs actions and answers for them."""

    def __init__(self, parts: Parts) -> None:
        self.accounts = parts.accounts
        self.keys = parts.keys
        self.sealing = parts.sealing
        self.callbacks = parts.callbacks
        self.vitals = parts.vitals
        self.meters = parts.dispatcher.means.meters
        self.tracing = parts.dispatcher.means.tracing
        self._parts = parts
        self._store = parts.store
        self._perform = parts.perform
        self._clock = parts.clock
        self._sends = False

    def start(self) -> None:
        """Begin to send what waits, and to ask and to cancel where it is time."""
        self._sends = True
        self._parts.dispatcher.start(
            self._parts.verifications.end_due,
            self._parts.polling.ask_due,
            self._parts.reconcile.look_up_due,
            self._parts.expiry.withdraw_expired,
            self._parts.retention.redact_old,
            self.accounts.forget_previous_tokens,
        )

    async def look_after(self) -> None:
        """Send nothing, but tell of the jobs whose process went away. For one that never starts to send."""
        await self._parts.dispatcher.look_after()

    async def doubt_all(self) -> int:
        """The ledger was restored: what waits or ran may have been sent already, so it is unknown; how much.

        It is looked for at Twilio at once. For a ledger that no other process works on yet.
        """
        doubted = await self._store.restoring.doubt_all(self._clock())
        log.warning("restored", jobs=doubted, state="unknown")
        return doubted

    def hurry(self) -> None:
        """The process is to stop: nothing more is taken, and who waits for a job soon hears how it stands."""
        self._store.watch.hurry(HURRY)
        self._parts.dispatcher.take_no_more()

    async def stop(self) -> None:
        """Let what left be answered; the rest stays waiting."""
        await self._parts.dispatcher.stop()

    async def ready(self) -> dict[str, bool]:
        """Whether the database answers, the queue is there and, where this process sends, it does."""
        await self._store.accounts.exists_any()
        sends = {"dispatcher": self._parts.dispatcher.alive} if self._sends else {}
        return {"database": True, "queue": await self._has_queue()} | sends

    async def _has_queue(self) -> bool:
        check = getattr(self._parts.dispatcher.means.line, "check", None)  # memory has no tables
        try:
            await self._store.database.read(check) if check is not None else None
        except Misconfigured as error:
            log.error("no_queue", error=error.message)  # noqa: TRY400 - the words say it all
            return False
        return True

    async def run(  # noqa: PLR0913 - the keywords are the contract
        self,
        action: Input | str,
        inputs: Mapping[str, Any] | None = None,
        /,
        *,
        account: str,
        keywords: Mapping[str, Any] | None = None,
        key: str | None = None,
        wait: float = WAIT,
        requested_by: str = "python",
    ) -> Outcome:
        """Run an action and answer what came of it within `wait` seconds.

        Give an input model, or an action's name and raw inputs. The same `key` with the same input answers
        the first job again.

        Raises:
            InvalidInput: Every bad field at once; nothing was written.
            Conflict: The key was used for another input.
            Refused, NotSent: Only from a read, which has no job to carry them.
        """
        name, raw = _named(action, inputs)
        asked = Asked(
            action=name,
            inputs=raw,
            account=account,
            keywords=keywords,
            key=key,
            requested_by=requested_by,
            trace=self.tracing.carried({}),
        )
        return await self.carry_out(asked, wait)

    async def carry_out(self, asked: Asked, wait: float) -> Outcome:
        """`run` for a face that has already put together what was asked for."""
        prepared = await self._perform.prepare(asked)
        if is_read(prepared.action):
            return await self._read(prepared)
        job, _ = await self._perform.accept(prepared, asked)
        if job.state is State.WAITING and job.due_at > self._clock() + wait * 1000:
            return outcome_of(job)  # nothing comes of it before the time is up
        return outcome_of(await self._settled(job, wait))

    async def explain(
        self,
        action: Input | str,
        inputs: Mapping[str, Any] | None = None,
        /,
        *,
        account: str,
        keywords: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """What `run` would send, and whether it would be refused; nothing is sent."""
        name, raw = _named(action, inputs)
        return await self._perform.explain(Asked(action=name, inputs=raw, account=account, keywords=keywords))

    async def job(self, job_id: str) -> Timeline:
        """One job with its whole history. Raises `NotFound`."""
        job, attempts, events = await self._store.jobs.whole(job_id)
        if job is None:
            raise NotFound(NO_JOB.format(job_id=job_id))
        return timeline_of(job, attempts, events)

    async def refresh(self, job_id: str) -> None:
        """Ask Twilio how a job's message stands, where no callback tells. Raises `NotFound`."""
        job = await self._job(job_id)
        if job.message_sid is not None:
            await self._parts.polling.ask_for(job.account_id, job.message_sid)

    async def jobs(self, wanted: JobFilter, most: int = PAGE) -> list[Outcome]:
        """The newest jobs that fit."""
        return [outcome_of(job) for job in await self._store.listing.newest(wanted, most)]

    async def jobs_page(self, wanted: JobFilter, most: int) -> tuple[list[Outcome], str | None]:
        """As `jobs`, in a bounded time: maybe fewer, and the id after which to go on, None at the end."""
        page = await self._store.listing.page(wanted, most)
        return [outcome_of(job) for job in page.jobs], page.next

    async def wait(self, job_id: str, seconds: float) -> Outcome:
        """A job once its try has ended, or as it is when the time is up."""
        return outcome_of(await self._settled(await self._job(job_id), seconds))

    async def withdraw(self, job_id: str, who: str) -> Outcome:
        """Take back a waiting job. Raises `Conflict` if it is not waiting."""
        if not await self._store.jobs.withdraw(job_id, who, self._clock()):
            job = await self._job(job_id)
            raise Conflict(f"The job is {job.state.value}; only a waiting job can be withdrawn.")
        return outcome_of(await self._job(job_id))

    async def reconcile(self, job_id: str, who: str) -> Outcome:
        """Look at Twilio for what became of an unknown job; it stays unknown unless that is plain.

        Raises:
            Conflict: The job is not unknown, or of a kind that cannot be looked up.
            Refused, NotSent: Twilio could not be asked.
        """
        await self._parts.reconcile(await self._job(job_id), who)
        return outcome_of(await self._job(job_id))

    async def settle(
        self,
        job_id: str,
        state: State,
        who: str,
        message_sid: str | None = None,
        *,
        send_again: bool = False,
    ) -> Outcome:
        """Say what became of an unknown job; the person who says it is recorded.

        With `send_again`, what was not sent is accepted once more as a new intent, in the same step; the
        settled job's `error` names the new job as `sent_again_as`.

        Raises:
            InvalidInput: No job can be settled like that.
            Conflict: The job is not unknown, or cannot be sent again, or the message is another job's.
            Full: Too many jobs wait for one that is to be sent again; nothing was settled.
        """
        said = Settlement(state=state, who=who, message_sid=message_sid, send_again=send_again)
        if errors := said.errors():
            raise InvalidInput(errors)
        job, now = await self._job(job_id), self._clock()
        if job.state is not State.UNKNOWN:
            raise Conflict(NOT_UNKNOWN.format(state=job.state.value))
        if send_again:
            settled = await self._parts.sending_again(job, who, partial(said.ending, now))
        else:
            settled = await self._store.outcomes.settle(place_of(job), said.ending(now), who, now)
        if not settled:
            raise Conflict(NOT_UNKNOWN.format(state=(await self._job(job_id)).state.value))
        return outcome_of(await self._job(job_id))

    async def senders(self, account: str | None = None) -> list[SenderFacts]:
        """Each sender that something waits for or whose pace was set. Raises `NotFound` for the account."""
        if account is not None:
            await self.accounts.find(account)
        return await self._parts.throughput.queues(account)

    async def set_throughput(self, account: str, sender: str, per_second: float | None) -> SenderFacts:
        """Set how many segments a sender may send per second; None for what its kind may.

        Raises:
            InvalidInput: Nobody sends like that, or not so fast.
            NotFound: There is no such account.
        """
        return await self._parts.throughput.set(await self.accounts.find(account), sender, per_second)

    async def counts(self) -> dict[str, int]:
        """How many jobs there are by state."""
        return await self._store.tally.by_state()

    async def _read(self, prepared: Prepared) -> Outcome:
        now = iso(self._clock())
        result = await self._perform.read(prepared)
        return Outcome(
            id=None,
            action=prepared.action.name,
            account=prepared.account.name,
            state=State.DONE,
            result=result.model_dump(mode="json"),
            notes=prepared.notes,
            created_at=now,
            updated_at=now,
        )

    async def _job(self, job_id: str) -> Job:
        job = await self._store.jobs.get(job_id)
        if job is None:
            raise NotFound(NO_JOB.format(job_id=job_id))
        return job

    async def _settled(self, job: Job, seconds: float) -> Job:
        if job.state not in (State.WAITING, State.RUNNING):
            return job
        up, watch = asyncio.get_running_loop().time() + seconds, self._store.watch
        with watch.on(job.id) as change:
            for pause in chain(LOOK_AFTER, repeat(LOOK_AFTER[-1])):
                await change.within(min(pause, watch.left(up)))
                told, change.job = change.job, None
                job = told or await self._job(job.id)
                if job.state not in (State.WAITING, State.RUNNING) or not watch.left(up):
                    break
        return job


def _named(action: Input | str, inputs: Mapping[str, Any] | None) -> tuple[str, dict[str, Any]]:
    if isinstance(action, str):
        return action, dict(inputs or {})
    return action_of(type(action)).name, {
        name: getattr(action, name) for name in action.model_fields_set
    } | dict(inputs or {})
