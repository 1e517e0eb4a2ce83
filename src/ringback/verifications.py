"""The guard of verifications: deadlines, checks and sends that Twilio's API cannot set.

Twilio's Verify has no lifetime parameter (Twilio docs, verify/api: rate-limits-and-timeouts); so Ringback
keeps each verification it starts, refuses a check after the deadline without calling, and cancels it there.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ringback.accounts import Accounts
from ringback.action import Action, Verification
from ringback.clock import Clock
from ringback.errors import Failure, Fault, FieldError, NotSent, Refused
from ringback.store.rows import Account
from ringback.store.rows import Verification as Kept
from ringback.store.verifications import VerificationTable
from ringback.twilio import resources
from ringback.twilio.client import Twilio

NOT_FOUND = 20404
SECOND = 1_000
TWILIO_CHECKS = 5  # Twilio docs, errors/60202: the sixth check is refused
SKEW = 5 * SECOND  # how far Twilio's clock may be from ours when it says 404 near the deadline

Proceed = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of an action: what is wanted, by which account, through which client."""

    action: Action[Any, Any]
    wanted: Any
    account: Account
    twilio: Twilio


class Verifications:
    """Stands between a verification action and Twilio."""

    def __init__(self, table: VerificationTable, accounts: Accounts, clock: Clock) -> None:
        self._table = table
        self._accounts = accounts
        self._clock = clock

    def early_errors(self, action: Action[Any, Any], wanted: Any, account: Account) -> list[FieldError]:
        """What can be refused before there is a job."""
        expires_in = getattr(wanted, "expires_in", None)
        if action.verification is not Verification.STARTS or not expires_in:
            return []
        longest = account.verification_lifetime
        if expires_in <= longest:
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
        guards = {
            Verification.STARTS: self._start,
            Verification.CHECKS: self._check,
            Verification.CANCELS: self._cancel,
        }
        if run.action.verification is None:
            return await proceed()
        return await guards[run.action.verification](run, proceed)

    async def refusal(self, run: Run) -> Refused | None:
        """Why a start would be refused now; for `explain`."""
        if run.action.verification is not Verification.STARTS:
            return None
        return self._too_many_sends(run.wanted, await self._live(run, await self._world(run)))

    async def end_due(self) -> None:
        """Cancel at Twilio what has passed a deadline of ours."""
        times: dict[str, int] = {}
        for kept in await self._table.to_end():
            account = await self._accounts.by_id(kept.account_id)
            if account is None:
                continue
            if account.id not in times:
                times[account.id] = await self._accounts.world_time(account)
            if times[account.id] >= kept.deadline:
                await self._end(kept, await self._accounts.open(account))

    async def _start(self, run: Run, proceed: Proceed) -> Any:
        now = await self._world(run)
        live = await self._live(run, now)
        if (refusal := self._too_many_sends(run.wanted, live)) is not None:
            raise refusal
        if live is not None and now >= live.deadline:
            # Twilio would send the old code again: https://www.twilio.com/docs/verify/api/verification
            await self._end(live, run.twilio)
        started = await proceed()
        await self._keep(run, started, now)
        return started

    async def _live(self, run: Run, now: int) -> Kept | None:
        kept = await self._table.newest(run.account.id, run.wanted.service_sid, run.wanted.to)
        if kept is None or kept.state != "open":
            return None
        return kept if kept.deadline_is_ours or now < kept.deadline else None

    @staticmethod
    def _too_many_sends(wanted: Any, live: Kept | None) -> Refused | None:
        if live is None:
            return None
        limit = getattr(wanted, "max_sends", None) or live.max_sends
        if limit is None or live.sends < limit:
            return None
        return Refused(
            Fault(
                message=f"The code was already sent {live.sends} times; max_sends allows {limit}.",
                cause="The limit of sends that was set for this verification is reached.",
                remedy="Wait for the verification to end, cancel it with CancelVerify, or allow more sends.",
                field="max_sends",
            )
        )

    async def _keep(self, run: Run, started: Any, now: int) -> None:
        expires_in = getattr(run.wanted, "expires_in", None)
        await self._table.keep(
            account_id=run.account.id,
            sid=started.sid,
            service_sid=run.wanted.service_sid,
            recipient=run.wanted.to,
            started_at=now,
            deadline=now + (expires_in or run.account.verification_lifetime) * SECOND,
            deadline_is_ours=int(expires_in is not None),
            max_checks=getattr(run.wanted, "max_checks", None),
            max_sends=getattr(run.wanted, "max_sends", None),
            now=self._clock(),
        )

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
        if not await self._table.count_check(run.account.id, kept.sid, self._clock()):
            await self._close(kept, "too_many_checks")
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
        except NotSent:
            if kept is not None and kept.state == "open":
                await self._table.return_check(run.account.id, kept.sid)
            raise
        except Refused as refusal:
            if refusal.fault.code != NOT_FOUND:
                raise
            return await self._gone(run, kept)
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
            await self._close(kept, "canceled" if outcome == "not_found" else outcome)
        return self._answer(run, kept, outcome)

    async def _cancel(self, run: Run, proceed: Proceed) -> Any:
        canceled = await proceed()
        kept = await self._known(run)
        if kept is not None:
            await self._close(kept, "canceled")
        return canceled

    async def _end(self, kept: Kept, twilio: Twilio) -> None:
        try:
            await twilio.update(resources.verification(kept.service_sid, kept.sid), Status="canceled")
        except Refused as refusal:
            if refusal.fault.code != NOT_FOUND:
                return
        except Failure:
            return
        await self._close(kept, "expired")

    async def _close(self, kept: Kept, state: str) -> None:
        await self._table.close(kept.account_id, kept.sid, state, self._clock())

    async def _world(self, run: Run) -> int:
        return await self._accounts.world_time(run.account)

    @staticmethod
    def _answer(run: Run, kept: Kept | None, outcome: str) -> Any:
        facts = {"verified": False, "outcome": outcome, "status": None, "channel": None}
        known = {"verification_sid": kept.sid, "to": kept.recipient} if kept is not None else {}
        return run.action.result.model_validate(
            facts | {"verification_sid": run.wanted.verification_sid, "to": run.wanted.to} | known
        )
