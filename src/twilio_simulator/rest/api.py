"""Twilio's REST API as a whole: finds the operation, who calls, what goes wrong, and answers."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from twilio_simulator.clock import stopwatch
from twilio_simulator.exchange import Answer, Outcome, Reply, Request, Severed, json_reply
from twilio_simulator.facts import Fact
from twilio_simulator.facts.gate import Gate
from twilio_simulator.faults.book import Action, FaultBook, Occasion
from twilio_simulator.ledger import MORE_INFO, RefusalError
from twilio_simulator.life.calling import Calling
from twilio_simulator.life.progress import Progress
from twilio_simulator.rest.authentication import Knock, authenticated
from twilio_simulator.rest.call import Call, Handler
from twilio_simulator.rest.magic_numbers import magic_handler
from twilio_simulator.rest.near_misses import count_miss
from twilio_simulator.rest.routing import Routes
from twilio_simulator.rest.strictness import check_parameters
from twilio_simulator.rest.suffering import MADE_UP, Suffering
from twilio_simulator.rest.trial_rules import check_operation
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.account import Account
from twilio_simulator.world.state import World

# As recorded on api.twilio.com in 2023.
STANDING_HEADERS = (
    "X-Home-Region: us1\r\nX-API-Domain: api.twilio.com\r\nX-Powered-By: AT-5000\r\nX-Shenanigans: none\r\n"
    "Strict-Transport-Security: max-age=31536000\r\nAccess-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Methods: GET, POST, DELETE, OPTIONS\r\n"
    "Access-Control-Allow-Headers: Accept, Authorization, Content-Type, If-Match, If-Modified-Since, "
    "If-None-Match, If-Unmodified-Since, Idempotency-Key\r\nAccess-Control-Expose-Headers: ETag\r\n"
    "Access-Control-Allow-Credentials: true\r\n"
)
LONGEST_KEPT = 500
"""Characters of a path or name that the journal keeps: a head may have 64 kB."""


@dataclass(slots=True)
class Visit:
    """One request on its way through: what the log will say about it."""

    request: Request
    started: float
    operation: str = ""
    account: Account | None = None
    fault: str | None = None
    unimplemented: bool = True
    held: bool = False
    """A fault holds it, so that it counts among the account's requests in flight."""

    @property
    def concurrent(self) -> int:
        """The account's requests in flight, this one included."""
        others = 0 if self.account is None else self.account.in_flight
        return others if self.held else others + 1


class TwilioApi:
    """All operations of the facts table, in one world."""

    def __init__(
        self,
        world: World,
        routes: Routes,
        faults: FaultBook,
        progress: Progress,
        webhooks: WebhookSender,
    ) -> None:
        self._world = world
        self.routes = routes
        self._faults = faults
        self._progress = progress
        self._webhooks = webhooks
        self.calling = Calling(world, webhooks)
        self.strict = False
        self.suffering = Suffering(world, progress, webhooks)
        self.gate: Gate | None = None
        """Holds every answer against Twilio's specification, when there is one."""

    def serve(self, request: Request) -> Answer:
        """Answer one request, at once unless a fault holds it."""
        visit = Visit(request, stopwatch())
        request.parse()
        try:
            fact, handler, values = self._operation(visit)
        except RefusalError as refusal:
            shown = xml_refusal if _wants_xml(request.path) else json_refusal
            return self._finished(visit, shown(refusal), refusal.code)
        if self._faults.armed:
            action = self._taken(visit)
            if action is not None and action.kind != "none":
                return self._suffer(visit, action, lambda: self._carried_out(visit, fact, handler, values))
        return self._carried_out(visit, fact, handler, values)

    def _operation(self, visit: Visit) -> tuple[Fact, Handler | None, dict[str, str]]:
        request = visit.request
        found = self.routes.find(request.path, request.host) or self.routes.find_prefixed(request)
        if found is None:
            raise RefusalError(20404, path=request.path)
        described = found.route.operations.get(request.method)
        if described is None:
            visit.unimplemented = False
            raise RefusalError(20004)
        fact, handler = described
        visit.unimplemented = handler is None
        visit.operation = fact.name
        known = self._world.tokens.get(request.headers.get("authorization", ""))
        visit.account = None if known is None else known[0]
        return fact, handler, found.values

    def _carried_out(
        self, visit: Visit, fact: Fact, handler: Handler | None, values: dict[str, str]
    ) -> Reply:
        try:
            account = self._authenticated(visit, values)
            self._admit(visit, fact, account)
            call = Call(
                visit.request,
                account,
                values,
                self._world,
                self._progress,
                self._webhooks,
                self._faults,
                self.calling,
            )
            if account.is_test:
                handler = magic_handler(fact.name)
            return self._finished(visit, self._gated(fact, (handler or _not_there)(call)), None)
        except RefusalError as refusal:
            return self._finished(visit, self._gated(fact, json_refusal(refusal)), refusal.code)

    def _gated(self, fact: Fact, reply: Reply) -> Reply:
        return reply if self.gate is None else self.gate.hold(fact, reply)

    def _admit(self, visit: Visit, fact: Fact, account: Account) -> None:
        check_operation(account, fact.name)
        if self.strict or account.settings.strict:
            check_parameters(fact, visit.request)
        limit = account.settings.concurrency_limit
        if limit is not None and visit.concurrent > limit:
            raise RefusalError(20429)

    def _authenticated(self, visit: Visit, values: dict[str, str]) -> Account:
        request = visit.request
        header = request.headers.get("authorization", "")
        account = authenticated(self._world, Knock(header, visit.operation, request.path, values))
        visit.account = account
        return account

    def _taken(self, visit: Visit) -> Action | None:
        request = visit.request
        occasion = Occasion(
            None,
            visit.operation,
            "" if visit.account is None else visit.account.sid,
            request.one("To") or "",
            request.one("From") or "",
            request.one("Body") or "",
            request.headers.get("x-sim-run", ""),
        )
        action = self._faults.take(
            occasion, f"{request.method} {request.path} on connection {request.connection}"
        )
        visit.fault = None if action is None else action.kind
        return action

    async def _suffer(self, visit: Visit, action: Action, carry_out: Callable[[], Reply]) -> Outcome:
        account = visit.account
        visit.held = True
        if account is not None:
            account.in_flight += 1
        try:
            outcome = await self.suffering.gone_wrong(visit.request, action, carry_out)
            if isinstance(outcome, Severed):
                self._note(visit, 0, None)
            # What was carried out has its headers; an error page is made up by the fault.
            if action.kind in MADE_UP and isinstance(outcome, Reply):
                return self._finished(visit, outcome, action.code)
            return outcome
        finally:
            if account is not None:
                account.in_flight -= 1

    def knows(self, operation: str) -> bool:
        """Whether there is an operation of this name, with or without its product."""
        return self.routes.knows(operation)

    def _note(self, visit: Visit, status: int, code: int | None) -> int:
        account = visit.account
        return self._world.log.note(
            "request",
            "" if account is None else account.sid,
            visit.operation,
            method=visit.request.method[:LONGEST_KEPT],
            path=visit.request.path[:LONGEST_KEPT],
            status=status,
            code=code,
            connection=visit.request.connection,
            fault=visit.fault,
            run=visit.request.headers.get("x-sim-run", "")[:LONGEST_KEPT] or None,
        )

    def _finished(self, visit: Visit, reply: Reply, code: int | None) -> Reply:
        cursor = self._note(visit, reply.status, code)
        reply.headers += (
            f"Twilio-Request-Id: {self._world.sids.new('RQ')}\r\n"
            f"Twilio-Concurrent-Requests: {visit.concurrent}\r\n"
            f"Twilio-Request-Duration: {stopwatch() - visit.started:.3f}\r\n{STANDING_HEADERS}"
            f"X-Sim-Event: {cursor}\r\n"
        )
        if visit.unimplemented:
            reply.headers += "X-Sim-Unimplemented: true\r\n"
            count_miss(self._world.missed, visit.request.method, visit.request.path[:LONGEST_KEPT])
        return reply


def _wants_xml(path: str) -> bool:
    """The 2010-04-01 API answers XML unless the path ends in .json; only its refusals are simulated."""
    return path.startswith("/2010-04-01/") and not path.endswith(".json")


def json_refusal(refusal: RefusalError) -> Reply:
    """A refusal as every API writes it today."""
    reply = json_reply(refusal.status, refusal.body())
    reply.headers = refusal.headers
    return reply


def xml_refusal(refusal: RefusalError) -> Reply:
    """A refusal as the 2010-04-01 API writes it for paths without a suffix."""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><TwilioResponse><RestException><Code>{refusal.code}</Code>'
        f"<Message>{escape(str(refusal))}</Message><MoreInfo>{MORE_INFO}{refusal.code}</MoreInfo>"
        f"<Status>{refusal.status}</Status></RestException></TwilioResponse>"
    )
    return Reply(refusal.status, text.encode(), content_type="application/xml")


def _not_there(call: Call) -> Reply:
    """Twilio has this operation, the simulator does not."""
    raise call.missing()
