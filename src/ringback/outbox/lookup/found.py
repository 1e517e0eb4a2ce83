"""What a list of Twilio's shows, and how one kind of thing is looked for in it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from ringback.action import Result
from ringback.clock import Clock, milliseconds
from ringback.store.endings import Ending
from ringback.store.rows import Account, Job, State
from ringback.store.verifications import VerificationTable
from ringback.twilio.client import Twilio
from ringback.twilio.resources import Resource
from ringback.verifications import Verifications

Inputs = Mapping[str, Any]
MATCHED_BY = {"matched_by": "listing"}
PAGE = 200  # rows of a listing at once; Twilio gives 1000 at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something at Twilio: its SID, whom it went to, when it was made (in Twilio's world), and the rest."""

    sid: str
    to: str
    made_at: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One listing: where, what for, and the account it is for. Jobs with equal `place` share it."""

    account: Account
    twilio: Twilio
    place: tuple[str, ...]
    since: int
    guard: Verifications
    verifications: VerificationTable
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """How one kind of proof is found.

    `place` says which listing a job's inputs belong to; `listed` makes the listing; `fits` says whether
    a job with these inputs may have made what was found; `told` writes it as the action's result;
    `kept`, if any, notes it in the ledger's guards before the job is settled. What is `doubtful` although it
    fits one job settles none, but no job that it fits is called absent.
    """

    what: str
    place: Callable[[Inputs], tuple[str, ...]]
    listed: Callable[[Search], AsyncIterator[Found]]
    fits: Callable[[Inputs, Found], bool]
    told: Callable[[type[Result], Found], Result]
    ending: Callable[[Found, str, int], Ending]
    kept: Callable[[Search, Job, Found], Awaitable[None]] | None = None
    doubtful: Callable[[Inputs, Found], bool] = lambda _inputs, _found: False


async def made_since(search: Search, resource: Resource, *, left: str) -> AsyncIterator[Found]:
    """What went to a number and was made since an instant; `left` names the date at which it went out.

    Twilio sorts by that date (its docs of the Messages list: by DateSent, the most recent first), so what a
    schedule or a queue has kept for long stands above what was made after it, and ends nothing. What went
    out before the instant does: below it is only what did so, too.
    """
    (to,) = search.place
    async for facts in search.twilio.items(resource, To=to, PageSize=PAGE):
        made_at = _instant(facts["date_created"])
        if made_at >= search.since:
            yield Found(sid=facts["sid"], to=to, made_at=made_at, facts=facts)
        elif facts[left] is not None and _instant(facts[left]) < search.since:
            return


def _instant(date: str) -> int:
    return milliseconds(parsedate_to_datetime(date))


def as_listed(result: type[Result], found: Found) -> Result:
    """What is listed has the same properties as the answer that was lost."""
    return result.model_validate(found.facts)


def proved(found: Found, result: str, _now: int) -> Ending:
    """Done, with a SID that proves no other job from then on."""
    return Ending(state=State.DONE, result=result, proof=found.sid)
