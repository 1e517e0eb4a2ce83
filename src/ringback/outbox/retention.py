"""Redacts what has been kept for long enough: texts and numbers go, the record that it happened stays."""

from datetime import timedelta

from ringback.clock import Clock
from ringback.log import logger
from ringback.store import Store

AT_ONCE = 100
PAUSE = 10 * 60_000  # milliseconds between two passes
LONGEST_VERIFICATION = 24 * 3_600_000
"""A verification may be checked for a day at most (Twilio docs, verify/api: rate-limits-and-timeouts)."""

log = logger()


class Retention:
    """Passes over the ledger, one every ten minutes; none where everything is kept."""

    def __init__(self, store: Store, clock: Clock, keep: timedelta | None) -> None:
        self._store = store
        self._clock = clock
        self._keep = round(keep.total_seconds() * 1000) if keep is not None else None
        self._rests_until = 0

    async def redact_old(self) -> None:
        """Redact jobs that ended longer ago than is kept, and the recipients of verifications that old."""
        if self._keep is None or self._clock() < self._rests_until:
            return
        jobs = 0
        while found := await self._store.ageing.redact(self._keep, AT_ONCE):
            jobs += found
        older = self._keep + LONGEST_VERIFICATION
        while await self._store.ageing.redact_verifications(older, AT_ONCE):
            pass
        if jobs:
            log.info("jobs_redacted", jobs=jobs)
        self._rests_until = self._clock() + PAUSE
