"""Withdraws what waited too long: a message that is late is worse than none."""

from ringback.log import logger
from ringback.store import Store

AT_ONCE = 200
WHO = "expiry"

log = logger()


class Expiry:
    """One pass over the waiting jobs whose `expires_at` is past."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def withdraw_expired(self) -> None:
        """Withdraw them all; a job that is never claimed after that instant cannot leave meanwhile."""
        while withdrawn := await self._store.ageing.withdraw_expired(WHO, AT_ONCE):
            log.info("jobs_expired", jobs=len(withdrawn))
