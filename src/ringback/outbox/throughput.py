"""How fast a sender may send: what Twilio allows its kind, or the rate that was set for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from ringback.clock import iso
from ringback.errors import FieldError, InvalidInput
from ringback.numbers import Reader, is_messaging_service, read_sender
from ringback.numbers.senders import SenderKind, sender_kind
from ringback.store.jobs import Pacing
from ringback.store.rows import Account
from ringback.store.senders import MICROSECONDS, SenderQueue, SenderTable

THOUSANDTHS = 1000
FASTEST = 10_000.0
SLOWEST = 0.001
IDLE_FOR = 1.0  # seconds; as far as a slot may be away
TOLL_FREE = ("+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888")
SANDBOX = "whatsapp:+14155238886"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Segments per second by kind of sender; None where Ringback keeps no pace.

    Sources: Twilio docs, errors/21611 (long code, queue), whatsapp/best-practices-and-faqs (80 a sender),
    whatsapp/sandbox (one message in 3 s). Toll-free, short code and alphanumeric come from secondary sources,
    numbers outside North America are taken to be like an alphanumeric sender (unsure).
    """

    long_code: float = 1
    foreign_number: float = 10
    toll_free: float = 3
    short_code: float = 100
    alphanumeric: float = 10
    whatsapp: float = 80
    sandbox: float = 1 / 3
    messaging_service: float | None = None  # Twilio spreads over its pool, and queues for it

    def of(self, sender: str) -> float | None:
        """What Twilio allows such a sender."""
        if sender.startswith("whatsapp:"):
            return self.sandbox if sender == SANDBOX else self.whatsapp
        if is_messaging_service(sender):
            return self.messaging_service
        kind = sender_kind(sender)
        if kind is SenderKind.SHORT_CODE:
            return self.short_code
        if kind is SenderKind.ALPHANUMERIC:
            return self.alphanumeric
        if sender.startswith(TOLL_FREE):
            return self.toll_free
        return self.long_code if sender.startswith("+1") else self.foreign_number


class SenderFacts(BaseModel):
    """A sender: how fast it may send, and what waits for it."""

    sender: str
    account: str
    per_second: float | None = Field(description="Segments per second; null where no pace is kept.")
    set: bool = Field(False, description="Whether the rate was set, or is that of the sender's kind.")
    waiting: int = Field(0, description="Jobs that are due and have not left.")
    segments: int = Field(0, description="What those jobs take of its throughput.")
    held_until: str | None = Field(None, description="Nothing leaves before, because Twilio asked to wait.")
    done_by: str | None = Field(None, description="When what waits now is expected to have left.")


@dataclass(slots=True, kw_only=True)
class Throughput:
    """The rates that hold now; those that were set are read anew by `refresh`."""

    senders: SenderTable
    rates: Rates = field(default_factory=Rates)
    _own: Mapping[tuple[str, str], int] = field(default_factory=dict)

    async def refresh(self) -> None:
        """See what was set, by this process or another."""
        self._own = await self.senders.own_rates()

    async def leave_none_idle(self) -> None:
        """Plan anew for each sender that is free while all that waits for it has its turn later.

        That comes of what had a turn before and was withdrawn, or of what Twilio asked to wait.
        """
        for idle in await self.senders.idle(IDLE_FOR):
            rate = self.rate(idle.account_id, idle.sender, simulated=idle.simulated)
            await self.senders.plan_anew(idle.account_id, idle.sender, rate)

    def pacing(self, account: Account, sender: str | None) -> Pacing:
        """How an account's sender is paced."""
        simulated = account.base_url is not None
        return Pacing(self.rate(account.id, sender, simulated=simulated), simulated)

    def rate(self, account_id: str, sender: str | None, *, simulated: bool) -> int | None:
        """Thousandths of a segment per second; None where no pace is kept.

        A simulator's senders have no carrier behind them, so only a rate that was set holds there.
        """
        if sender is None:
            return None
        if (own := self._own.get((account_id, sender))) is not None:
            return own
        return self._kinds_rate(sender, simulated=simulated)

    def _kinds_rate(self, sender: str, *, simulated: bool) -> int | None:
        allowed = self.rates.of(sender) if not simulated else None
        return round(allowed * THOUSANDTHS) if allowed is not None else None

    async def set(self, account: Account, sender: str, per_second: float | None) -> SenderFacts:
        """Set a sender's segments per second; None for its kind's again. Raises `InvalidInput`."""
        read, errors = _sender(account, sender)
        if per_second is not None and not SLOWEST <= per_second <= FASTEST:
            errors.append(FieldError("per_second", f"Give {SLOWEST} to {FASTEST:.0f} segments per second."))
        if errors:
            raise InvalidInput(errors)
        rate = round(per_second * THOUSANDTHS) if per_second is not None else None
        kind = self._kinds_rate(read, simulated=account.base_url is not None)
        await self.senders.set_rate(account.id, read, rate, kind)
        await self.refresh()
        return await self._facts(account, read)

    async def queues(self, account: str | None = None) -> list[SenderFacts]:
        """Each sender that something waits for or whose pace was set."""
        return [self._shown(queue) for queue in await self.senders.queues(account)]

    async def _facts(self, account: Account, sender: str) -> SenderFacts:
        for facts in await self.queues(account.name):
            if facts.sender == sender:
                return facts
        rate = self.rate(account.id, sender, simulated=account.base_url is not None)
        return SenderFacts(sender=sender, account=account.name, per_second=_per_second(rate))

    def _shown(self, queue: SenderQueue) -> SenderFacts:
        simulated = queue.base_url is not None
        # What this process has read of rates that were set may be older than the row.
        rate = queue.rate or self._kinds_rate(queue.sender, simulated=simulated)
        done = _done_at(queue, rate) if rate else None
        return SenderFacts(
            sender=queue.sender,
            account=queue.account,
            per_second=_per_second(rate),
            set=queue.rate is not None,
            waiting=queue.jobs,
            segments=queue.cost,
            held_until=iso(queue.held_until // 1000) if queue.held_until > queue.now else None,
            done_by=iso(done // 1000) if done is not None and queue.jobs else None,
        )


def _done_at(queue: SenderQueue, rate: int) -> int:
    """When all that waits will have left; as long as it is slowed, a sender takes twice the time."""
    start = max(queue.free_at, queue.held_until, queue.now)
    takes = queue.cost * MICROSECONDS * THOUSANDTHS // rate
    return start + takes + min(takes, max(0, queue.slowed_until - start) // 2)


def _per_second(rate: int | None) -> float | None:
    return rate / THOUSANDTHS if rate is not None else None


def _sender(account: Account, given: str) -> tuple[str, list[FieldError]]:
    """A sender as jobs name it, however it was written; and what is wrong with it."""
    try:
        return read_sender(given, Reader(default_country=account.default_country)), []
    except ValueError as error:
        return given, [FieldError("sender", str(error))]
