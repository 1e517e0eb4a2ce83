"""A template's way to its approval, on the clock."""

from dataclasses import dataclass
from functools import partial

from twilio_simulator.clock import SECOND
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.world.content import ApprovalStatus, Template
from twilio_simulator.world.state import World

# Without approval WhatsApp shows these inside the window (field reports on the Content API).
IN_WINDOW = frozenset(
    {"twilio/text", "twilio/media", "twilio/quick-reply", "twilio/list-picker", "twilio/location"}
)
# These never open a conversation: they need an answer to stand under (Twilio docs, errors/63016).
NEVER_FIRST = frozenset({"twilio/list-picker", "twilio/location"})
CODES = {"rejected": 63040, "paused": 63041, "disabled": 63042}


@dataclass(slots=True)
class Approvals:
    """Meta's desk: what is submitted comes to a decision."""

    world: World

    def submit(self, template: Template) -> None:
        """Meta has the request: it will be pending, then decided."""
        self.settle(template, "received")
        self._later(self.world.rules.approval_pending_seconds, template, "received")

    def _later(self, seconds: int, template: Template, expected: ApprovalStatus) -> None:
        self.world.clock.after(
            seconds * SECOND, "content.approval", template.sid, partial(self._step, template, expected)
        )

    def _step(self, template: Template, expected: ApprovalStatus) -> None:
        """Go on, unless it was deleted or decided by hand meanwhile."""
        owner = self.world.accounts.get(template.account_sid)
        gone = owner is None or owner.templates.get(template.sid) is not template
        if gone or template.approval.status != expected:
            return
        if expected == "pending":
            self.settle(template, template.approval.verdict, template.approval.verdict_reason)
            return
        self.settle(template, "pending")
        self._later(self.world.rules.approval_decided_seconds, template, "pending")

    def settle(self, template: Template, status: ApprovalStatus, reason: str = "") -> None:
        """The approval comes to a status."""
        approval, now = template.approval, self.world.clock.now()
        approval.status, approval.rejection_reason, approval.since = status, reason, now
        self.world.log.note(
            "content.approval", template.account_sid, template.sid, status=status, reason=reason
        )


def late_code(template: Template, *, window_is_open: bool, now: int, rules: Ruleset) -> int | None:
    """The code that WhatsApp answers a template with, None when it passes."""
    approval, kind = template.approval, template.kind
    if approval.status == "approved" and (window_is_open or kind not in NEVER_FIRST):
        synced = approval.since + rules.template_sync_seconds * SECOND
        return 63053 if now < synced else None
    if window_is_open and kind in IN_WINDOW:
        return None
    return CODES.get(approval.status, 63016)
