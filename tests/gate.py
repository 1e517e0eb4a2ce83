"""A network whose answers a test holds back."""

import asyncio

from ringback.errors import Fault, NotSent
from ringback.twilio.transport import Request, Response


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
