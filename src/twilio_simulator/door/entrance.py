"""The listening socket, which can be closed for a while so that clients find nobody there."""

import asyncio

from twilio_simulator.door.http1 import Connections
from twilio_simulator.door.listener import Listener

TRY_AGAIN = 0.05


class Entrance:
    """Listens for these connections at one address."""

    def __init__(self, connections: Connections, host: str, port: int) -> None:
        self._connections = connections
        self._host = host
        self._port = port
        self._listener = Listener(connections.protocol)
        self._reopening: asyncio.Task[None] | None = None
        self._over = False

    @property
    def url(self) -> str:
        """Where clients find it, once it is open."""
        return (
            f"http://[{self._host}]:{self._port}"
            if ":" in self._host
            else f"http://{self._host}:{self._port}"
        )

    async def open(self) -> None:
        """Listen; port 0 takes a free one and keeps it."""
        self._port = await self._listener.open(self._host, self._port)

    def refuse(self, seconds: float) -> None:
        """Close the socket and all connections for so many real seconds; nothing after the end."""
        if self._over:
            # Asked for just before the end: to open again would leave a socket that nobody closes.
            return
        self._shut()
        self._reopening = asyncio.get_running_loop().create_task(self._reopen(seconds))

    async def _reopen(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        while True:
            try:
                await self.open()
            except OSError:
                # Somebody took the port meanwhile; a test would rather wait than talk to a stranger.
                await asyncio.sleep(TRY_AGAIN)
            else:
                return

    def close(self) -> None:
        """Listen no more, for good, and end every connection."""
        self._over = True
        self._shut()

    def _shut(self) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
        self._listener.close()
        self._connections.close()
