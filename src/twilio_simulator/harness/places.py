"""Where a test's simulator runs: in a thread of this process, in a process of its own, or elsewhere."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import orjson

from twilio_simulator.exchange import Answer, Outcome, Reply
from twilio_simulator.exchange import Request as LocalRequest
from twilio_simulator.running import READY_WITHIN, running
from twilio_simulator.simulator import Options, Simulator

PATIENCE = 120.0
"""Seconds for a control call: turning the clock waits for webhooks."""
ENDS_WITHIN = 10.0


class Place(Protocol):
    """A simulator somewhere."""

    @property
    def url(self) -> str:
        """Its address."""

    def control(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """One request to the control API: the status and the body of its answer."""


class Elsewhere:
    """A simulator that listens at an address."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        # A proxy in the environment is meant for Twilio, not for this machine.
        self._opener = build_opener(ProxyHandler({}))

    def control(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Ask over a socket."""
        request = Request(f"{self.url}/_sim{path}", body or None, method=method)  # noqa: S310 - http only
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                return int(answer.status), bytes(answer.read())
        except HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read()


class InProcess:
    """A simulator on an event loop in a thread of this process; it listens on a free port as well."""

    def __init__(self, options: Options | None = None) -> None:
        self._loop = asyncio.new_event_loop()
        self._end: asyncio.Event = asyncio.Event()
        self._started = threading.Event()
        self.simulator: Simulator | None = None
        self._thread = threading.Thread(target=self._live, args=(options,), daemon=True)
        self._thread.start()
        self._started.wait(READY_WITHIN)
        if self.simulator is None:
            raise RuntimeError("the simulator did not start")

    def _live(self, options: Options | None) -> None:
        try:
            self._loop.run_until_complete(self._run(options))
        finally:
            self._started.set()
            self._loop.close()

    async def _run(self, options: Options | None) -> None:
        async with running(options) as simulator:
            self.simulator = simulator
            self._started.set()
            await self._end.wait()

    @property
    def url(self) -> str:
        """Where it listens."""
        return "" if self.simulator is None else self.simulator.url

    def control(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Ask without a socket."""
        path, _, query = path.partition("?")
        request = LocalRequest(method, f"/_sim{path}", query, {"host": "127.0.0.1"}, body)
        outcome = self.serve(request, PATIENCE)
        return (outcome.status, outcome.body) if isinstance(outcome, Reply) else (0, b"")

    def serve(self, request: LocalRequest, timeout: float | None) -> Outcome:
        """Any request, without a socket.

        Raises:
            TimeoutError: no answer within `timeout` seconds.
        """
        return self._within(self._served(request), timeout)

    async def _served(self, request: LocalRequest) -> Outcome:
        if self.simulator is None:
            raise RuntimeError("the simulator has ended")
        answer: Answer = self.simulator.serve(request)
        return await answer if asyncio.iscoroutine(answer) else answer  # type: ignore[return-value] # narrowed

    def _within(self, work: Coroutine[Any, Any, Outcome], timeout: float | None) -> Outcome:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise

    def close(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(ENDS_WITHIN)


@contextmanager
def in_process(options: Options | None = None) -> Iterator[InProcess]:
    """A simulator in this process."""
    place = InProcess(options)
    try:
        yield place
    finally:
        place.close()


@contextmanager
def own_process(*arguments: str) -> Iterator[Elsewhere]:
    """A simulator in a process of its own, on a free port.

    Raises:
        RuntimeError: it did not start; the text is what it wrote to standard error.
    """
    command = (sys.executable, "-m", "twilio_simulator", "--port", "0", "--json", *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:  # noqa: S603 - our own
        try:
            if child.stdout is None or child.stderr is None:
                raise RuntimeError("the process has no pipes")
            line = child.stdout.readline()
            if not line:
                raise RuntimeError(child.stderr.read().decode())
            yield Elsewhere(orjson.loads(line)["url"])
        finally:
            child.terminate()
