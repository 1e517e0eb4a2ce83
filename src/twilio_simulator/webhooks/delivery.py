"""One webhook on its way: allow-list, signature, tries, redirects, cookies, fallback, alerts."""

import asyncio
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from twilio_simulator.clock import precise, stopwatch
from twilio_simulator.webhooks.attempts import KEPT_ANSWER, KEPT_EXCHANGES, Webhook
from twilio_simulator.webhooks.cookies import Cookies
from twilio_simulator.webhooks.signature import Algorithm, Parameters, signature, signed_text
from twilio_simulator.webhooks.target import Target, is_loopback, is_webhook_url, target
from twilio_simulator.webhooks.verdicts import problem, retry_reason
from twilio_simulator.webhooks.wire import (
    Answered,
    ConnectFailedError,
    NoAnswerError,
    WebhookError,
    exchanged,
    form_body,
    request_bytes,
)
from twilio_simulator.world.account import Account
from twilio_simulator.world.alerts import Incident
from twilio_simulator.world.state import World

USER_AGENT = "TwilioProxy/1.1"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 10
AT_ONCE = 100
"""Open requests of one account to one server: who never answers must not use up this process's sockets."""
KEPT_LINES = 1000
SHORTEST_TRY = 0.001
"""Seconds; a timer may end a try a hair before the total time is over, which is no time for another."""
EMPTY_ANSWER = 11770


class Place(NamedTuple):
    """Where a request goes and what it carries."""

    url: str
    method: str
    parameters: Parameters


class Failure(NamedTuple):
    """Why there is no usable answer."""

    code: int
    particulars: str
    reason: str | None = None
    """The retry policy it falls under."""


class Delivery:
    """Carries webhooks out."""

    def __init__(self, world: World, allowed: frozenset[str]) -> None:
        self._world = world
        self._allowed = allowed
        self._lines: dict[tuple[str, str, int], asyncio.Semaphore] = {}
        self.cookies = Cookies()

    def clear(self) -> None:
        """Forget cookies and queues."""
        self.cookies.clear()
        self._lines.clear()

    def allows(self, url: str) -> bool:
        """Whether requests may go there: this machine, and what the start-up allowed."""
        host = urlsplit(url).hostname or ""
        return is_loopback(host) or host in self._allowed

    async def carry_out(self, webhook: Webhook, account: Account) -> None:
        """Send it; afterwards its `state`, `answer` and `alerts` tell what came of it."""
        started = stopwatch()
        webhook.sent, webhook.state = self._world.clock.now(), "sending"
        failure = await self._at(webhook, account, Place(webhook.url, webhook.method, webhook.parameters))
        if failure is not None and failure.code != EMPTY_ANSWER and webhook.fallback is not None:
            url, method = webhook.fallback
            extra = [("ErrorCode", str(failure.code)), ("ErrorUrl", webhook.url)]
            await self._at(webhook, account, Place(url, method, [*webhook.parameters, *extra]))
        webhook.latency_ms = round((stopwatch() - started) * 1000)

    async def _at(self, webhook: Webhook, account: Account, place: Place) -> Failure | None:
        """All tries at one URL; the failure that the debugger was told, if any."""
        if not self.allows(place.url):
            return self._blocked(webhook, place)
        to = self._target(webhook, place.url)
        if to.bad_policy:
            self._alert(webhook, place, None, Failure(11243, f"in {urlsplit(place.url).fragment}"))
        failure, answered = await self._tries(webhook, account, place, to)
        if failure is not None and webhook.state != "blocked":
            self._alert(webhook, place, answered, failure)
        return failure

    def _target(self, webhook: Webhook, url: str) -> Target:
        return target(url, voice=webhook.kind in ("voice", "call"))

    def _blocked(self, webhook: Webhook, place: Place) -> Failure:
        host = urlsplit(place.url).hostname or place.url
        webhook.state = "blocked"
        webhook.error = f"{host} is not this machine: start the simulator with --allow-webhooks-to {host}"
        return Failure(EMPTY_ANSWER, webhook.error)

    async def _tries(
        self, webhook: Webhook, account: Account, place: Place, to: Target
    ) -> tuple[Failure | None, Answered | None]:
        deadline = stopwatch() + to.total_ms / 1000
        done = 0
        while True:
            done += 1
            webhook.tries += 1
            failure, answered = await self._try(webhook, account, place, deadline)
            reason = None if failure is None else failure.reason
            spent = stopwatch() > deadline - SHORTEST_TRY
            if reason is None or done > to.retries or spent or not {reason, "all"} & to.policy:
                return failure, answered

    async def _try(
        self, webhook: Webhook, account: Account, place: Place, deadline: float
    ) -> tuple[Failure | None, Answered | None]:
        try:
            answered = await self._followed(webhook, account, place, deadline)
        except WebhookError as error:
            webhook.state, webhook.error = "failed", f"{error.code}: {error}"
            return Failure(error.code, str(error), _reason(error)), None
        if webhook.state == "blocked":
            return Failure(EMPTY_ANSWER, webhook.error or ""), None
        _record(webhook, answered)
        wrong = problem(webhook.kind, answered)
        if wrong is None:
            webhook.answer = answered.body
            return None, answered
        if wrong[0] != EMPTY_ANSWER:
            webhook.error = f"{wrong[0]}: {wrong[1]}"
        return Failure(*wrong, retry_reason(answered.status)), answered

    async def _followed(self, webhook: Webhook, account: Account, place: Place, deadline: float) -> Answered:
        """Follow redirects, as GET and without the parameters."""
        for _ in range(MOST_REDIRECTS + 1):
            answered = await self._exchanged(webhook, account, place, deadline)
            location = answered.headers.get("location")
            if answered.status not in REDIRECTS or not location:
                return answered
            # The overrides of the first URL go on to hold.
            fragment = urlsplit(place.url).fragment
            url = urljoin(place.url, location).partition("#")[0]
            place = Place(f"{url}#{fragment}" if fragment else url, "GET", [])
            if not is_webhook_url(place.url):
                raise NoAnswerError(11200, f"the redirect leads to {location!r}, which is no web address")
            if not self.allows(place.url):
                self._blocked(webhook, place)
                return answered
        raise NoAnswerError(11215, f"more than {MOST_REDIRECTS} redirects")

    async def _exchanged(self, webhook: Webhook, account: Account, place: Place, deadline: float) -> Answered:
        place = _with_query(place)
        to = self._target(webhook, place.url)
        request = self._request(webhook, account, place, to)
        note = {"url": place.url, "method": place.method, "at": precise(self._world.clock.now())}
        webhook.final_url = place.url
        if len(webhook.exchanges) < KEPT_EXCHANGES:
            webhook.exchanges.append(note)
        line = self._line(account, to)
        started = stopwatch()
        try:
            answered = await self._sent(webhook, to, request, line, deadline)
        except WebhookError as error:
            note["error"] = f"{error.code}: {error}"
            raise
        note["status"] = str(answered.status)
        note["latency_ms"] = str(round((stopwatch() - started) * 1000))
        if webhook.pair is not None and answered.cookies:
            pair = (webhook.account_sid, *webhook.pair)
            self.cookies.keep(pair, to.host, answered.cookies, self._world.clock.now())
        return answered

    def _line(self, account: Account, to: Target) -> asyncio.Semaphore:
        """The account's queue in front of one server, so that no other account waits behind it."""
        if len(self._lines) > KEPT_LINES:
            self._lines = {place: line for place, line in self._lines.items() if line.locked()}
        return self._lines.setdefault((account.sid, to.host, to.port), asyncio.Semaphore(AT_ONCE))

    @staticmethod
    async def _sent(
        webhook: Webhook, to: Target, request: bytes, line: asyncio.Semaphore, deadline: float
    ) -> Answered:
        spoilt = webhook.tampering
        if spoilt is not None and spoilt.unreachable > 0:
            spoilt.unreachable -= 1
            raise ConnectFailedError(11205, "a fault of the book: nobody is there")
        async with line:
            return await exchanged(to, request, max(SHORTEST_TRY, deadline - stopwatch()))

    def _request(self, webhook: Webhook, account: Account, place: Place, to: Target) -> bytes:
        posted = place.method != "GET"
        body = form_body(place.parameters) if posted else b""
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*"}
        if posted:
            headers |= {"Content-Type": FORM, "Content-Length": str(len(body))}
        headers |= self._signatures(webhook, account, place, to)
        headers |= {"I-Twilio-Idempotency-Token": webhook.token, "X-Home-Region": "us1"}
        if webhook.pair is not None:
            pair = (webhook.account_sid, *webhook.pair)
            cookies = self.cookies.header(pair, to.host, self._world.clock.now())
            headers |= {"Cookie": cookies} if cookies else {}
        return request_bytes(to, place.method, {**headers, "Connection": "close"}, body)

    @staticmethod
    def _signatures(webhook: Webhook, account: Account, place: Place, to: Target) -> dict[str, str]:
        signed = place.parameters if place.method != "GET" else []
        url, token, spoilt = to.signed_url, account.auth_token, webhook.tampering
        algorithm: Algorithm = "HMAC_SHA1"
        headers = {}
        if account.signing_key is not None:
            name, token = account.signing_key
            algorithm = "HMAC_SHA256"
            headers["X-Twilio-Webhooks-Signature-Settings"] = f"key={name},algorithm={algorithm}"
        if spoilt is not None:
            url = url if spoilt.signed_port is None else _on_port(url, spoilt.signed_port)
            # An account that never changed its token had another one in a life before.
            token = [token[::-1], *account.past_tokens][-2] if spoilt.old_token else token
        value = signature(token, url, signed, algorithm)
        if spoilt is not None and spoilt.bad_signature:
            value = signature(value, url, [])
        webhook.signature, webhook.signed_url = value, url
        webhook.signed_text = signed_text(url, signed)
        return {"X-Twilio-Signature": value, **headers}

    def _alert(self, webhook: Webhook, place: Place, answered: Answered | None, failure: Failure) -> None:
        incident = Incident(
            account_sid=webhook.account_sid,
            resource_sid=webhook.subject,
            url=place.url,
            method=place.method,
            variables=list(place.parameters),
            headers={"X-Twilio-Signature": webhook.signature or ""},
            status=None if answered is None else answered.status,
            response_headers={} if answered is None else answered.headers,
            response_body="" if answered is None else answered.body[:KEPT_ANSWER],
            service_sid=dict(webhook.parameters).get("MessagingServiceSid"),
            webhook=webhook.id,
        )
        webhook.alerts.append(self._world.alert(failure.code, failure.particulars, incident).sid)


def _reason(error: WebhookError) -> str:
    return "ct" if isinstance(error, ConnectFailedError) else "rt"


def _with_query(place: Place) -> Place:
    """A GET carries its parameters in the URL, which is then what gets signed."""
    if place.method != "GET" or not place.parameters:
        return place
    url, hash_sign, fragment = place.url.partition("#")
    joined = f"{url}{'&' if '?' in url else '?'}{form_body(place.parameters).decode()}"
    return Place(joined + hash_sign + fragment, "GET", [])


def _on_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return parts._replace(netloc=f"{host}:{port}").geturl()


def _record(webhook: Webhook, answered: Answered) -> None:
    webhook.state, webhook.error = "answered", None
    webhook.response_status = answered.status
    webhook.response_type = answered.headers.get("content-type")
    webhook.response_body = answered.body[:KEPT_ANSWER]
