"""Runs the server: the HTTP API, Twilio's callbacks and the dispatcher, until it is told to stop."""

import asyncio
import contextlib
import errno
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

import uvicorn

from ringback.connector import Connector
from ringback.errors import Misconfigured
from ringback.http.server import build
from ringback.settings import Settings

GRACE = 5  # seconds that open answers get when the server stops

Opener = Callable[..., AbstractAsyncContextManager[Connector]]


class Server(uvicorn.Server):
    """uvicorn without its signal handlers, which end the process before the dispatcher has stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `stopping_on_signals`."""
        yield


async def serve(open_connector: Opener, settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM.

    Raises:
        Misconfigured: The port is in use, or the database or the sealing key cannot serve.
    """
    with listening(settings.host, settings.port) as sock:
        async with open_connector(settings) as connector:
            server = server_of(connector, settings)
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            sys.stderr.write(f"Ringback listens on http://{host}:{sock.getsockname()[1]}\n")
            with stopping_on_signals(server):
                await server.serve(sockets=[sock])
    return 0


def server_of(connector: Connector, settings: Settings) -> Server:
    """A server that is ready to be run on a listening socket."""
    config = uvicorn.Config(
        build(connector, settings),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        server_header=False,
        lifespan="off",
    )
    return Server(config)


@contextlib.contextmanager
def stopping_on_signals(server: Server) -> Iterator[None]:
    """SIGINT and SIGTERM let the server finish; a second one hurries it."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def listening(host: str, port: int, option: str = "--port") -> Iterator[socket.socket]:
    """A listening socket.

    Raises:
        Misconfigured: It cannot be had; the port and the remedy are named.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
            sock.listen(1024)
        except OSError as error:
            raise _unbindable(host, port, option, error) from error
        yield sock


def _unbindable(host: str, port: int, option: str, error: OSError) -> Misconfigured:
    remedy = f"choose another with {option}."
    if error.errno == errno.EADDRINUSE:
        return Misconfigured(
            f"Port {port} on {host} is in use by another program. Stop that one, or {remedy}"
        )
    return Misconfigured(
        f"Cannot listen on {host}:{port} ({error.strerror}). Give another --host, or {remedy}"
    )
