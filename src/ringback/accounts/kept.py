"""Accounts that need not be read and opened again for each send."""

from dataclasses import dataclass, field

from ringback.store.rows import Account
from ringback.twilio.client import Twilio

RECENT = 1_000  # milliseconds; so long another process's change may go unseen when a job is accepted


@dataclass(frozen=True, slots=True)
class Opened:
    """An account with its secret opened."""

    account: Account
    twilio: Twilio


@dataclass(slots=True)
class Kept:
    """Rows by name with the instant when they were read, and opened accounts by id."""

    opened: dict[str, Opened] = field(default_factory=dict)
    _rows: dict[str, tuple[Account, int]] = field(default_factory=dict)

    def recent(self, name: str, now: int) -> Account | None:
        """The row of that name, if it was read a moment ago."""
        account, read_at = self._rows.get(name, (None, 0))
        return account if now - RECENT < read_at <= now else None

    def saw(self, account: Account, now: int) -> None:
        """It was read."""
        self._rows[account.name] = (account, now)

    def forget(self, account: Account) -> None:
        """It was changed here."""
        self._rows.clear()  # it may have another name now
        self.opened.pop(account.id, None)
