"""The load of the simulator's bench: connections that send creates, and who takes callbacks."""

import asyncio
import os
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

CONNECTIONS = 32
CREATED = b"HTTP/1.1 201"
ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
TICKS = os.sysconf("SC_CLK_TCK")


def request(sid: str, token: str, form: dict[str, str]) -> bytes:
    """The bytes of one create."""
    body = urlencode(form)
    head = (
        f"POST /2010-04-01/Accounts/{sid}/Messages.json HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
        f"Authorization: Basic {b64encode(f'{sid}:{token}'.encode()).decode()}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


def memory(pid: int) -> float:
    """Resident megabytes."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def processor_time(pid: int) -> float:
    """Seconds that all threads of a process have had so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def whole(answer: bytes) -> bool:
    """Whether an HTTP/1.1 answer is complete."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    _, sized, rest = head.lower().partition(b"content-length:")
    return len(body) >= int(rest.partition(b"\r")[0]) if sized else body.endswith(b"0\r\n\r\n")


@dataclass
class Load:
    """What is to be sent and what came of it."""

    request: bytes
    seconds: float
    rate: float | None = None
    """No more than so many a second; without it, as fast as answers come."""
    most: int | None = None
    """End after so many."""
    sent: int = 0
    created: int = 0
    refused: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def may_send(self) -> bool:
        """Count one more, unless that was all."""
        if self.most is not None and self.sent >= self.most:
            return False
        self.sent += 1
        return True

    def answered(self, answer: bytes) -> None:
        """Count an answer."""
        if answer.startswith(CREATED):
            self.created += 1
        else:
            self.refused += 1
        if self.created + self.refused == self.most:
            self.over.set()


@dataclass
class Pace:
    """How fast it went."""

    created: int
    refused: int
    wall: float
    processor: float

    @property
    def per_second(self) -> float:
        """Creates in a second of the clock on the wall."""
        return self.created / self.wall

    @property
    def per_core(self) -> float:
        """Creates in a second of the processor: what a core gives that is not shared with others."""
        return self.created / max(self.processor, 1 / TICKS)


class Client(asyncio.Protocol):
    """One connection; unless paced it sends the next request when the last one is answered."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.idle = True
        self.buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)
        if self.load.rate is None:
            self.send()

    def send(self) -> None:
        """The next request."""
        if self.transport is not None and self.load.may_send():
            self.idle = False
            self.transport.write(self.load.request)

    def data_received(self, data: bytes) -> None:
        """A part of an answer, or all of it."""
        self.buffer += data
        if whole(self.buffer):
            self.load.answered(self.buffer)
            self.buffer = b""
            self.idle = True
            if self.load.rate is None:
                self.send()


class Receiver(asyncio.Protocol):
    """Takes callbacks."""

    count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A callback comes."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer at once."""
        if data:
            Receiver.count += 1
            self.transport.write(ANSWER)


async def put_on(load: Load, port: int, pid: int) -> Pace:
    """Send until the time is up or all are answered."""
    loop = asyncio.get_running_loop()
    before, began = processor_time(pid), time.perf_counter()
    clients = [
        (await loop.create_connection(lambda: Client(load), "127.0.0.1", port))[1] for _ in range(CONNECTIONS)
    ]
    if load.rate is None:
        with suppress(TimeoutError):
            await asyncio.wait_for(load.over.wait(), load.seconds)
    else:
        await send_at(load.rate, load, clients, began)
    pace = Pace(load.created, load.refused, time.perf_counter() - began, processor_time(pid) - before)
    for client in clients:
        if client.transport is not None:
            client.transport.abort()
    return pace


async def send_at(rate: float, load: Load, clients: list[Client], began: float) -> None:
    """Send at a rate while the time lasts."""
    while (passed := time.perf_counter() - began) < load.seconds:
        while load.sent < passed * rate and (idle := next((c for c in clients if c.idle), None)) is not None:
            idle.send()
        await asyncio.sleep(0.002)
