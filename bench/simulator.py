"""How fast the simulator is: start, memory, creates a second on one core, with and without callbacks.

    python bench/simulator.py [--seconds 4]

The simulator is pinned to one core, this client to another. Bars: ready within 0.7 s, under 80 MB idle, 6,000
creates a second with callbacks off, 1,200 with three callbacks each.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import orjson
import uvloop

CONNECTIONS = 32
START_BAR, MEMORY_BAR, PLAIN_BAR, CALLBACK_BAR = 0.7, 80.0, 6000.0, 1200.0
ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Target:
    """The simulator's process and how to write to it."""

    child: subprocess.Popen[bytes]
    port: int
    request: bytes


def spawned(core: int) -> subprocess.Popen[bytes]:
    """The simulator's process, pinned to one core."""
    child = subprocess.Popen(
        [sys.executable, "-m", "twilio_simulator", "--port", "0", "--json"], stdout=subprocess.PIPE
    )
    os.sched_setaffinity(child.pid, {core})
    return child


async def start(core: int, callback: str | None) -> tuple[Target, float]:
    """A simulator on one core; the seconds until it was ready."""
    began = time.perf_counter()
    child = spawned(core)
    assert child.stdout is not None
    facts = orjson.loads(await asyncio.to_thread(child.stdout.readline))
    took = time.perf_counter() - began
    port = int(facts["url"].rpartition(":")[2])
    form = {"To": "+14155550123", "Body": "A text of usual length, to be sent."}
    if callback is None:
        form["From"] = facts["number"]
    else:
        # Through a Messaging Service a message has three callbacks: queued, sent, delivered.
        facts = await made_account(port)
        form |= {"MessagingServiceSid": facts["messaging_service"], "StatusCallback": callback}
    return Target(child, port, request(facts["account_sid"], facts["auth_token"], urlencode(form))), took


async def made_account(port: int) -> dict[str, str]:
    """An account with a Messaging Service."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b'{"messaging_services": ["Bench"]}'
    head = f"POST /_sim/accounts HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.read()
    writer.close()
    facts: dict[str, str] = orjson.loads(answer.partition(b"\r\n\r\n")[2])
    return facts


def request(sid: str, token: str, body: str) -> bytes:
    """The bytes of one create."""
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


class Client(asyncio.Protocol):
    """One connection; unless paced it sends the next request when the last one is answered."""

    def __init__(self, request: bytes, *, paced: bool) -> None:
        self.request = request
        self.paced = paced
        self.idle = True
        self.answers = 0
        self.refused = 0
        self.buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)
        if not self.paced:
            self.send()

    def send(self) -> None:
        """The next request."""
        self.idle = False
        if self.transport is not None:
            self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """An answer ends with the JSON's brace."""
        self.buffer += data
        if self.buffer.endswith(b"}}"):
            self.refused += not self.buffer.startswith(b"HTTP/1.1 201")
            self.answers += 1
            self.buffer = b""
            self.idle = True
            if not self.paced:
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


async def load(target: Target, seconds: float, rate: float | None) -> tuple[float, int]:
    """Creates a second, and how many were refused; with a `rate` no more than that many are sent."""
    loop = asyncio.get_running_loop()
    clients: list[Client] = []
    for _ in range(CONNECTIONS):
        _, client = await loop.create_connection(
            lambda: Client(target.request, paced=rate is not None), "127.0.0.1", target.port
        )
        clients.append(client)
    began = time.perf_counter()
    sent = 0
    while (passed := time.perf_counter() - began) < seconds:
        if rate is None:
            await asyncio.sleep(seconds - passed)
            continue
        while sent < passed * rate and (idle := next((c for c in clients if c.idle), None)) is not None:
            idle.send()
            sent += 1
        await asyncio.sleep(0.002)
    took = time.perf_counter() - began
    done = sum(client.answers for client in clients)
    for client in clients:
        if client.transport is not None:
            client.transport.abort()
    return done / took, sum(client.refused for client in clients)


async def stopped(target: Target) -> None:
    """End the process that we started."""
    target.child.terminate()
    await asyncio.to_thread(target.child.wait)


async def measure(seconds: float) -> bool:
    """Print the figures; whether all bars are met."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    target, ready = await start(cores[0], None)
    idle = memory(target.child.pid)
    plain, refused = await load(target, seconds, None)
    loaded = memory(target.child.pid)
    await stopped(target)
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
    callback = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/status"
    target, _ = await start(cores[0], callback)
    with_callbacks, _ = await load(target, seconds, CALLBACK_BAR * 1.02)
    meanwhile = Receiver.count / seconds / with_callbacks
    await asyncio.sleep(3)
    each = Receiver.count / seconds / with_callbacks
    await stopped(target)
    server.close()
    rows = [
        ("ready after, s", ready, START_BAR, ready <= START_BAR),
        ("idle memory, MB", idle, MEMORY_BAR, idle <= MEMORY_BAR),
        ("creates/s, callbacks off", plain, PLAIN_BAR, plain >= PLAIN_BAR and not refused),
        ("creates/s, 3 callbacks each", with_callbacks, CALLBACK_BAR, with_callbacks >= CALLBACK_BAR),
        ("callbacks per create", each, 3 * 0.98, each >= 3 * 0.98),
    ]
    for name, figure, bar, met in rows:
        print(f"{name:28} {figure:10.2f}   bar {bar:8.1f}   {'met' if met else 'MISSED'}")
    print(f"memory after the load, MB    {loaded:10.2f}\ncallbacks per create by then {meanwhile:10.2f}")
    return all(met for *_, met in rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4)
    sys.exit(0 if uvloop.run(measure(parser.parse_args().seconds)) else 1)
