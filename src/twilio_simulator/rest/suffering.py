"""What a fault of the book does to a request: before, instead of, after or behind the answer."""

import asyncio
from collections.abc import Callable

from twilio_simulator.addresses import address
from twilio_simulator.exchange import Outcome, Reply, Request, Severed
from twilio_simulator.faults.answers import faulty_reply
from twilio_simulator.faults.book import Action
from twilio_simulator.life.handset_states import switch_off
from twilio_simulator.life.progress import Progress
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.state import World

MADE_UP = frozenset({"rate_limit", "server_error", "refusal", "unauthorized"})
"""Faults that answer something of their own."""
BEHIND = frozenset({"lost", "outcome", "late_delivered", "handset_off"})
"""Faults that leave the answer alone and strike behind it."""
CarryOut = Callable[[], Reply]


class Suffering:
    """Carries requests out as faults have it."""

    def __init__(self, world: World, progress: Progress, webhooks: WebhookSender) -> None:
        self._world = world
        self._progress = progress
        self._webhooks = webhooks
        self.held: set[asyncio.Future[None]] = set()
        """Answers that are kept back."""

    async def gone_wrong(self, request: Request, action: Action, carry_out: CarryOut) -> Outcome:
        """What the client gets to see."""
        if action.kind in ("latency", "clock_jump"):
            late = self._late if action.kind == "latency" else self._jumped
            return await late(action, carry_out)
        if action.kind in BEHIND:
            return self._fated(request, action, carry_out)
        if action.kind == "cut":
            reply = carry_out()
            reply.cut = action.how
            return reply
        if action.stage == "after":
            carry_out()
        if action.kind == "stall":
            await self._held(None)
            return Severed("close")
        if action.kind in ("drop", "reset"):
            return Severed("reset" if action.kind == "reset" or action.how == "reset" else "close")
        return faulty_reply(action)

    def _fated(self, request: Request, action: Action, carry_out: CarryOut) -> Reply:
        """The answer is as ever; what comes of the message is not."""
        if action.kind == "handset_off":
            phone = self._world.handsets.get(address(request.one("To") or "").number)
            switch_off(self._world, self._progress, phone, round(action.seconds[0] * 1000))
        self._progress.fate = action.fate
        try:
            return carry_out()
        finally:
            # A message that was refused has no fate, and must not leave it to the next one.
            self._progress.fate = None

    async def _late(self, action: Action, carry_out: CarryOut) -> Outcome:
        """Carried out at once and answered late, or the other way round: a client gives up in between."""
        reply = carry_out() if action.stage == "after" else None
        low, high = action.seconds
        part = self._world.sids.stream("latency").random()
        if not await self._held(low + (high - low) * part):
            return Severed("close")
        return reply or carry_out()

    async def _jumped(self, action: Action, carry_out: CarryOut) -> Outcome:
        """Time leaps while the request is under way: between a check and its answer, say."""
        reply = carry_out() if action.stage == "after" else None
        await self._world.clock.advance(round(action.seconds[0] * 1000), self._webhooks.settled)
        return reply or carry_out()

    async def _held(self, seconds: float | None) -> bool:
        """Wait, and answer whether the wait was not cut short by a reset."""
        held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.held.add(held)
        try:
            done, _ = await asyncio.wait([held], timeout=seconds)
            return not done
        finally:
            self.held.discard(held)

    def release(self) -> int:
        """Cut every held answer short: its connection closes without one."""
        count = len(self.held)
        for held in tuple(self.held):
            if not held.done():
                held.set_result(None)
        return count
