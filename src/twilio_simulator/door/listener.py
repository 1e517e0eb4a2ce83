"""A listening socket that takes every connection it accepted with it when it closes.

asyncio's own server does not: a connection that it accepts in the turn of the loop in which it is closed
meets an assertion (`Server._attach`), which is swallowed, and its socket stays open until the collector finds
it. And whoever cancels `create_server` in its last step loses a server that listens.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack

BACKLOG = 1024
OUT_OF_SOCKETS = 1.0
"""Seconds until the next try when the process has no file descriptor left."""


class Listener:
    """Accepts connections at one address; each gets a protocol of its own."""

    def __init__(self, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        self._protocol = protocol
        self._sockets: list[socket.socket] = []
        self._arriving: dict[asyncio.Task[None], socket.socket] = {}
        """Accepted, but not yet with a protocol."""

    async def open(self, host: str, port: int) -> int:
        """Listen at every address of the host; the port taken, the same for all when it was 0.

        Raises:
            OSError: the address is taken or not this machine's.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # Nothing is awaited from here on, so that no cancellation can lose a socket.
        with ExitStack() as opened:
            sockets = []
            for family, address in dict.fromkeys((one[0], one[4]) for one in found):
                # An empty host stands for every address of the machine.
                at = (address[0], port, *address[2:])
                one = socket.create_server(at, family=family, backlog=BACKLOG)
                opened.callback(one.close)
                one.setblocking(False)
                port = one.getsockname()[1]
                sockets.append(one)
            opened.pop_all()
        self._sockets = sockets
        for one in sockets:
            loop.add_reader(one.fileno(), self._accept, loop, one)
        return port

    def close(self) -> None:
        """Listen no more; who has just arrived is turned away."""
        loop = asyncio.get_running_loop()
        for one in self._sockets:
            loop.remove_reader(one.fileno())
            one.close()
        self._sockets = []
        for task in tuple(self._arriving):
            task.cancel()

    def _accept(self, loop: asyncio.AbstractEventLoop, listening: socket.socket) -> None:
        for _ in range(BACKLOG):
            try:
                peer, _ = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                # The loop would call again at once, and again: the client waits in the backlog instead.
                loop.remove_reader(listening.fileno())
                loop.call_later(OUT_OF_SOCKETS, self._resume, loop, listening)
                return
            peer.setblocking(False)
            task = loop.create_task(self._receive(loop, peer))
            self._arriving[task] = peer
            task.add_done_callback(self._received)

    def _resume(self, loop: asyncio.AbstractEventLoop, listening: socket.socket) -> None:
        if listening in self._sockets:
            loop.add_reader(listening.fileno(), self._accept, loop, listening)

    async def _receive(self, loop: asyncio.AbstractEventLoop, peer: socket.socket) -> None:
        try:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.connect_accepted_socket(self._protocol, peer)
        except OSError:
            # The client has left again.
            peer.close()

    def _received(self, task: asyncio.Task[None]) -> None:
        peer = self._arriving.pop(task)
        # One that was cancelled before it began never came to close anything.
        if task.cancelled():
            peer.close()
