"""The simulator: one world and the two APIs in front of it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from twilio_simulator.addresses import SANDBOX
from twilio_simulator.control.api import PREFIX, ControlApi
from twilio_simulator.control.guard import Guard
from twilio_simulator.door.asgi import Application
from twilio_simulator.door.entrance import Entrance
from twilio_simulator.exchange import Answer, Request
from twilio_simulator.facts import table
from twilio_simulator.facts.gate import Gate
from twilio_simulator.faults.book import FaultBook
from twilio_simulator.life.arrivals import Arrivals
from twilio_simulator.life.file_checks import FileChecks
from twilio_simulator.life.leaving import subjects
from twilio_simulator.life.progress import Progress
from twilio_simulator.life.replies import Replies
from twilio_simulator.rest import handlers
from twilio_simulator.rest.api import TwilioApi
from twilio_simulator.rest.routing import Routes
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.snapshots.shelf import Shelf
from twilio_simulator.webhooks.requests import status_parameters
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.account import Account
from twilio_simulator.world.making import make_account, seed_plan
from twilio_simulator.world.message import Message
from twilio_simulator.world.state import MOST_ACCOUNTS, World

PAGES = ("/", "/phone")


@dataclass(frozen=True, slots=True)
class Options:
    """How a simulator starts."""

    sid: str | None = None
    """The seed account's SID; a fixed, obviously simulated one when not given."""
    token: str | None = None
    """The seed account's auth token, likewise."""
    seed: int | None = None
    """Makes SIDs, codes and delays repeatable."""
    strict: bool = False
    """Refuse parameters that Twilio does not have, for every account."""
    check_responses: bool = False
    """Hold every answer against Twilio's specification; one that does not fit becomes a 500 that says why."""
    ruleset: Ruleset = field(default_factory=Ruleset)
    allowed_hosts: frozenset[str] = frozenset()
    """Host names beside loopback that may reach the control API."""
    webhook_hosts: frozenset[str] = frozenset()
    """Hosts beside loopback to which webhooks may go."""
    control_token: str | None = None
    """What the control API wants as bearer token, when set."""
    most_accounts: int = MOST_ACCOUNTS
    """Beyond them the oldest that a test made leaves."""
    accept_any_token: bool = False
    """Take auth tokens that look like real ones."""


class Simulator:
    """A local Twilio. `app` is its ASGI door; `serve` takes one request from any door."""

    def __init__(self, options: Options | None = None) -> None:
        options = options or Options()
        self.world = World(options.seed, options.ruleset)
        self.world.most_accounts = options.most_accounts
        self.faults = FaultBook()
        self.webhooks = WebhookSender(self.world, self.faults, options.webhook_hosts)
        self.progress = Progress(self.world, self._announce)
        self.progress.delivered = Arrivals(self.world, self.webhooks).delivered
        self.progress.fetch_files = FileChecks(self.world, self.webhooks).begin
        self.replies = Replies(self.world, self.webhooks, self.progress)
        self.webhooks.then["inbound"] = self.webhooks.then["action"] = self.replies.answered
        self.rest = TwilioApi(
            self.world, Routes(table(), handlers()), self.faults, self.progress, self.webhooks
        )
        self.calling = self.rest.calling
        self.programs = self.calling.programs
        self.rest.strict = options.strict
        self.control = ControlApi(self, Guard(options.allowed_hosts, options.control_token))
        self.accept_any_token = options.accept_any_token
        self.rest.gate = Gate() if options.check_responses else None
        self.app = Application(self.serve)
        self.url = ""
        """Where it is served, once it is."""
        self.entrance: Entrance | None = None
        """The socket on which it is served."""
        self.shelf = Shelf(self)
        self._plan = (options.sid, options.token)
        self.account = make_account(self.world, seed_plan(*self._plan))

    def serve(self, request: Request) -> Answer:
        """Answer a request to Twilio or to the controls."""
        if request.path.startswith(PREFIX):
            return self.control.serve(request)
        if request.path in PAGES or request.path.startswith("/phone/"):
            from twilio_simulator.pages import site  # noqa: PLC0415 - who opens no page does not load them

            return site.serve(self, request)
        return self.rest.serve(request)

    def _announce(self, account: Account, message: Message) -> None:
        if message.callback is not None:
            self.webhooks.post(
                "status", (account.sid, message.sid), message.callback, status_parameters(message)
            )

    def introduction(self) -> dict[str, Any]:
        """What a client needs to use the seed account."""
        account = self.account
        return {
            "url": self.url,
            "account_sid": account.sid,
            "auth_token": account.auth_token,
            "number": next(iter(account.numbers)),
            "whatsapp_sender": f"whatsapp:{next(iter(account.whatsapp_senders))}",
            "sandbox": {"number": f"whatsapp:{SANDBOX}", "join_word": account.sandbox.join_word},
            "verify_service": next(iter(account.verify_services)),
        }

    def reset(self) -> dict[str, Any]:
        """Back to the start: everything pending is called off, held connections close, scripts are empty."""
        self.shelf.remember()
        counts = {
            "accounts": len(self.world.accounts),
            "messages": sum(len(account.messages) for account in self.world.accounts.values()),
            "faults": self.faults.clear(),
            "webhooks_called_off": self.webhooks.clear(),
            "events_called_off": self.world.clock.clear(),
            "connections_closed": self.rest.suffering.release(),
        }
        self.world.clear()
        self.account = make_account(self.world, seed_plan(*self._plan))
        self.world.log.note("world.reset", "", "")
        return {"reset": True, **counts}

    def reset_account(self, sid: str) -> dict[str, Any]:
        """Forget one account's messages, windows and verifications; its numbers and tokens stay."""
        account = self.world.accounts[sid]
        # What is to be undone would lack this: better nothing can be.
        self.shelf.forget()
        counts = {
            "messages": len(account.messages),
            "events_called_off": self.world.clock.call_off(subjects(account, self.webhooks)),
        }
        account.messages.clear()
        account.ended.clear()
        account.calls.clear()
        account.own_calls.clear()
        account.validations.clear()
        self.world.alerts.clear(sid)
        account.windows.clear()
        account.sandbox.members.clear()
        account.opt_outs.clear()
        account.units.clear()
        account.queues.clear()
        account.dispatched.clear()
        for service in account.verify_services.values():
            service.verifications.clear()
            service.current.clear()
        return {"reset": sid, **counts}

    @staticmethod
    async def at_once() -> None:
        """Wait for nothing, but let the loop breathe."""
        await asyncio.sleep(0)

    def changes(self) -> tuple[int, int]:
        """Another pair whenever something may have changed: what happened, what was asked of the controls."""
        return self.world.log.cursor, self.control.changes

    def stop(self) -> None:
        """End everything that is under way."""
        self.rest.suffering.release()
        self.webhooks.clear()
        self.world.clock.stop()
