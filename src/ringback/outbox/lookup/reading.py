"""What a job was to change, read at Twilio by its SID."""

from dataclasses import dataclass
from typing import Any

import orjson

from ringback.action import Action, Result
from ringback.errors import Refused
from ringback.store.rows import Account, Job
from ringback.store.verifications import VerificationTable
from ringback.twilio.client import Twilio

NO_RECORD = 20404  # Twilio docs, errors/20404: it does not know the SID, or no more
FORGOTTEN = (
    "Twilio has no record of it any more, so nothing tells whether {action} was carried out while it had one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A job, its account, and the instant in Twilio's world (ms), which is `ahead` of the machine's."""

    job: Job
    action: Action[Any, Any]
    account: Account
    twilio: Twilio
    now: int
    ahead: int
    verifications: VerificationTable

    @property
    def wanted(self) -> Any:
        """Its input. Not validated: what was accepted once stays so."""
        return self.action.input.model_construct(None, **orjson.loads(self.job.input))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was read: the `result` if it is as wanted, or why nothing will ever `tell`; neither: otherwise."""

    result: Result | None = None
    why: str | None = None


async def read(reading: Reading, wanted: Any) -> Seen | None:
    """Read it; None if Twilio has no record of it."""
    ask = reading.action.reading
    try:
        return Seen(result=await ask(wanted, reading.twilio) if ask is not None else None)
    except Refused as refusal:
        if refusal.fault.code != NO_RECORD:
            raise
        return None


async def seen_of(reading: Reading) -> Seen:
    """What there is to see of a job that changes a resource of Twilio's."""
    seen = await read(reading, reading.wanted)
    return seen or Seen(why=FORGOTTEN.format(action=reading.action.name))
