"""Sends what was not sent once more, as a new intent, in the step that settles it."""

from collections.abc import Callable
from dataclasses import dataclass

from ringback.clock import Clock
from ringback.errors import Conflict
from ringback.outbox.settlement import inputs_again
from ringback.perform import Asked, Perform
from ringback.store import Store
from ringback.store.again import Replacement
from ringback.store.endings import Ending, place_of
from ringback.store.rows import Job


@dataclass(frozen=True, slots=True)
class SendingAgain:
    """Settles unknown jobs and accepts others in their place."""

    store: Store
    perform: Perform
    clock: Clock

    async def __call__(self, job: Job, who: str, ending: Callable[[str], Ending]) -> bool:
        """Settle a job by the `ending` made of the new one's id; False if it is not unknown any more.

        Raises:
            Conflict: It cannot be sent again.
            InvalidInput: What it asked for is not accepted any more.
            Full: Too many jobs wait for one more; nothing was settled.
        """
        inputs = inputs_again(job, self.clock())
        asked = Asked(action=job.action, inputs=inputs, account=job.account, requested_by=who)
        prepared = await self.perform.prepare(asked)
        if prepared.account.id != job.account_id:
            raise Conflict(f"The account {job.account} was removed, and another has its name.")
        if (refusal := await self.perform.refusal(prepared)) is not None:
            raise refusal
        new, pacing = self.perform.planned(prepared, asked)
        other = Replacement(new, self.perform.line, pacing)
        settled = await self.store.again.settle(place_of(job), ending(new.id), who, other)
        if settled:
            self.store.backlog.add()
        return settled
