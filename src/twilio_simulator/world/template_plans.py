"""Templates that an account starts with."""

from dataclasses import dataclass, field
from typing import Any

from twilio_simulator.world.account import Account
from twilio_simulator.world.content import Approval, ApprovalStatus, Category, Template
from twilio_simulator.world.state import World


@dataclass(slots=True)
class TemplatePlan:
    """A template, with where its approval stands."""

    friendly_name: str
    types: dict[str, dict[str, Any]]
    variables: dict[str, str] = field(default_factory=dict)
    language: str = "en"
    status: ApprovalStatus = "unsubmitted"
    category: Category = "UTILITY"
    reason: str = ""


def add_template(world: World, account: Account, plan: TemplatePlan, sid: str) -> Template:
    """Give the account a template."""
    now = world.clock.now()
    approval = Approval(since=now)
    if plan.status != "unsubmitted":
        approval = Approval(plan.friendly_name, plan.category, plan.status, plan.reason, since=now)
    template = Template(
        sid=sid,
        account_sid=account.sid,
        friendly_name=plan.friendly_name,
        language=plan.language,
        created=now,
        updated=now,
        types=plan.types,
        variables=plan.variables,
        approval=approval,
    )
    account.templates[sid] = template
    return template


def seed_templates() -> list[TemplatePlan]:
    """What a bare start has: one template that may open a conversation, and two that may not."""
    return [
        TemplatePlan(
            "order_update",
            {
                "twilio/quick-reply": {
                    "body": "Hi {{1}}, your order {{2}} is on its way.",
                    "actions": [
                        {"type": "QUICK_REPLY", "title": "Thanks", "id": "thanks"},
                        {"type": "QUICK_REPLY", "title": "Where is it?", "id": "where"},
                    ],
                },
                "twilio/text": {"body": "Hi {{1}}, your order {{2}} is on its way."},
            },
            {"1": "Ada", "2": "1001"},
            status="approved",
        ),
        TemplatePlan(
            "appointment_reminder",
            {"twilio/text": {"body": "Your appointment is on {{1}} at {{2}}."}},
            {"1": "Monday", "2": "10:00"},
            status="pending",
        ),
        TemplatePlan(
            "spring_sale",
            {"twilio/text": {"body": "Only today: {{1}} percent off everything!"}},
            {"1": "20"},
            status="rejected",
            category="MARKETING",
            reason="The template reads like spam.",
        ),
    ]
