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

    def resource(self, by: str = "twilio") -> dict[str, Any]:
        """The opt-out as the control API shows it; `by` tells who heeds it."""
        return {
            "by": by,
            "scope": self.scope,
            "handset": self.handset,
            "since": precise(self.since),
            "keyword": self.keyword,
        }


class OptOuts:
    """The opt-outs of one account; false when there are none, so that a send need not look."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], OptOut] = {}
        self.network: dict[tuple[str, str], OptOut] = {}
        """Stops that the network keeps, for toll-free numbers: Twilio takes a message, and it is blocked."""

    def __len__(self) -> int:
        return len(self._all)

    def add(self, opt_out: OptOut) -> None:
        """Remember a stop."""
        _remember(self._all, opt_out)

    def block(self, opt_out: OptOut) -> None:
        """Have the network remember a stop."""
        _remember(self.network, opt_out)

    def unblock(self, scope: str, handset: str) -> None:
        """Have the network forget a stop."""
        self.network.pop((scope, handset), None)

    def blocked(self, sender: str | None, handset: str | None) -> bool:
        """Whether the network lets nothing through from this sender to this phone."""
        return bool(self.network) and (sender, handset) in self.network

    def remove(self, scope: str, handset: str) -> bool:
        """Forget a stop; whether there was one."""
        return self._all.pop((scope, handset), None) is not None

    def holds(self, sender: str | None, service_sid: str | None, handset: str) -> bool:
        """Whether the phone stopped this sender, or the whole service it belongs to."""
        return (service_sid or "", handset) in self._all or (sender or "", handset) in self._all

    def resources(self) -> list[dict[str, Any]]:
        """Every stop as the control API shows it: Twilio's, then the network's, each oldest first."""
        theirs = [one.resource("network") for one in self.network.values()]
        return [one.resource() for one in self._all.values()] + theirs

    def clear(self) -> None:
        """Forget every stop."""
        self._all.clear()
        self.network.clear()


def _remember(stops: dict[tuple[str, str], OptOut], opt_out: OptOut) -> None:
    stops.pop((opt_out.scope, opt_out.handset), None)
    stops[opt_out.scope, opt_out.handset] = opt_out
    if len(stops) > KEPT_OPT_OUTS:
        del stops[next(iter(stops))]
