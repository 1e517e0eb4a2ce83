"""One request to the control API, as its handlers get it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from twilio_simulator.control.fields import BadInputError, Fields
from twilio_simulator.exchange import Reply, Request, Stream
from twilio_simulator.world.account import Account
from twilio_simulator.world.state import World

if TYPE_CHECKING:
    from twilio_simulator.simulator import Simulator


LARGEST = 2**53
DIGITS = 20
"""Of a number in a query string: more say nothing that `LARGEST` does not."""


@dataclass(slots=True)
class Visit:
    """The request, the values in its path, and the simulator it is about."""

    request: Request
    path: dict[str, str]
    simulator: "Simulator"

    @property
    def world(self) -> World:
        """The simulator's world."""
        return self.simulator.world

    def fields(self) -> Fields:
        """The JSON body.

        Raises:
            BadInputError: it is not JSON.
        """
        try:
            return Fields(orjson.loads(self.request.body or b"{}"))
        except orjson.JSONDecodeError as error:
            raise BadInputError.of("body", f"The body is not JSON: {error}", "Send a JSON object.") from None

    def account(self) -> Account:
        """The account in the path.

        Raises:
            BadInputError: there is none with this SID.
        """
        account = self.world.accounts.get(self.path["sid"])
        if account is None:
            raise BadInputError.of(
                "sid",
                f"There is no account {self.path['sid']}",
                "POST /_sim/accounts makes one and answers its SID.",
                404,
            )
        return account

    def asked(self, name: str, default: int) -> int:
        """A whole number in the query string.

        Raises:
            BadInputError: it is something else.
        """
        text = self.request.asked(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit()):
            raise BadInputError.of(name, f"{name} is '{text}', not a whole number", f"Give {name}=0 or more.")
        return min(int(text[:DIGITS]), LARGEST)


Content = dict[str, Any]
Handler = Callable[[Visit], Content | Reply | Stream | Awaitable[Content | Reply]]
Created = tuple[int, Content]
