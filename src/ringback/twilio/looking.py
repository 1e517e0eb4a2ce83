"""Changes that may be repeated: where the answer was lost, the resource itself tells what became of them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from ringback.errors import Failure, NotSent, OutcomeUnknown, Refused

FoundT = TypeVar("FoundT")

NOT_YET = "It had not been carried out when Twilio was asked again, and repeating it is harmless: try again."


async def or_look(
    change: Callable[[], Awaitable[FoundT]], look: Callable[[], Awaitable[FoundT | None]], *refusals: int
) -> FoundT:
    """Make a change; where no answer came, or one of `refusals`, `look` for what there is now.

    `look` answers what `change` would if it is as wanted, else None. Only for changes that do no harm when
    they are carried out twice: what was not carried out yet counts as not sent, and is tried again.

    Raises:
        Refused: A definite no, and it is not as wanted.
        NotSent: It was not carried out (yet).
        OutcomeUnknown: No answer came, and none to the look.
    """
    try:
        return await change()
    except (OutcomeUnknown, Refused) as failure:
        if isinstance(failure, Refused) and failure.fault.code not in refusals:
            raise
        found = await _looked(look, failure)
        if found is None and isinstance(failure, OutcomeUnknown):
            raise NotSent(replace(failure.fault, remedy=NOT_YET)) from failure
        if found is None:
            raise
        return found


async def _looked(look: Callable[[], Awaitable[FoundT | None]], failure: Failure) -> FoundT | None:
    try:
        return await look()
    except Failure:
        raise failure from None
