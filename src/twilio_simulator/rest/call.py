"""One authenticated call of an operation, as a handler gets it."""

from collections.abc import Callable
from dataclasses import dataclass

from twilio_simulator.exchange import Reply, Request, json_reply
from twilio_simulator.faults.book import FaultBook
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.calling import Calling
from twilio_simulator.life.progress import Progress
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.account import Account
from twilio_simulator.world.state import World

TRUE, FALSE = "true", "false"


@dataclass(slots=True)
class Call:
    """The request, who makes it, the values in its path, and the world it happens in."""

    request: Request
    account: Account
    path: dict[str, str]
    world: World
    progress: Progress
    webhooks: WebhookSender
    faults: FaultBook
    calling: Calling

    @property
    def now(self) -> int:
        """The world's time."""
        return self.world.clock.now()

    def one(self, name: str) -> str | None:
        """A form field, None when absent."""
        return self.request.one(name)

    def said(self, name: str) -> str | None:
        """A form field, None when absent or blank."""
        return self.request.one(name) or None

    def flag(self, name: str) -> bool | None:
        """A form field holding true or false; None when absent or anything else."""
        value = (self.request.one(name) or "").lower()
        return value == TRUE if value in (TRUE, FALSE) else None

    def number(self, name: str) -> int | None:
        """A form field holding a whole number; None when absent or anything else."""
        value = (self.request.one(name) or "").strip()
        return int(value[:18]) if value.removeprefix("-").isdecimal() else None

    def missing(self) -> RefusalError:
        """The 404 that names this path."""
        return RefusalError(20404, path=self.request.path)


Handler = Callable[[Call], Reply]


def no_content() -> Reply:
    """The answer to a DELETE."""
    return Reply(204, b"")


__all__ = ["Call", "Handler", "json_reply", "no_content"]
