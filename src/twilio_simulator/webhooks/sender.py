"""Sends webhooks: signed, in order per message, retried only where Twilio retries."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from twilio_simulator.faults.book import Action, FaultBook
from twilio_simulator.webhooks.attempts import Listener, Webhook
from twilio_simulator.webhooks.delivery import Delivery
from twilio_simulator.webhooks.signature import Parameters
from twilio_simulator.webhooks.spoiling import occasion, spoil
from twilio_simulator.world.log import Event
from twilio_simulator.world.message import FINISHED
from twilio_simulator.world.phone_call import ENDED
from twilio_simulator.world.state import World

KEPT_WEBHOOKS = 10_000
SLACK = 500
"""So many more before the oldest are thrown away, all at once."""
LONGEST_WAIT = 60.0
"""Seconds: more than two tries with their timeouts take."""
STATUS_NAMES = ("MessageStatus", "CallStatus")
LAST = FINISHED | ENDED


class WebhookSender:
    """All webhooks of one world."""

    RUNTIME = frozenset({"_delivery", "_drivers", "_lanes", "_tasks", "then"})
    """What a snapshot leaves out."""

    def __init__(self, world: World, faults: FaultBook, allowed_hosts: frozenset[str] = frozenset()) -> None:
        self._world = world
        self._faults = faults
        self._lanes: dict[str, deque[Webhook]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0
        self._drivers: dict[str, asyncio.Task[None]] = {}
        self._put_off: dict[str, str] = {}
        """Ids of webhooks that a fault holds back, with its kind."""
        self._delivery = Delivery(world, allowed_hosts)
        self.then: dict[str, Callable[[Webhook], None]] = {}
        """What is to be done with the answer, by the kind of webhook."""
        self.kept: OrderedDict[str, Webhook] = OrderedDict()

    def plan(
        self, kind: str, subject: tuple[str, str], where: str | Listener, parameters: Parameters
    ) -> Webhook:
        """Write a webhook down; `subject` is the account's SID and the message's or call's."""
        listener = Listener(where) if isinstance(where, str) else where
        account_sid, sid = subject
        self._count += 1
        status = next((value for name, value in parameters if name in STATUS_NAMES), "")
        webhook = Webhook(
            id=f"webhook-{self._count}",
            kind=kind,
            account_sid=account_sid,
            subject=sid,
            url=listener.url,
            method=listener.method,
            parameters=parameters,
            token=self._world.sids.new(""),
            planned=self._world.clock.now(),
            status=status,
            fallback=listener.fallback,
            pair=listener.pair,
        )
        self._keep(webhook)
        return webhook

    def post(
        self, kind: str, subject: tuple[str, str], where: str | Listener, parameters: Parameters
    ) -> Webhook:
        """Send a webhook in the background, after the earlier ones about the same message."""
        webhook = self.plan(kind, subject, where, parameters)
        self._queue(webhook)
        return webhook

    def resend(self, webhook: Webhook) -> Webhook:
        """Send the same parameters again, with the same idempotency token."""
        self._count += 1
        again = replace(
            webhook,
            id=f"webhook-{self._count}",
            planned=self._world.clock.now(),
            state="planned",
            sent=None,
            tries=0,
            error=None,
            fault=None,
            response_status=None,
            response_body=None,
            exchanges=[],
            alerts=[],
            twiml=[],
            messages=[],
            follow_up=None,
            tampering=None,
            answer="",
        )
        self._keep(again)
        self._queue(again, faultless=True)
        return again

    def allows(self, url: str) -> bool:
        """Whether requests may go there: one list for webhooks, TwiML and files."""
        return self._delivery.allows(url)

    def alongside(self, work: Coroutine[Any, Any, None]) -> None:
        """Carry out what is to be waited for, and called off, like a webhook."""
        self._start(work)

    async def finished(self, webhook: Webhook) -> None:
        """Wait until this one is answered, given up, dropped by a fault, or put off by one."""

        def is_it(event: Event) -> bool:
            return event.kind == "webhook" and event.details["id"] == webhook.id

        if webhook.state in ("planned", "sending") and webhook.id not in self._put_off:
            await self._world.log.until(is_it, 0, LONGEST_WAIT)
        following = self.kept.get(webhook.follow_up or "")
        if following is not None:
            await self.finished(following)

    async def heard(self, call_sid: str) -> None:
        """Wait until no TwiML of this call is under way; other receivers may take their time."""
        while (task := self._drivers.get(f"{call_sid} TwiML")) is not None:
            await asyncio.wait([task])

    async def settled(self) -> None:
        """Wait until every webhook that was sent is answered or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def clear(self) -> int:
        """Call everything off; how many webhooks were still under way."""
        count = len(self._tasks)
        for task in self._tasks:
            task.cancel()
        self._lanes.clear()
        self._drivers.clear()
        self._put_off.clear()
        self._delivery.clear()
        self.kept = OrderedDict()
        return count

    def take_up(self) -> None:
        """Send what a snapshot found under way; what is put off on the clock comes by itself."""
        put_off = self._world.clock.subjects()
        for webhook in list(self.kept.values()):
            if webhook.state in ("planned", "sending") and webhook.id not in put_off:
                self._queue(webhook, faultless=True)

    def forget(self, account_sid: str) -> None:
        """Call off and throw away what is about this account."""
        gone = [one for one in self.kept.values() if one.account_sid == account_sid]
        self._throw_away(gone, "its account is gone")

    def _keep(self, webhook: Webhook) -> None:
        self.kept[webhook.id] = webhook
        if len(self.kept) > KEPT_WEBHOOKS + SLACK:
            oldest = list(islice(self.kept.values(), SLACK))
            self._throw_away(oldest, f"more than {KEPT_WEBHOOKS} webhooks came after it")

    def _throw_away(self, webhooks: list[Webhook], why: str) -> None:
        """Forget them; what still waits for its turn is given up, or a dead receiver's queue had no end."""
        put_off = {one.id for one in webhooks if self._put_off.pop(one.id, None) is not None}
        if put_off:
            self._world.clock.call_off(put_off)
        for one in webhooks:
            del self.kept[one.id]
            lane = self._lanes.get(one.lane)
            if one.state == "planned" and lane is not None and one in lane:
                lane.remove(one)
            if one.state == "planned":
                one.state, one.error = "dropped", why
                self._note(one)

    def _queue(self, webhook: Webhook, *, faultless: bool = False) -> None:
        if not faultless and self._faults.armed and self._suffers(webhook):
            return
        lane = self._lanes.get(webhook.lane)
        if lane is not None:
            lane.append(webhook)
        else:
            self._lanes[webhook.lane] = deque([webhook])
            self._drivers[webhook.lane] = self._start(self._drive(webhook.lane))
        if self._put_off:
            self._overtaken(webhook)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _suffers(self, webhook: Webhook) -> bool:
        """Apply a fault of the book; True when the webhook is not to go now."""
        action = self._faults.take(occasion(webhook), webhook.id)
        if action is None:
            return False
        webhook.fault = action.kind
        if action.kind == "drop":
            webhook.state = "dropped"
            self._note(webhook)
            return True
        if action.kind == "duplicate":
            for _ in range(action.times):
                extra = self.resend(webhook)
                extra.fault = "duplicate"
                if not action.same_token:
                    extra.token = self._world.sids.new("")
            return False
        return self._put_off_by(action, webhook) or spoil(action, webhook)

    def _put_off_by(self, action: Action, webhook: Webhook) -> bool:
        """A late one leaves its place in the order: later ones overtake it."""
        if action.kind not in ("delay", "reorder", "straggler"):
            return False
        self._put_off[webhook.id] = action.kind
        delay = round(action.seconds[1] * 1000)
        self._world.clock.after(delay, "webhook.delayed", webhook.id, partial(self._send_late, webhook))
        return True

    def _overtaken(self, by: Webhook) -> None:
        """What waited to be overtaken by this one follows it."""
        for name, kind in list(self._put_off.items()):
            waiting = self.kept.get(name)
            if waiting is None or waiting.lane != by.lane or waiting is by:
                continue
            if kind == "reorder" or (kind == "straggler" and by.status in LAST):
                del self._put_off[name]
                self._lanes[by.lane].append(waiting)

    def _send_late(self, webhook: Webhook) -> None:
        if self._put_off.pop(webhook.id, None) is not None:
            self._start(self._deliver(webhook))

    async def _drive(self, subject: str) -> None:
        lane = self._lanes[subject]
        try:
            while lane:
                await self._deliver(lane.popleft())
        finally:
            if self._lanes.get(subject) is lane:
                del self._lanes[subject]
                self._drivers.pop(subject, None)

    async def _deliver(self, webhook: Webhook) -> None:
        account = self._world.accounts.get(webhook.account_sid)
        if account is None:
            return
        await self._delivery.carry_out(webhook, account)
        then = self.then.get(webhook.kind)
        if then is not None and webhook.id in self.kept:
            then(webhook)
        # Up to 64 kB each: the excerpt in `response_body` is enough to look at later.
        webhook.answer = ""
        self._note(webhook)

    def _note(self, webhook: Webhook) -> None:
        self._world.log.note(
            "webhook",
            webhook.account_sid,
            webhook.subject,
            id=webhook.id,
            webhook=webhook.kind,
            state=webhook.state,
            status=webhook.status,
            response_status=webhook.response_status,
        )
