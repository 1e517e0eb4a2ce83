"""Whoever stops leaves nothing open: no socket outlives the simulator that accepted it."""

import asyncio
import contextlib
import gc
import os
import resource
import socket
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.simulator.local import Local

from twilio_simulator.door.http1 import Connections
from twilio_simulator.door.listener import Listener
from twilio_simulator.door.proxy import proxying
from twilio_simulator.exchange import Reply, Request
from twilio_simulator.running import running

pytestmark = pytest.mark.anyio
HERE = Path(__file__).parents[2]
OWN = Path("/proc/self/fd")
TURNS = 5
"""How many turns of the loop lie between a connection's arrival and the end, at most."""


def open_sockets() -> set[str]:
    found = set()
    for descriptor in OWN.iterdir():
        # The descriptor of the listing itself is gone by now.
        with contextlib.suppress(FileNotFoundError):
            found.add(str(descriptor.readlink()))
    return {name for name in found if name.startswith("socket:")}


def arrivals(url: str, count: int) -> list[socket.socket]:
    """Clients whose connections the kernel has made, but nobody has accepted yet."""
    port = int(url.rpartition(":")[2])
    found = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    for index, one in enumerate(found):
        if index % 2:
            one.sendall(b"GET /_sim/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    return found


async def turned(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def gone(before: set[str]) -> set[str]:
    """The sockets that are still there after the collector came by."""
    await asyncio.sleep(0.05)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.collect()
    assert [str(one.message) for one in caught] == []
    return open_sockets() - before


async def test_a_simulator_closed_under_load_leaves_no_socket_open() -> None:
    gc.collect()
    before = open_sockets()
    for index in range(100):
        async with running() as simulator:
            clients = arrivals(simulator.url, 6)
            await turned(index % TURNS)
        for one in clients:
            one.close()

    assert await gone(before) == set()


async def test_an_outage_that_ends_as_the_simulator_stops_leaves_no_socket_open() -> None:
    gc.collect()
    before = open_sockets()
    for index in range(100):
        async with running() as simulator:
            entrance = simulator.entrance
            assert entrance is not None
            entrance.refuse(0)
            await turned(index % 10)

    assert await gone(before) == set()


async def test_an_outage_asked_for_just_before_the_end_opens_nothing_again() -> None:
    gc.collect()
    before = open_sockets()
    async with running() as simulator:
        await Local(simulator).does("POST", "/outage", {"seconds": 0.1})
    # The outage begins when its own answer had time to arrive.
    await asyncio.sleep(0.3)

    assert await gone(before) == set()


LEAVING = """
import asyncio, uvloop
from tests.simulator.local import Local
from twilio_simulator.running import running

async def main():
    async with running() as simulator:
        await Local(simulator).does("POST", "/outage", {"seconds": 0.1})
    await asyncio.sleep(0.3)

uvloop.run(main())
"""


async def test_the_loop_of_uvloop_closes_too() -> None:
    pytest.importorskip("uvloop")
    # What is still open then warns; as an error, the warning keeps uvloop from closing it: the loop waits on.
    child = await asyncio.create_subprocess_exec(sys.executable, "-W", "error", "-c", LEAVING, cwd=HERE)
    try:
        async with asyncio.timeout(20):
            assert await child.wait() == 0
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def test_a_proxy_closed_amid_handshakes_leaves_no_socket_open(tmp_path: Path) -> None:
    gc.collect()
    before = open_sockets()
    connections = Connections(lambda _: Reply(200, b""))
    for index in range(15):
        async with proxying(connections, tmp_path / "ca", "127.0.0.1", 0) as proxy:
            clients = arrivals(proxy.url, 3)
            for one in clients:
                one.sendall(b"CONNECT api.twilio.com:443 HTTP/1.1\r\n\r\n")
            await turned(index)
        for one in clients:
            one.close()

    assert await gone(before) == set()


async def test_who_is_connected_is_cut_off_when_it_closes() -> None:
    async with running() as simulator:
        clients = arrivals(simulator.url, 4)
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.02)

    for one in clients:
        one.settimeout(3)
        # Answers that were on their way may be thrown away: a reset is an end, too.
        with one, contextlib.suppress(ConnectionError):
            while one.recv(65536):
                pass


@contextlib.contextmanager
def no_descriptor_left() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    highest = max(int(one.name) for one in OWN.iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 8, hard))
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(1))
        yield
    finally:
        for one in taken:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_process_out_of_descriptors_takes_clients_up_later() -> None:
    served: list[str] = []

    def serve(request: Request) -> Reply:
        served.append(request.path)
        return Reply(200, b"")

    listener = Listener(Connections(serve).protocol)
    port = await listener.open("127.0.0.1", 0)
    (client,) = arrivals(f":{port}", 1)
    client.sendall(b"GET /late HTTP/1.1\r\n\r\n")
    with no_descriptor_left():
        await asyncio.sleep(0.05)
    assert served == []
    await asyncio.sleep(1.1)

    listener.close()
    client.close()
    assert served == ["/late"]
