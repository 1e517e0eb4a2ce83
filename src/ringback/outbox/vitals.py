"""How this process is doing, looked at every few seconds: the queue, accounts' room, the event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ringback.log import logger, words
from ringback.outbox.flights import Flights
from ringback.outbox.means import Means

EVERY = 2.0  # seconds between two looks
SHARE = 20  # a look that takes long, as at a million jobs, is followed by a rest that is so many times longer
TICK = 0.5  # seconds between two probes of the event loop

log = logger()


class Vitals:
    """Looks around for the meters and for the queue's limit."""

    def __init__(self, means: Means, most_waiting: int) -> None:
        self._means = means
        self._meters = means.meters
        self._rooms = Rooms(means.flights)
        self._meters.add(self._rooms)
        self._meters.most_waiting.set(most_waiting)

    async def look(self) -> None:
        """Count the open jobs, and see what other processes set."""
        census = await self._means.store.backlog.look()
        for state in ("waiting", "running", "unknown"):
            self._meters.jobs.labels(state).set(getattr(census, state))
        self._meters.oldest.set(census.oldest / 1000)
        self._meters.alarms.set(census.alarms)
        self._rooms.names = {account.id: account.name for account in await self._means.store.accounts.all()}
        await self._means.throughput.refresh()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look again and again for as long as the block lasts."""
        tasks = [asyncio.create_task(self._keep_looking()), asyncio.create_task(self._feel_the_loop())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_looking(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - a database that is away: the next look may find it
                log.warning("look_failed", error=words(error))
            await asyncio.sleep(max(EVERY, SHARE * (loop.time() - began)))

    async def _feel_the_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await asyncio.sleep(TICK)
            self._meters.lag.observe(max(0.0, loop.time() - began - TICK))


class Rooms(Collector):
    """Requests in flight and how many may be, by account, as they are when they are asked for."""

    def __init__(self, flights: Flights) -> None:
        self._flights = flights
        self.names: dict[str, str] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One pair of values an account that is connected and has sent."""
        name = "ringback_requests_in_flight"
        flying = GaugeMetricFamily(name, "Jobs of an account that are being sent.", labels=["account"])
        limit = GaugeMetricFamily(f"{name}_limit", "How many may be at once.", labels=["account"])
        for account_id, room in self._flights.rooms().items():
            if account_id in self.names:
                flying.add_metric([self.names[account_id]], room[0])
                limit.add_metric([self.names[account_id]], room[1])
        yield flying
        yield limit
