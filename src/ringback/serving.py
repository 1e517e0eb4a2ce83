"""Runs the server: the HTTP API, Twilio's callbacks and the dispatcher, until it is told to stop."""

import asyncio
import contextlib
import errno
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from ringback.connector import Connector
from ringback.errors import Misconfigured
from ringback.http.hosts import is_loopback_name
from ringback.http.server import build, build_for_worker
from ringback.settings import Settings

# Seconds that a connection may idle. Who uses it again just as it is closed gets no answer, so balancers
# must be the first to close it: theirs idle for 60 (the defaults of AWS and nginx), uvicorn's 5 would not do.
IDLE = 75
GRACE = 5  # seconds that open answers get when the server stops
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - to be recognised, not to listen on
PLAIN_HTTP = (
    "Warning: {host} is open to other machines, and this is plain HTTP: API keys and messages can be read on "
    "the way. Put a proxy with TLS before it, or keep to 127.0.0.1."
)

Opener = Callable[..., AbstractAsyncContextManager[Connector]]


class Server(uvicorn.Server):
    """uvicorn without its signal handlers, which end the process before the dispatcher has stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `Stopping`."""
        yield


def run_server(open_connector: Opener, settings: Settings, *, as_json: bool, dispatch: bool = True) -> int:
    """`serve` on the fastest event loop there is."""
    return _on_the_fastest_loop(serve(open_connector, settings, as_json=as_json, dispatch=dispatch))


def run_worker(open_connector: Opener, settings: Settings, *, as_json: bool) -> int:
    """`worker` on the fastest event loop there is."""
    return _on_the_fastest_loop(work(open_connector, settings, as_json=as_json))


def _on_the_fastest_loop(program: Coroutine[Any, Any, int]) -> int:
    try:
        import uvloop  # noqa: PLC0415 - not made for Windows
    except ImportError:
        return asyncio.run(program)
    return uvloop.run(program)


async def work(open_connector: Opener, settings: Settings, *, as_json: bool = False) -> int:
    """Send what others accept, until SIGINT or SIGTERM.

    Raises:
        Misconfigured: The database or the sealing key cannot serve.
    """
    stopping = asyncio.Event()
    # Until the last answer is written: a second signal must not kill what the first one waits for.
    with on_signals(stopping.set):
        async with open_connector(settings) as connector, _watched(connector, settings) as port:
            _introduce_worker(settings, port, as_json=as_json)
            await stopping.wait()
            connector.hurry()
    return 0


@contextlib.asynccontextmanager
async def _watched(connector: Connector, settings: Settings) -> AsyncIterator[int | None]:
    """The worker's health and metrics on a port, if one is set; the port."""
    if settings.metrics_port is None:
        yield None
        return
    with listening(settings.host, settings.metrics_port, "--metrics-port") as sock:
        server = _server(build_for_worker(connector, settings))
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            yield sock.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


def _introduce_worker(settings: Settings, port: int | None, *, as_json: bool) -> None:
    url = f"http://{_reachable(settings.host)}:{port}/metrics" if port is not None else None
    if as_json:
        facts = {"database": str(settings.database)} | ({"metrics": url} if url else {})
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        return
    sys.stderr.write(f"Ringback sends what waits in {settings.database}\n")
    sys.stderr.write(f"  metrics           {url}\nCtrl-C stops it.\n" if url else "Ctrl-C stops it.\n")


async def serve(
    open_connector: Opener, settings: Settings, *, as_json: bool = False, dispatch: bool = True
) -> int:
    """Serve until SIGINT or SIGTERM; without `dispatch` workers alone send.

    Raises:
        Misconfigured: The port is in use, or the database or the sealing key cannot serve.
    """
    stopping = Stopping()
    with listening(settings.host, settings.port) as sock, on_signals(stopping):
        async with open_connector(settings, dispatch=dispatch) as connector:
            server = server_of(connector, settings)
            stopping.attend(server, connector.hurry)
            _introduce(settings, sock.getsockname()[1], as_json=as_json)
            await server.serve(sockets=[sock])
    return 0


def _introduce(settings: Settings, port: int, *, as_json: bool) -> None:
    """Where it is and what it works on: for scripts on standard output, for people beside the log."""
    url = f"http://{_reachable(settings.host)}:{port}"
    if as_json:
        facts = {"url": url, "database": str(settings.database), "public_url": settings.public_url}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
    else:
        sys.stderr.write("".join(f"{line}\n" for line in introduction(settings, url)))


def introduction(settings: Settings, url: str) -> Iterator[str]:
    """The lines that people read when the server starts."""
    yield f"Ringback listens on {url}"
    yield f"  try every action  {url}/docs"
    yield f"  ledger            {settings.database}"
    if settings.public_url is None:
        yield "  statuses          asked for at Twilio; with --public-url Twilio calls back instead"
    else:
        yield f"  statuses          Twilio calls back at {settings.public_url}"
    if not is_loopback_name(settings.host):
        yield PLAIN_HTTP.format(host=settings.host)
    yield "Ctrl-C stops it."


def _reachable(host: str) -> str:
    """The host of a URL that leads here; no one can visit the address that stands for all."""
    if host in ANY_ADDRESS:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def server_of(connector: Connector, settings: Settings) -> Server:
    """A server that is ready to be run on a listening socket."""
    return _server(build(connector, settings))


def _server(app: ASGIApp) -> Server:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=IDLE,
        server_header=False,
        lifespan="off",
    )
    return Server(config)


class Stopping:
    """Told by a signal: the first lets the server finish, a second one hurries its open answers."""

    def __init__(self) -> None:
        self._asked = False
        self._server: Server | None = None
        self._hurry: Callable[[], object] = lambda: None

    def __call__(self) -> None:
        """Stop."""
        self._hurry()
        if self._server is not None:
            self._server.force_exit = self._server.should_exit
            self._server.should_exit = True
        self._asked = True

    def attend(self, server: Server, hurry: Callable[[], object]) -> None:
        """The server that is to stop, at once if that was asked before there was one, and who is told."""
        self._server, self._hurry = server, hurry
        server.should_exit = self._asked


@contextlib.contextmanager
def on_signals(act: Callable[[], object]) -> Iterator[None]:
    """Call `act` on Ctrl-C, on SIGTERM, and when the terminal is closed."""
    loop = asyncio.get_running_loop()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to outlive the terminal
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, act)
    try:
        yield
    finally:
        for number in numbers:
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
