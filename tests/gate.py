"""A network whose answers a test holds back."""

import asyncio

from ringback.errors import Fault, NotSent
from ringback.twilio.transport import Request, Response, Transport


class Gate:
    """A network whose answers wait until a test lets them come."""

    def __init__(self) -> None:
        self.arrived = asyncio.Semaphore(0)
        self.open = asyncio.Event()
        self.sent = 0

    async def send(self, request: Request) -> Response:
        self.sent += 1
        self.arrived.release()
        await self.open.wait()
        raise NotSent(Fault(message=f"{request.method} was turned away.", retry_after=900))


class Withheld:
    """A network that withholds the answers from a path until a test lets them come: all is done by then."""

    def __init__(self, network: Transport, path: str) -> None:
        self.arrived = asyncio.Semaphore(0)
        self.open = asyncio.Event()
        self._network = network
        self._path = path

    async def send(self, request: Request) -> Response:
        answer = await self._network.send(request)
        if request.method == "POST" and self._path in request.url:
            self.arrived.release()
            await self.open.wait()
        return answer
