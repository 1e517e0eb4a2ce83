"""Who does not want to hear from whom any more."""

from dataclasses import dataclass
from typing import Any

from twilio_simulator.clock import precise

KEPT_OPT_OUTS = 20_000


@dataclass(slots=True)
class OptOut:
    """One phone's stop: `scope` is a sender's address, or the SID of a Messaging Service."""

    scope: str
    handset: str
    """The phone's address, with its channel."""
    since: int
    keyword: str

    def resource(self) -> dict[str, Any]:
        """The opt-out as the control API shows it."""
        return {
            "scope": self.scope,
            "handset": self.handset,
            "since": precise(self.since),
            "keyword": self.keyword,
        }


class OptOuts:
    """The opt-outs of one account; false when there are none, so that a send need not look."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], OptOut] = {}

    def __len__(self) -> int:
        return len(self._all)

    def add(self, opt_out: OptOut) -> None:
        """Remember a stop."""
        self._all.pop((opt_out.scope, opt_out.handset), None)
        self._all[opt_out.scope, opt_out.handset] = opt_out
        if len(self._all) > KEPT_OPT_OUTS:
            del self._all[next(iter(self._all))]

    def remove(self, scope: str, handset: str) -> bool:
        """Forget a stop; whether there was one."""
        return self._all.pop((scope, handset), None) is not None

    def holds(self, sender: str | None, service_sid: str | None, handset: str) -> bool:
        """Whether the phone stopped this sender, or the whole service it belongs to."""
        return (service_sid or "", handset) in self._all or (sender or "", handset) in self._all

    def all(self) -> list[OptOut]:
        """Every stop, oldest first."""
        return list(self._all.values())

    def clear(self) -> None:
        """Forget every stop."""
        self._all.clear()
