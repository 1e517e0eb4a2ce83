"""A content template and where its approval for WhatsApp stands."""

from dataclasses import dataclass, field
from typing import Any, Literal

from twilio_simulator.clock import iso

ApprovalStatus = Literal["unsubmitted", "received", "pending", "approved", "rejected", "paused", "disabled"]
Category = Literal["UTILITY", "MARKETING", "AUTHENTICATION"]
# What a template shows best as, in the order in which a channel would choose.
RICHEST_FIRST = (
    "whatsapp/authentication",
    "whatsapp/flows",
    "whatsapp/card",
    "twilio/flows",
    "twilio/carousel",
    "twilio/catalog",
    "twilio/card",
    "twilio/list-picker",
    "twilio/quick-reply",
    "twilio/call-to-action",
    "twilio/location",
    "twilio/schedule",
    "twilio/media",
    "twilio/text",
)


@dataclass(slots=True, eq=False)
class Approval:
    """A request to let a template open WhatsApp conversations; it moves on the clock."""

    name: str = ""
    category: str = ""
    status: ApprovalStatus = "unsubmitted"
    rejection_reason: str = ""
    allow_category_change: bool = True
    since: int = 0
    """When it came to its status."""
    verdict: ApprovalStatus = "approved"
    """What it will end as, and why; the control API decides."""
    verdict_reason: str = ""


@dataclass(slots=True, eq=False)
class Template:
    """One Content resource."""

    sid: str
    account_sid: str
    friendly_name: str
    language: str
    created: int
    updated: int
    types: dict[str, dict[str, Any]]
    variables: dict[str, str] = field(default_factory=dict)
    approval: Approval = field(default_factory=Approval)

    @property
    def kind(self) -> str:
        """The richest of its types: what is submitted, and what WhatsApp shows."""
        return next((kind for kind in RICHEST_FIRST if kind in self.types), next(iter(self.types)))

    @property
    def text(self) -> str:
        """The words of the richest type, with the placeholders in them."""
        shape = self.types[self.kind]
        return str(shape.get("body") or shape.get("title") or "")

    def _common(self) -> dict[str, Any]:
        return {
            "date_created": iso(self.created),
            "date_updated": iso(self.updated),
            "sid": self.sid,
            "account_sid": self.account_sid,
            "friendly_name": self.friendly_name,
            "language": self.language,
            "variables": self.variables,
            "types": self.types,
        }

    def resource(self, address: str) -> dict[str, Any]:
        """The JSON of the Content."""
        url = f"{address}/v1/Content/{self.sid}"
        approvals = f"{url}/ApprovalRequests"
        links = {"approval_create": f"{approvals}/whatsapp", "approval_fetch": approvals}
        return {**self._common(), "url": url, "links": links}

    def with_approval(self) -> dict[str, Any]:
        """The row of ContentAndApprovals."""
        return {**self._common(), "approval_requests": self.request()}

    def legacy(self, address: str) -> dict[str, Any]:
        """The row of LegacyContent."""
        name = self.approval.name or self.friendly_name
        url = f"{address}/v1/LegacyContent"
        return {**self._common(), "legacy_template_name": name, "legacy_body": self.text, "url": url}

    def request(self) -> dict[str, Any]:
        """The JSON of the approval request."""
        approval = self.approval
        return {
            "name": approval.name,
            "category": approval.category,
            "content_type": self.kind if approval.status != "unsubmitted" else "",
            "status": approval.status,
            "rejection_reason": approval.rejection_reason,
            "allow_category_change": approval.allow_category_change,
        }

    def approvals(self, address: str) -> dict[str, Any]:
        """The JSON of all its approval requests; WhatsApp is the only channel that has any."""
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "whatsapp": {"type": "whatsapp", **self.request()},
            "url": f"{address}/v1/Content/{self.sid}/ApprovalRequests",
        }
