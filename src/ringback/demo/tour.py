"""The tour: one step after the other, each with what it did at the simulated Twilio."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ringback.demo.outside import Answered, Outside
from ringback.errors import Failure

ACCOUNT = "demo"
SETTLE_SECONDS = 8.0
OK, CREATED, REDIRECT, UNPROCESSABLE = 200, 201, 300, 422

MESSAGE, CODE, CHECK = "api.CreateMessage", "verify.CreateVerification", "verify.CreateVerificationCheck"
WRITES = (MESSAGE, CODE, CHECK)
"""The simulator's names for the requests that cost money at the real Twilio."""


class Surprise(Exception):
    """An answer with which a step cannot go on; the text says what it was."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `act` answers what came of it and whether that is right; Twilio may do `writes`, no more."""

    title: str
    act: Callable[["Tour"], Awaitable[tuple[str, bool]]]
    writes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the tour, the jobs that the step made, and the writes that Twilio carried out meanwhile."""

    step: Step
    answer: str
    agrees: bool
    jobs: tuple[str, ...] = ()
    carried_out: tuple[str, ...] = ()


@dataclass(slots=True)
class Tour:
    """Everything a step needs, and the jobs that it leaves for the record."""

    ringback: Outside
    simulator: Outside
    account: Mapping[str, Any]
    jobs: list[str] = field(default_factory=list)
    read_to: int = 0

    async def run(self, steps: Sequence[Step]) -> AsyncIterator[Told]:
        """All steps in order; one that fails is told, and the next is taken."""
        for step in steps:
            before = len(self.jobs)
            try:
                answer, agrees = await step.act(self)
                carried_out = await self._carried_out()
            except (Failure, Surprise, TimeoutError) as error:
                answer, agrees, carried_out = str(error) or TOO_LONG, False, ()
            yield Told(step, answer, agrees, tuple(self.jobs[before:]), carried_out)

    async def act(self, action: str, inputs: Mapping[str, Any], **headers: str) -> Answered:
        """Run an action over HTTP and wait for its answer."""
        answered = await self.ringback.post(
            f"/v1/actions/{action}", {"account": ACCOUNT, **inputs}, prefer="wait=10", **headers
        )
        job_id = (answered.content or {}).get("id")
        if job_id and job_id not in self.jobs:
            self.jobs.append(job_id)
        return answered

    async def job(self, job_id: str) -> Any:
        """A job as the ledger has it now."""
        return (await self.ringback.get(f"/v1/jobs/{job_id}")).content

    async def until(self, answered: Answered, holds: Callable[[Any], bool]) -> Any:
        """Look at a job until something holds of it.

        Raises:
            Surprise: There is no job.
            TimeoutError: It never did.
        """
        job_id = (answered.content or {}).get("id")
        if not job_id:
            raise Surprise(problem(answered))
        async with asyncio.timeout(SETTLE_SECONDS):
            while not holds(job := await self.job(job_id)):
                # Networks take seconds to deliver; in the simulator's world they pass at once.
                await self.simulator.post("/_sim/clock/advance", {"seconds": 1})
        return job

    async def arrived(self, answered: Answered, status: str) -> tuple[str, bool]:
        """Follow a message to a status; what it went through."""
        if answered.status != OK:
            raise Surprise(problem(answered))
        job = await self.until(answered, lambda seen: status_of(seen) == status)
        statuses = [event["detail"]["status"] for event in job["events"] if event["kind"] == "status"]
        return " → ".join([answered.content["result"]["status"], *statuses]), True

    async def _carried_out(self) -> tuple[str, ...]:
        """What Twilio carried out since this was asked last; a lost answer has an entry of its own."""
        journal = await self.simulator.get(f"/_sim/requests?method=POST&after={self.read_to}")
        self.read_to = journal.content["cursor"]
        done = [one for one in journal.content["requests"] if OK <= one["status"] < REDIRECT]
        return tuple(one["subject"] for one in done if one["subject"] in WRITES)


TOO_LONG = f"nothing came of it within {SETTLE_SECONDS:g} s"


def status_of(job: Mapping[str, Any]) -> str | None:
    """Twilio's word for a job's message; None while there is none."""
    status: str | None = (job.get("message") or {}).get("status")
    return status


def problem(answered: Answered) -> str:
    """An unexpected answer in words."""
    content = answered.content or {}
    error = content.get("error") or content
    return f"{answered.status}: {error.get('message') or error.get('detail') or content}"
