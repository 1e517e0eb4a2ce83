"""What an action is: an input model, a result model, one async function and the facts about itself."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, SecretStr

from ringback.twilio.client import Twilio

Secret = SecretStr
"""A field for codes and tokens: sealed in the job's row, masked in `explain`, erased when the job ends."""

MASK = "••••••"


class Effect(StrEnum):
    """What running an action does; a read runs at once, everything else becomes a job."""

    READ = "read"
    WRITE = "write"
    CHECK = "check"
    SEND = "send"


class Channel(StrEnum):
    """Which way an action reaches people; none for those that reach nobody."""

    SMS = "sms"
    WHATSAPP = "whatsapp"
    VERIFY = "verify"


class Verification(StrEnum):
    """What an action does to a verification, so that the ledger's guard can watch over it."""

    STARTS = "starts"
    CHECKS = "checks"
    CANCELS = "cancels"


class Proof(StrEnum):
    """What at Twilio shows that an action was carried out, should the answer to it be lost."""

    MESSAGE = "message"
    CALL = "call"
    CODE = "code"  # the attempt to deliver it, which Verify lists
    APPROVAL = "approval"  # of a verification, which Verify lists as a conversion


class Input(BaseModel):
    """The inputs of an action. Unknown names are refused: a misspelt one is never dropped in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Result(BaseModel):
    """The answer of an action. Twilio adds properties without notice; those not named here are left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)


WantedT = TypeVar("WantedT", bound=Input)
ResultT = TypeVar("ResultT", bound=Result)


@dataclass(frozen=True, kw_only=True)
class Action(Generic[WantedT, ResultT]):
    """One action of the catalogue; call it with its input and a `Twilio` to perform it."""

    name: str
    title: str
    effect: Effect
    reference: str
    input: type[WantedT]
    result: type[ResultT]
    function: Callable[[WantedT, Twilio], Awaitable[ResultT]]
    channel: Channel | None = None
    free_form: bool = False
    verification: Verification | None = None
    proof: Proof | None = None
    reading: Callable[[WantedT, Twilio], Awaitable[ResultT | None]] | None = None

    async def __call__(self, wanted: WantedT, twilio: Twilio) -> ResultT:
        """Perform it. Raises `Refused`, `NotSent` or `OutcomeUnknown`."""
        return await self.function(wanted, twilio)

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The names of the input fields that hold secrets."""
        fields = self.input.model_fields.items()
        return frozenset(name for name, field in fields if "SecretStr" in str(field.annotation))


def action(  # noqa: PLR0913 - the facts of an action, by name
    *,
    effect: str,
    reference: str,
    channel: str | None = None,
    free_form: bool = False,
    verification: str | None = None,
    proof: str | None = None,
    reading: Callable[[Any, Twilio], Awaitable[Any]] | None = None,
) -> Callable[[Callable[[Any, Twilio], Awaitable[Any]]], Action[Any, Any]]:
    """Make an action of an async function `(wanted: Input, twilio: Twilio) -> Result`.

    Its name is that of the input model, its title the first line of the function's docstring. An action that
    makes nothing new has a `reading` in place of a proof, `(wanted, twilio) -> Result | None`: it reads what
    the action changes, and answers the result if that is as wanted.
    """

    def decorate(function: Callable[[Any, Twilio], Awaitable[Any]]) -> Action[Any, Any]:
        hints = get_type_hints(function)
        return Action(
            name=hints["wanted"].__name__,
            title=(inspect.getdoc(function) or "").splitlines()[0].rstrip("."),
            effect=Effect(effect),
            reference=reference,
            input=hints["wanted"],
            result=hints["return"],
            function=function,
            channel=Channel(channel) if channel else None,
            free_form=free_form,
            verification=Verification(verification) if verification else None,
            proof=Proof(proof) if proof else None,
            reading=reading,
        )

    return decorate
