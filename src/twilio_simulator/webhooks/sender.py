"""Sends webhooks: signed, in order per message, retried only where Twilio retries."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from twilio_simulator.clock import stopwatch
from twilio_simulator.faults.book import FaultBook, Occasion
from twilio_simulator.webhooks.attempts import KEPT_ANSWER, Webhook
from twilio_simulator.webhooks.signature import Parameters, signature
from twilio_simulator.webhooks.target import Target, is_loopback, target
from twilio_simulator.webhooks.wire import (
    Answered,
    ConnectFailedError,
    NoAnswerError,
    exchanged,
    form_body,
    request_bytes,
)
from twilio_simulator.world.log import Event
from twilio_simulator.world.state import World

KEPT_WEBHOOKS = 10_000
LONGEST_WAIT = 60.0
"""Seconds: more than two tries with their timeouts take."""
USER_AGENT = "TwilioProxy/1.1"
CLIENT_ERROR, SERVER_ERROR = 400, 500


class WebhookSender:
    """All webhooks of one world."""

    def __init__(self, world: World, faults: FaultBook, allowed_hosts: frozenset[str] = frozenset()) -> None:
        self._world = world
        self._faults = faults
        self._allowed = allowed_hosts
        self._lanes: dict[str, deque[Webhook]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0
        self.kept: OrderedDict[str, Webhook] = OrderedDict()

    def plan(self, kind: str, subject: tuple[str, str], url: str, parameters: Parameters) -> Webhook:
        """Write a webhook down; `subject` is the account's and the message's SID."""
        account_sid, sid = subject
        self._count += 1
        status = dict(parameters).get("MessageStatus", "")
        webhook = Webhook(
            id=f"webhook-{self._count}",
            kind=kind,
            account_sid=account_sid,
            subject=sid,
            url=url,
            method="POST",
            parameters=parameters,
            token=self._world.sids.new(""),
            planned=self._world.clock.now(),
            status=status,
        )
        self._keep(webhook)
        return webhook

    def post(self, kind: str, subject: tuple[str, str], url: str, parameters: Parameters) -> Webhook:
        """Send a webhook in the background, after the earlier ones about the same message."""
        webhook = self.plan(kind, subject, url, parameters)
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
        )
        self._keep(again)
        self._queue(again, faultless=True)
        return again

    async def finished(self, webhook: Webhook) -> None:
        """Wait until this one is answered, given up, dropped by a fault, or put off by one."""

        def is_it(event: Event) -> bool:
            return event.kind == "webhook" and event.details["id"] == webhook.id

        if webhook.state in ("planned", "sending") and webhook.fault != "delay":
            await self._world.log.until(is_it, 0, LONGEST_WAIT)

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
        self.kept.clear()
        return count

    def _keep(self, webhook: Webhook) -> None:
        self.kept[webhook.id] = webhook
        if len(self.kept) > KEPT_WEBHOOKS:
            self.kept.popitem(last=False)

    def _queue(self, webhook: Webhook, *, faultless: bool = False) -> None:
        if not faultless and self._faults.armed and self._suffers(webhook):
            return
        lane = self._lanes.get(webhook.subject)
        if lane is not None:
            lane.append(webhook)
            return
        self._lanes[webhook.subject] = deque([webhook])
        self._start(self._drive(webhook.subject))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _suffers(self, webhook: Webhook) -> bool:
        """Apply a fault of the book; True when the webhook is not to go now."""
        fields = dict(webhook.parameters)
        occasion = Occasion(
            webhook.kind,
            "",
            webhook.account_sid,
            fields.get("To", ""),
            fields.get("From", ""),
            fields.get("Body", ""),
            status=webhook.status,
        )
        action = self._faults.take(occasion, webhook.id)
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
        # A delayed one leaves its place in the order: later ones overtake it.
        delay = round(action.seconds[0] * 1000)
        self._world.clock.after(delay, "webhook.delayed", webhook.id, partial(self._send_late, webhook))
        return True

    def _send_late(self, webhook: Webhook) -> None:
        self._start(self._deliver(webhook))

    async def _drive(self, subject: str) -> None:
        lane = self._lanes[subject]
        try:
            while lane:
                await self._deliver(lane.popleft())
        finally:
            if self._lanes.get(subject) is lane:
                del self._lanes[subject]

    async def _deliver(self, webhook: Webhook) -> None:
        to = target(webhook.url)
        account = self._world.accounts.get(webhook.account_sid)
        if account is None:
            return
        if not (is_loopback(to.host) or to.host in self._allowed):
            webhook.state = "blocked"
            webhook.error = (
                f"{to.host} is not this machine: start the simulator with --allow-webhooks-to {to.host}"
            )
            self._note(webhook)
            return
        webhook.signed_url = to.signed_url
        webhook.signature = signature(account.auth_token, to.signed_url, webhook.parameters)
        webhook.sent, webhook.state = self._world.clock.now(), "sending"
        started = stopwatch()
        await self._try(webhook, to, self._request(webhook, to))
        webhook.latency_ms = round((stopwatch() - started) * 1000)
        self._note(webhook)

    def _request(self, webhook: Webhook, to: Target) -> bytes:
        body = form_body(webhook.parameters)
        headers = {
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "Content-Length": str(len(body)),
            "X-Twilio-Signature": webhook.signature or "",
            "I-Twilio-Idempotency-Token": webhook.token,
            "X-Home-Region": "us1",
            "Connection": "close",
        }
        return request_bytes(to, webhook.method, headers, body)

    async def _try(self, webhook: Webhook, to: Target, request: bytes) -> None:
        while True:
            webhook.tries += 1
            reason: str | None
            try:
                answer = await exchanged(to, request)
            except ConnectFailedError as error:
                webhook.state, webhook.error, reason = "failed", f"11205: {error}", "ct"
            except NoAnswerError as error:
                webhook.state, webhook.error, reason = "failed", f"11200: {error}", "rt"
            else:
                reason = _recorded(webhook, answer)
            if reason is None or webhook.tries > to.retries or not {reason, "all"} & to.policy:
                return

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


def _recorded(webhook: Webhook, answer: Answered) -> str | None:
    """Write the answer down; which retry policy it falls under."""
    webhook.state, webhook.error = "answered", None
    webhook.response_status = answer.status
    webhook.response_type = answer.headers.get("content-type")
    webhook.response_body = answer.body[:KEPT_ANSWER]
    if answer.status >= SERVER_ERROR:
        return "5xx"
    return "4xx" if answer.status >= CLIENT_ERROR else None
