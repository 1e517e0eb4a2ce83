"""Jobs that this process runs: sent once, what they came to is recorded, and their leases are renewed."""

import asyncio

from ringback.log import logger, words
from ringback.outbox.flights import TOO_MANY
from ringback.outbox.means import Means
from ringback.store.claims import Claimed
from ringback.store.endings import Ending, Place
from ringback.store.persistence import until_written
from ringback.store.rows import Job, State

FULL_QUEUE = 21611  # Twilio docs, errors/21611: this sender's queue is full
SPENT = 0.85  # of its lease; a send that would leave later than that is put back
HELD_UP = Ending(
    state=State.WAITING,
    error={"message": "The process was held up until it was too late, so nothing was sent then."},
    wait=1_000,
)

log = logger()


class Runs:
    """Runs claimed jobs; each is this process's for `lease` seconds, and longer while it is renewed.

    Who lets a job run holds one of the `seats`.
    """

    def __init__(self, means: Means, lease: float, most: int) -> None:
        self.seats = asyncio.Semaphore(most)
        self.running: set[str] = set()
        self._means = means
        self._lease = lease

    async def __call__(self, claimed: Claimed, began: int) -> float | None:
        """Send a job that was claimed at `began`; in how many seconds it comes up again, or None."""
        job, means = claimed.job, self._means
        self.running.add(job.id)
        try:
            if claimed.wait:
                await asyncio.sleep(claimed.wait)
            ending = HELD_UP if self._is_late(claimed, began) else await self._attempt(job)
            await self._heed(job, ending)  # before its sender's next job can be taken
            place = Place(account_id=job.account_id, job_id=job.id, attempt=job.attempts)
            await until_written(
                lambda: self._means.store.outcomes.record(place, ending, means.owner, means.clock(), job)
            )
        finally:
            self.running.discard(job.id)
        log.info(
            "attempt_ended", job=job.id, action=job.action, attempt=job.attempts, state=ending.state.value
        )
        return ending.wait / 1000 if ending.state is State.WAITING else None

    def _is_late(self, claimed: Claimed, began: int) -> bool:
        """Whether its lease may be over before an answer comes, or the job has expired since its claim.

        The instants are the database's, so this machine only says how much time has passed.
        """
        passed, expires_at = self._means.clock() - began, claimed.job.expires_at
        spent = passed - claimed.wait * 1000 > self._lease * SPENT * 1000
        return spent or (expires_at is not None and claimed.job.updated_at + passed >= expires_at)

    async def _heed(self, job: Job, ending: Ending) -> None:
        """Learn of the answer; whatever goes wrong here, the answer itself is recorded."""
        try:
            await self._learn(job, ending)
        except Exception as error:  # noqa: BLE001 - see above
            log.warning("not_learnt", job=job.id, error=words(error))

    async def _attempt(self, job: Job) -> Ending:
        facts = {"job": job.id, "action": job.action, "account": job.account, "attempt": job.attempts}
        with self._means.tracing.attempt(job.trace, **facts) as span:
            ending = await self._means.attempts.run(job)
            span.tell(verdict=(verdict := ending.verdict))
            if ending.state is not State.DONE:
                span.failed(verdict)
        self._means.meters.attempts.labels(job.action, verdict).inc()
        return ending

    async def _learn(self, job: Job, ending: Ending) -> None:
        """Twilio's answer says how much more the account and the sender may be given."""
        error = ending.error or {}
        code, seconds = error.get("code"), ending.wait / 1000
        # A verification's own limits are a 429, too, and say nothing of the requests in the air: a refusal.
        told = ending.verdict == "not_sent" and error.get("http_status") == 429  # noqa: PLR2004 - Too Many Requests
        too_many = told and code in (None, TOO_MANY)
        if too_many:
            self._means.flights.turned_away(job.account_id, error.get("concurrent_requests"))
        elif ending.state is State.DONE:
            self._means.flights.answered(job.account_id)
        if job.sender is None:
            return
        if (too_many or code == FULL_QUEUE) and seconds:
            await self._means.store.senders.hold(job.account_id, job.sender, seconds)
        await self._means.store.senders.heed(job.id, code)

    async def renew(self) -> None:
        """Say that this process is still at its jobs."""
        if self.running:
            await self._means.store.claims.renew(list(self.running), self._means.owner, self._lease)
