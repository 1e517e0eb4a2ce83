"""The guard of verifications: deadlines, checks and sends that Twilio's API cannot set.

Twilio's Verify has no lifetime parameter (Twilio docs, verify/api: rate-limits-and-timeouts); so Ringback
keeps each verification it starts, refuses a check after the deadline without calling, and cancels it there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from ringback.accounts import Accounts
from ringback.action import Action, Verification
from ringback.clock import Clock
from ringback.errors import Failure, Fault, FieldError, NotSent, Refused
from ringback.log import logger, words
from ringback.store.persistence import until_written
from ringback.store.rows import Account
from ringback.store.rows import Verification as Kept
from ringback.store.verifications import Use, VerificationTable
from ringback.twilio import resources
from ringback.twilio.client import Twilio

NOT_FOUND = 20404
SECOND = 1_000
TWILIO_CHECKS = 5  # Twilio docs, errors/60202: the sixth check is refused
AT_ONCE = 100  # deadlines of an account in one sweep: one whose world is away takes nobody's place
SKEW = 5 * SECOND  # how far Twilio's clock may be from ours when it says 404 near the deadline

Proceed = Callable[[], Awaitable[Any]]

log = logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of an action: what is wanted, by which account, through which client.

    `use` is what its send or check is counted as, once: its job, where there is one.
    """

    action: Action[Any, Any]
    wanted: Any
    account: Account
    twilio: Twilio
    use: str = field(default_factory=lambda: token_hex(8))

    def of(self, sid: str) -> Use:
        """This run as a use of a verification."""
        return Use(self.account.id, sid, self.use)


class Verifications:
    """Stands between a verification action and Twilio."""

    def __init__(self, table: VerificationTable, accounts: Accounts, clock: Clock) -> None:
        self._table = table
        self._accounts = accounts
        self._clock = clock

    def early_errors(
        self, action: Action[Any, Any], inputs: Mapping[str, Any], account: Account
    ) -> list[FieldError]:
        """What can be refused before there is a job, whatever else is wrong with the inputs."""
        expires_in, longest = str(inputs.get("expires_in")), account.verification_lifetime
        if action.verification is not Verification.STARTS or not expires_in.isdecimal():
            return []
        if int(expires_in) <= longest:
            return []
        return [
            FieldError(
                "expires_in",
                f"Twilio itself drops a verification after {longest} s, and its API cannot lengthen that. "
                f"Give {longest} or less; if Twilio Support has set a longer lifetime for your service, "
                "change the account's verification_lifetime.",
            )
        ]

    async def guarded(self, run: Run, proceed: Proceed) -> Any:
        """Run `proceed` if the ledger allows it and note what came of it; its result, or ours."""
        if run.action.verification is None:
            return await proceed()
        guards = {
            Verification.STARTS: self._start,
            Verification.CHECKS: self._check,
            Verification.CANCELS: self._cancel,
        }
        return await guards[run.action.verification](run, proceed)

    async def refusal(self, run: Run) -> Refused | None:
        """Why a start would be refused now; for `explain`."""
        if run.action.verification is not Verification.STARTS:
            return None
        now = await self._world(run)
        live = await self._live(run, now)
        return _limit_reached(run, live) if live is not None and not _over(live, now) else None

    async def end_due(self) -> None:
        """Cancel at Twilio what has passed a deadline of ours."""
        waiting = await self._table.to_end(AT_ONCE)
        await asyncio.gather(*(self._end_some(*of_account) for of_account in waiting.items()))

    async def _end_some(self, account_id: str, open_ones: list[Kept]) -> None:
        try:
            await self._end_those(account_id, open_ones)
        except Exception as error:  # noqa: BLE001 - the other accounts' deadlines hold all the same
            log.warning("verifications_not_ended", account=account_id, error=words(error))

    async def _end_those(self, account_id: str, open_ones: list[Kept]) -> None:
        """Up to the first one that nobody answers: the next would wait as long, and the next sweep too."""
        account = await self._accounts.by_id(account_id)
        if account is None:
            return
        twilio = await self._accounts.open(account)
        now = await twilio.world_time()
        for kept in open_ones:
            if now >= kept.deadline:
                await self._cancel_at_twilio(kept, twilio)

    async def _start(self, run: Run, proceed: Proceed) -> Any:
        now = await self._world(run)
        live = await self._cleared(run, await self._live(run, now), now)
        if live is not None:
            await self._count_send(run, live)
        try:
            started = await proceed()
        except (NotSent, Refused):
            if live is not None:
                await until_written(lambda: self._table.return_send(run.of(live.sid)))
            raise
        await self.keep(run, started.sid, now)
        return started

    async def _live(self, run: Run, now: int) -> Kept | None:
        """The verification that Twilio would send again."""
        kept = await self._table.newest(run.account.id, run.wanted.service_sid, run.wanted.to)
        if kept is None or kept.state != "open":
            return None
        return kept if kept.deadline_is_ours or now < kept.deadline else None

    async def _cleared(self, run: Run, live: Kept | None, now: int) -> Kept | None:
        if live is None or not _over(live, now):
            return live
        # Twilio would send the old code again: https://www.twilio.com/docs/verify/api/verification
        if not await self._end(live, run.twilio):
            raise NotSent(Fault(message=STILL_THERE, remedy="Nothing was sent; try again."))
        return None

    async def _count_send(self, run: Run, live: Kept) -> None:
        """Count it before it leaves, so that two at once cannot both be the last."""
        if (refusal := _limit_reached(run, live)) is not None:
            raise refusal
        most = _limit(run.wanted, live, "max_sends")
        if not await self._table.count_send(run.of(live.sid), most, self._clock()):
            raise _refused("sent", most or live.sends, "max_sends")

    async def keep(self, run: Run, sid: str, now: int) -> None:
        """Note a start or a resend, `now` in Twilio's world."""
        expires_in = getattr(run.wanted, "expires_in", None)
        facts = {
            "service_sid": run.wanted.service_sid,
            "recipient": run.wanted.to,
            "started_at": now,
            "deadline": now + (expires_in or run.account.verification_lifetime) * SECOND,
            "deadline_is_ours": int(expires_in is not None),
            "max_checks": getattr(run.wanted, "max_checks", None),
            "max_sends": getattr(run.wanted, "max_sends", None),
            "now": self._clock(),
        }
        await until_written(lambda: self._table.keep(run.of(sid), **facts))

    async def _check(self, run: Run, proceed: Proceed) -> Any:
        kept = await self._known(run)
        if kept is None:
            return await self._forward(run, None, proceed)
        if kept.state in ("expired", "too_many_checks"):
            return self._answer(run, kept, kept.state)
        if kept.state != "open":
            return await self._forward(run, kept, proceed)
        if kept.deadline_is_ours and await self._world(run) >= kept.deadline:
            await self._end(kept, run.twilio)
            return self._answer(run, kept, "expired")
        if not await self._table.count_check(run.of(kept.sid), self._clock()):
            # Left open: the last check that was allowed may be on its way, and may be right.
            return self._answer(run, kept, "too_many_checks")
        return await self._forward(run, kept, proceed)

    async def _known(self, run: Run) -> Kept | None:
        sid = run.wanted.verification_sid
        if sid is not None:
            return await self._table.by_sid(run.account.id, sid)
        return await self._table.newest(run.account.id, run.wanted.service_sid, run.wanted.to)

    async def _forward(self, run: Run, kept: Kept | None, proceed: Proceed) -> Any:
        try:
            checked = await proceed()
        except (NotSent, Refused) as failure:
            if failure.fault.code == NOT_FOUND:
                return await self._gone(run, kept)
            if kept is not None and kept.state == "open":
                await until_written(lambda: self._table.return_check(run.of(kept.sid)))
            raise
        if kept is not None and checked.outcome != "wrong_code":
            await self._close(kept, checked.outcome)
        return checked

    async def _gone(self, run: Run, kept: Kept | None) -> Any:
        # Twilio says 404 alike for expired, used up, approved and unknown; only our ledger tells them apart.
        outcome = "not_found"
        if kept is not None and kept.state == "open":
            if await self._world(run) >= kept.deadline - SKEW:
                outcome = "expired"
            elif kept.checks >= TWILIO_CHECKS:
                outcome = "too_many_checks"
            await self._close(kept, outcome)
        return self._answer(run, kept, outcome)

    async def _cancel(self, run: Run, proceed: Proceed) -> Any:
        kept = await self._known(run)  # before: what fails after Twilio's answer would hide it
        canceled = await proceed()
        if kept is not None:
            await self._close(kept, "canceled")
        return canceled

    async def _end(self, kept: Kept, twilio: Twilio) -> bool:
        """Whether it is over at Twilio, too."""
        try:
            return await self._cancel_at_twilio(kept, twilio)
        except Failure:
            return False

    async def _cancel_at_twilio(self, kept: Kept, twilio: Twilio) -> bool:
        """Whether it is over there now. Raises a `Failure` that is no refusal."""
        try:
            await twilio.update(resources.verification(kept.service_sid, kept.sid), Status="canceled")
        except Refused as refusal:
            if refusal.fault.code != NOT_FOUND:
                return False
        await self._close(kept, "expired")
        return True

    async def _close(self, kept: Kept, outcome: str) -> None:
        state = "canceled" if outcome == "not_found" else outcome
        await until_written(lambda: self._table.close(kept.account_id, kept.sid, state, self._clock()))

    async def _world(self, run: Run) -> int:
        return await self._accounts.world_time(run.account)

    @staticmethod
    def _answer(run: Run, kept: Kept | None, outcome: str) -> Any:
        facts = {"verified": False, "outcome": outcome, "status": None, "channel": None}
        known = {"verification_sid": kept.sid, "to": kept.recipient} if kept is not None else {}
        return run.action.result.model_validate(
            facts | {"verification_sid": run.wanted.verification_sid, "to": run.wanted.to} | known
        )


def _over(kept: Kept, now: int) -> bool:
    return bool(kept.deadline_is_ours) and now >= kept.deadline


def _limit(wanted: Any, live: Kept, name: str) -> int | None:
    """The newest limit holds."""
    limit: int | None = getattr(wanted, name, None) or getattr(live, name)
    return limit


def _limit_reached(run: Run, live: Kept) -> Refused | None:
    """A code that could not be checked any more is not worth sending again."""
    others = live.sends - live.counts(run.use)  # counted in vain before: that write's answer was lost
    for name, done, count in (("max_sends", "sent", others), ("max_checks", "checked", live.checks)):
        limit = _limit(run.wanted, live, name)
        if limit is not None and count >= limit:
            return _refused(done, limit, name)
    return None


def _refused(done: str, limit: int, field: str) -> Refused:
    return Refused(
        Fault(
            message=f"The code was already {done} {limit} times, and {field} allows no more.",
            cause="A limit that was set for this verification is reached.",
            remedy=f"Wait for the verification to end, cancel it with CancelVerify, or raise {field}.",
            field=field,
        )
    )


STILL_THERE = (
    "The verification before this one has passed its deadline, but could not be cancelled at Twilio, which "
    "would send its old code again."
)
