"""The fault book: each fault has a match and a list of actions, one consumed per matching call."""

import re
from dataclasses import dataclass, field
from typing import Any


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

    def resource(self) -> dict[str, Any]:
        """The action as the control API shows it."""
        return {"kind": self.kind, "stage": self.stage}


@dataclass(slots=True)
class Fault:
    """One entry of the book."""

    id: str
    match: dict[str, str]
    do: list[Action]
    used: list[str] = field(default_factory=list)
    """What each consumed action hit, in order."""

    @property
    def armed(self) -> bool:
        """Whether an action is left."""
        return len(self.used) < len(self.do)

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
            "used": list(self.used),
            "unused": len(self.do) - len(self.used),
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

    def add(self, match: dict[str, str], do: list[Action], name: str | None = None) -> Fault:
        """Write a fault down."""
        self._count += 1
        fault = Fault(name or f"fault-{self._count}", match, do)
        self.faults.append(fault)
        self.armed = True
        return fault

    def take(self, occasion: Occasion, subject: str) -> Action | None:
        """The action for this occasion, consumed; None when nothing is to go wrong."""
        for fault in self.faults:
            if fault.armed and fault.fits(occasion):
                action = fault.do[len(fault.used)]
                fault.used.append(subject)
                self.armed = any(one.armed for one in self.faults)
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
