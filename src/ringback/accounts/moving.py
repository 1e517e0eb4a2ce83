"""What keeps an account where it is: jobs that would be sent, or looked for, somewhere else."""

from ringback.accounts.change import moved
from ringback.accounts.fields import NewAccount
from ringback.errors import Conflict
from ringback.store.accounts import AccountTable
from ringback.store.rows import Account

CROSSES_WORLDS = frozenset({"account_sid", "environment"})
"""Waiting jobs would be sent by another account, or leave the simulator for real phones."""

LOSES_SIGHT = CROSSES_WORLDS | {"region"}
"""What was sent is listed no more, since Twilio keeps messages in the region of their account: an unknown
job would be looked for in vain, called absent, and sent again."""


async def require_movable(table: AccountTable, account: Account, wanted: NewAccount) -> None:
    """Raises `Conflict` if jobs are in the way."""
    changes = moved(account, wanted)
    if not CROSSES_WORLDS.isdisjoint(changes):
        await require_idle(table, account, "pointed elsewhere")
    if not LOSES_SIGHT.isdisjoint(changes) and (jobs := await table.unknown_jobs(account.id)):
        raise Conflict(
            f"{jobs} {'job is' if jobs == 1 else 'jobs are'} unknown for {account.name}, and what became of "
            "them can be seen only where the account is now. Settle them; then it can be pointed elsewhere."
        )


async def require_idle(table: AccountTable, account: Account, done: str) -> None:
    """Raises `Conflict` while jobs wait or run."""
    if jobs := await table.unfinished_jobs(account.id):
        raise Conflict(
            f"{jobs} {'job waits or runs' if jobs == 1 else 'jobs wait or run'} for {account.name}. "
            f"Let them end, or withdraw them; then it can be {done}."
        )
