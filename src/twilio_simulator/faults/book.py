"""The fault book: each fault has a match and a list of actions, one consumed per matching call, or dice."""

import re
from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any

from twilio_simulator.world.fate import Fate

KEPT_HITS = 1000


@dataclass(frozen=True, slots=True)
class Occasion:
    """A request or a webhook to which a fault may apply."""

    webhook: str | None
    """`status` or `inbound` for our own requests, `code` for a code on its way, None for a client's."""
    operation: str
    account: str
    to: str
    sender: str
    body: str
    run: str = ""
    """The client's `X-Sim-Run` header."""
    status: str = ""
    """The message status a status callback tells."""


@dataclass(frozen=True, slots=True)
class Action:
    """What goes wrong; which fields count depends on the kind."""

    kind: str
    seconds: tuple[float, float] = (0.0, 0.0)
    stage: str = "after"
    """`before`: the request is not carried out; `after`: it is, only the answer suffers."""
    how: str = "close"
    status: int = 500
    body: str = "json"
    code: int | None = None
    retry_after: int | None = None
    times: int = 1
    same_token: bool = True
    name: str = ""
    value: str = ""
    size: int = 0
    """Bytes or a port."""
    fate: Fate | None = None
    """What becomes of the message that the request makes."""
    given: dict[str, Any] = field(default_factory=dict, compare=False)
    """What was said of it when it was written down."""

    def resource(self) -> dict[str, Any]:
        """The action as the control API shows it."""
        return {"kind": self.kind, "stage": self.stage, **self.given}


@dataclass(slots=True)
class Dice:
    """Chance instead of a script: matching calls are hit with a probability; the seed repeats a bad run."""

    probability: float
    seed: int
    random: Random = field(init=False)
    rolled: int = 0
    hits: int = 0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_HITS))
    """What was hit, the newest of it."""

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - repeatable by design

    def hit(self, subject: str) -> bool:
        """Throw once."""
        self.rolled += 1
        struck = self.random.random() < self.probability
        if struck:
            self.hits += 1
            self.last.append(subject)
        return struck

    def resource(self) -> dict[str, Any]:
        """The dice as the control API shows it."""
        return {
            "probability": self.probability,
            "seed": self.seed,
            "rolled": self.rolled,
            "hits": self.hits,
        }


@dataclass(slots=True)
class Fault:
    """One entry of the book: a script, used up action by action, or thrown dice, which never are."""

    id: str
    match: dict[str, str]
    do: list[Action]
    used: list[str] = field(default_factory=list)
    """What each consumed action hit, in order."""
    dice: Dice | None = None

    @property
    def armed(self) -> bool:
        """Whether an action is left."""
        return self.dice is not None or len(self.used) < len(self.do)

    def take(self, subject: str) -> Action | None:
        """The next action; None when the dice spared this call."""
        if self.dice is None:
            self.used.append(subject)
            return self.do[len(self.used) - 1]
        return self.do[(self.dice.hits - 1) % len(self.do)] if self.dice.hit(subject) else None

    def fits(self, occasion: Occasion) -> bool:
        """Whether every condition holds; a match without `webhook` is about requests."""
        if self.match.get("webhook", self.match.get("delivery")) != occasion.webhook:
            return False
        return all(_holds(name, wanted, occasion) for name, wanted in self.match.items())

    def resource(self) -> dict[str, Any]:
        """The fault as the control API shows it."""
        return {
            "id": self.id,
            "match": self.match,
            "do": [action.resource() for action in self.do],
            "used": list(self.used if self.dice is None else self.dice.last),
            "unused": 0 if self.dice is not None else len(self.do) - len(self.used),
            "dice": None if self.dice is None else self.dice.resource(),
        }


def _holds(name: str, wanted: str, occasion: Occasion) -> bool:
    if name in ("webhook", "delivery"):
        return True
    if name == "body":
        return re.search(wanted, occasion.body) is not None
    if name == "operation":
        return wanted in (occasion.operation, occasion.operation.rpartition(".")[2])
    return wanted == {
        "account": occasion.account,
        "to": occasion.to,
        "from": occasion.sender,
        "run": occasion.run,
        "status": occasion.status,
    }.get(name)


class FaultBook:
    """All faults of a world, in the order in which they were written."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.armed = False
        """Whether any action is left, so that calls are spared the search otherwise."""
        self._count = 0

    def add(
        self, match: dict[str, str], do: list[Action], name: str | None = None, dice: Dice | None = None
    ) -> Fault:
        """Write a fault down."""
        self._count += 1
        fault = Fault(name or f"fault-{self._count}", match, do, dice=dice)
        self.faults.append(fault)
        self.armed = True
        return fault

    def take(self, occasion: Occasion, subject: str) -> Action | None:
        """The action for this occasion, consumed; None when nothing is to go wrong."""
        for fault in self.faults:
            if fault.armed and fault.fits(occasion):
                action = fault.take(subject)
                self.armed = any(one.armed for one in self.faults)
                if action is not None:
                    return action
        return None

    def clear(self) -> int:
        """Throw all faults away; how many there were."""
        count = len(self.faults)
        self.faults = []
        self.armed = False
        return count

    def remove(self, name: str) -> bool:
        """Throw one fault away; whether there was one."""
        kept = [fault for fault in self.faults if fault.id != name]
        found = len(kept) < len(self.faults)
        self.faults[:] = kept
        self.armed = any(one.armed for one in kept)
        return found
