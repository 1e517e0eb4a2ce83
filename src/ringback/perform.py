"""The one door: a read runs now, everything else becomes a job before any byte leaves."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError

from ringback.accounts import Accounts
from ringback.action import MASK, Action, Effect
from ringback.actions import find
from ringback.clock import Clock, milliseconds
from ringback.content.timing import is_kept_by_twilio, rank, untimely
from ringback.errors import Conflict, Failure, FieldError, InvalidInput, NotFound, RingbackError
from ringback.ids import new_id
from ringback.inputs import Accepted, field_errors, masked, secrets_of
from ringback.keywords import fill, found, holds_braces
from ringback.numbers import Note, Reader
from ringback.secrets import Keyring, job_place
from ringback.segments import Segments, measure, smart_encode
from ringback.settings import MOST_WAITING
from ringback.store import Store
from ringback.store.jobs import Desk, NewJob, Pacing
from ringback.store.rows import Account, Job, State
from ringback.store.tickets import Line
from ringback.twilio.client import Planned
from ringback.twilio.rehearsal import Rehearsal, Rehearsed
from ringback.verifications import Run, Verifications

LONGEST_KEY = 255
NO_TEXT = re.compile("[\0\ud800-\udfff]")  # what no PostgreSQL keeps
DEFAULTED = ("sender", "service_sid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a caller asked for, as it came. `keywords` None leaves braces alone; an empty one is strict."""

    action: str
    inputs: Mapping[str, Any]
    account: str
    keywords: Mapping[str, Any] | None = None
    key: str | None = None
    requested_by: str = "python"
    trace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was asked for, filled, read and found sound; a new job must also be timely."""

    action: Action[Any, Any]
    account: Account
    wanted: Any
    notes: list[str]
    untimely: list[FieldError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Perform:
    """Prepares, explains, reads and accepts; `pacing` tells how an account's sender is paced."""

    store: Store
    accounts: Accounts
    verifications: Verifications
    keyring: Keyring
    clock: Clock
    line: Line
    desk: Desk
    pacing: Callable[[Account, str | None], Pacing]
    most_waiting: int = MOST_WAITING
    accepted: Accepted = field(default_factory=Accepted)

    async def prepare(self, asked: Asked) -> Prepared:
        """Fill keywords, then validate. Raises `NotFound` for the action, `InvalidInput` for all else."""
        action = find(asked.action)
        errors: list[FieldError] = []
        account = await self._account(asked.account, errors)
        inputs, notes = self._filled(asked, errors)
        if account is not None:
            inputs = _with_defaults(action, account, inputs)
        reader = Reader(default_country=account.default_country if account else None)
        # Without its account nobody knows which inputs it would have filled.
        wanted = _read(action, inputs, reader, errors, () if account else DEFAULTED)
        late = await self._untimely(inputs, account)
        if account is not None:
            errors += self.verifications.early_errors(action, inputs, account)
        if errors or account is None:
            raise InvalidInput(errors + late)
        notes += [_told(note) for note in reader.notes]
        return Prepared(action=action, account=account, wanted=wanted, notes=notes, untimely=late)

    async def read(self, prepared: Prepared) -> Any:
        """Run a read now; its result model."""
        twilio = await self.accounts.open(prepared.account)
        return await prepared.action(prepared.wanted, twilio)

    async def accept(self, prepared: Prepared, asked: Asked) -> tuple[Job, bool]:
        """Write the job; it and whether it is new.

        Raises:
            Conflict: The key holds another input.
            InvalidInput: The key is none, or it is too late for a new job.
            Full: Too many jobs wait for one more; nothing was written.
        """
        if asked.key is not None and (not 0 < len(asked.key) <= LONGEST_KEY or NO_TEXT.search(asked.key)):
            raise InvalidInput(
                [FieldError("Idempotency-Key", f"Give 1 to {LONGEST_KEY} characters of text.")]
            )
        new, pacing = self.planned(prepared, asked)
        refusal = await self.refusal(prepared)
        if refusal is None and new.sealed is None:
            self.accepted.keep(new.id, prepared.wanted)  # now: its try may begin before we hear of it
        job = None if refusal else await self.desk.accept(new, pacing)
        if job is not None:
            if job.state is State.WAITING:
                self.store.backlog.add()
            return job, True
        self.accepted.take(new.id)
        # A key that is asked about again hears of its job, however late or full it has become meanwhile.
        job = await self.store.jobs.by_key(prepared.account.id, asked.key) if asked.key else None
        if job is None and refusal is not None:
            raise refusal
        if job is None or job.input_digest != new.input_digest:
            raise Conflict(
                f"The idempotency key {asked.key!r} was used for another input. "
                "Use the same input to hear what became of it, or a new key for a new intent."
            )
        return job, False

    async def refusal(self, prepared: Prepared) -> RingbackError | None:
        """Why no new job is accepted now, if that is so: it is too late for it, or too many wait."""
        if prepared.untimely:
            return InvalidInput(prepared.untimely)
        return await self.store.backlog.refusal(self.most_waiting)

    def planned(self, prepared: Prepared, asked: Asked) -> tuple[NewJob, Pacing]:
        """The job that would be written, and its sender's pacing."""
        new = self._new_job(prepared, asked)
        return new, self.pacing(prepared.account, new.sender)

    async def explain(self, asked: Asked) -> dict[str, Any]:
        """What would be sent, nothing sent: request, text, segments, keywords, refusals."""
        prepared = await self.prepare(asked)
        if prepared.untimely:
            raise InvalidInput(prepared.untimely)
        twilio = (await self.accounts.open(prepared.account)).over(Rehearsal())
        run = Run(action=prepared.action, wanted=prepared.wanted, account=prepared.account, twilio=twilio)
        refusal = await self.verifications.refusal(run)
        return {
            "action": prepared.action.name,
            "account": prepared.account.name,
            "effect": prepared.action.effect.value,
            "keywords": [{"name": word.name, "field": word.field} for word in found(asked.inputs)],
            "input": masked(prepared.action, prepared.wanted),
            "request": await _rehearsed(prepared, twilio),
            "segments": asdict(segments) if (segments := _segments(prepared)) else None,
            "notes": prepared.notes,
            "refused": refusal.fault.facts() if refusal else None,
        }

    async def _account(self, name: str, errors: list[FieldError]) -> Account | None:
        try:
            return await self.accounts.recent(name)
        except NotFound as error:
            errors.append(FieldError("account", error.message))
            return None

    async def _untimely(self, inputs: Mapping[str, Any], account: Account | None) -> list[FieldError]:
        """Twilio's schedule follows the clock of its world; what we keep ourselves follows ours."""
        world = None
        if account is not None and is_kept_by_twilio(inputs):
            with suppress(Failure):  # a simulator that is away; Twilio refuses what is too late
                world = await self.accounts.world_time(account)
        return untimely(inputs, self.clock(), world)

    @staticmethod
    def _filled(asked: Asked, errors: list[FieldError]) -> tuple[dict[str, Any], list[str]]:
        if asked.keywords is None:
            fields = holds_braces(asked.inputs)
            return dict(asked.inputs), [BRACES.format(field=field) for field in fields]
        try:
            return fill(asked.inputs, asked.keywords), []
        except InvalidInput as error:
            errors.extend(error.errors)
            return dict(asked.inputs), []

    def _new_job(self, prepared: Prepared, asked: Asked) -> NewJob:
        now = self.clock()
        job_id = new_id("job", now)
        open_secrets = secrets_of(prepared.action, prepared.wanted)
        told = masked(prepared.action, prepared.wanted)
        canonical = {  # without defaults: they may be others when the request is repeated
            "action": prepared.action.name,
            "account": prepared.account.id,
            "input": {name: value for name, value in told.items() if asked.inputs.get(name) is not None},
            "secrets": open_secrets,
        }
        return NewJob(
            account_id=prepared.account.id,
            id=job_id,
            action=prepared.action.name,
            idempotency_key=asked.key,
            input_digest=self.keyring.digest(orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS)),
            input=orjson.dumps(told).decode(),
            sealed=self.keyring.seal(orjson.dumps(open_secrets), job_place(job_id)) if open_secrets else None,
            recipient=getattr(prepared.wanted, "to", None),
            notes=orjson.dumps(prepared.notes).decode(),
            due_at=_due_at(prepared, now),
            requested_by=asked.requested_by,
            sender=getattr(prepared.wanted, "sender", None),
            priority=rank(prepared.action, prepared.wanted),
            cost=_cost(prepared),
            expires_at=_instant(getattr(prepared.wanted, "expires_at", None)),
            trace=asked.trace,
            now=now,
        )


BRACES = (
    "{field}: holds braces, and no keywords were given, so they are sent as they stand. "
    "Give keywords to fill them."
)


def _due_at(prepared: Prepared, now: int) -> int:
    """When it may leave; what Twilio schedules leaves at once."""
    send_at = _instant(getattr(prepared.wanted, "send_at", None))
    by_twilio = getattr(prepared.wanted, "scheduled_by", None) == "twilio"
    return now if send_at is None or by_twilio else max(send_at, now)


def _instant(given: datetime | None) -> int | None:
    return milliseconds(given) if given is not None else None


def _cost(prepared: Prepared) -> int:
    """The segments that it takes of its sender's throughput; a file or a WhatsApp message counts as one."""
    segments = _segments(prepared)
    return max(1, segments.segments) if segments else 1


def _with_defaults(action: Action[Any, Any], account: Account, inputs: dict[str, Any]) -> dict[str, Any]:
    defaults = {"sender": account.default_sender, "service_sid": account.default_verify_service}
    wanting = {
        name: value
        for name, value in defaults.items()
        if name in action.input.model_fields and inputs.get(name) is None and value is not None
    }
    return inputs | wanting


def _read(
    action: Action[Any, Any],
    inputs: dict[str, Any],
    reader: Reader,
    errors: list[FieldError],
    forgiven: tuple[str, ...],
) -> Any | None:
    try:
        return action.input.model_validate(inputs, context=reader)
    except ValidationError as error:
        unfilled = {bad.field for bad in errors} | {field for field in forgiven if not inputs.get(field)}
        errors.extend(bad for bad in field_errors(action.input, error) if bad.field not in unfilled)
        return None


def _told(note: Note) -> str:
    return f"{note.given} was read as {note.read_as}: {note.reason}"


def _segments(prepared: Prepared) -> Segments | None:
    body = getattr(prepared.wanted, "body", None)
    if body is None or prepared.action.channel != "sms":
        return None
    smart = getattr(prepared.wanted, "smart_encoded", None)
    return measure(smart_encode(body) if smart else body)


async def _rehearsed(prepared: Prepared, twilio: Any) -> dict[str, Any] | None:
    try:
        await prepared.action(prepared.wanted, twilio)
    except Rehearsed as rehearsed:
        return _shown(rehearsed.planned, set(secrets_of(prepared.action, prepared.wanted).values()))
    return None


def _shown(planned: Planned, hidden: set[str]) -> dict[str, Any]:
    parameters = [[name, MASK if value in hidden else value] for name, value in planned.parameters]
    return {"method": planned.method, "url": planned.url, "parameters": parameters}


def is_read(action: Action[Any, Any]) -> bool:
    """Whether it runs at once instead of becoming a job."""
    return action.effect is Effect.READ
