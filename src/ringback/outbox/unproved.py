"""What a look that proves nothing comes to: another look, a word to a person, its account's rule."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from ringback.actions import find
from ringback.clock import Clock
from ringback.errors import Conflict, InvalidInput, NotFound
from ringback.outbox.lookup import wording
from ringback.store import Store
from ringback.store.endings import Ending, place_of
from ringback.store.history import SENT_AGAIN
from ringback.store.rows import Job, State

WHO = "listing"

SendAgain = Callable[[Job, str, Callable[[str], Ending]], Awaitable[bool]]
"""Settles a job as not sent and accepts another in its place, by the ending made of the new one's id."""


class Unproved:
    """Notes what was seen of jobs that stay unknown, and ends those that are to end."""

    def __init__(self, store: Store, clock: Clock, send_again: SendAgain) -> None:
        self._store = store
        self._clock = clock
        self._send_again = send_again

    async def seen(self, job: Job, look: wording.Look, absent: str) -> None:
        """Nothing is plain: say so, and after the last look what to do; `absent` is its account's rule."""
        looks, now = self._store.looks.looks, self._clock()
        if job.looks + 1 < looks.most_looks:
            await self._store.looks.looked(job, wording.seen_for_now(look, looks.second), WHO, now)
        elif look.absent and absent != "unknown":
            await self._end(job, wording.absent_error(job, look, looks.second), absent)
        else:
            error = wording.last_error(job, look, looks.second)
            await self._store.looks.looked(job, error["message"], WHO, now, json.dumps(error))

    async def _end(self, job: Job, error: dict[str, Any], absent: str) -> None:
        """As the account's rule says: it ends, and may be sent again."""
        if absent == "send_again" and await self._may_be_sent_again(job):
            try:
                await self._send_again(
                    job, WHO, lambda new: Ending(state=State.NOT_SENT, error=wording.replaced(error, new))
                )
            except (Conflict, InvalidInput, NotFound) as refusal:
                error = error | {"remedy": refusal.message}  # why it cannot be, and what to do
            else:
                return
        ending = Ending(state=State.NOT_SENT, error=error)
        await self._store.outcomes.settle(place_of(job), ending, WHO, self._clock())

    async def _may_be_sent_again(self, job: Job) -> bool:
        """Not a code, for which nobody waits any more; nor what this sent again, for that might never end."""
        if find(job.action).verification is not None:
            return False
        _, events = await self._store.jobs.timeline(job.id)
        return all((event.kind, event.who) != (SENT_AGAIN, WHO) for event in events)

    async def unlisted(self, job: Job, why: str) -> None:
        """Nothing was listed that can be read: that counts as a look, or it would be asked for ever."""
        looks = self._store.looks.looks
        if job.looks + 1 < looks.most_looks:
            message = wording.again_in(why, looks.second)
            await self._store.looks.looked(job, message, WHO, self._clock())
        else:
            await self.give_up(job, why)

    async def give_up(self, job: Job, why: str) -> None:
        """It cannot be looked for."""
        error = json.dumps(wording.untraceable_error(job, why))
        await self._store.looks.looked(job, why, WHO, self._clock(), error, last=True)
