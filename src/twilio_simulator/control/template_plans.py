"""Reads a template of an account's plan."""

from typing import cast, get_args

from twilio_simulator.control.fields import Fields
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.content_shapes import checked_language, checked_types, checked_variables
from twilio_simulator.world.content import ApprovalStatus, Category
from twilio_simulator.world.template_plans import TemplatePlan


def template_plan(fields: Fields) -> TemplatePlan:
    """A template; `body` alone makes one of type twilio/text."""
    body, types = fields.text("body"), fields.value("types")
    variables, language = fields.value("variables"), fields.text("language") or "en"
    if types is None and body is None:
        fields.wrong("types", "is missing", 'Give "types", or "body" for a plain text.')
        types = {}
    plan = TemplatePlan(
        friendly_name=fields.text("friendly_name") or "simulated_template",
        types={"twilio/text": {"body": body}} if types is None else types,
        variables=variables or {},
        language=language,
        status=cast("ApprovalStatus", fields.choice("status", get_args(ApprovalStatus), "unsubmitted")),
        category=cast("Category", fields.choice("category", get_args(Category), "UTILITY")),
        reason=fields.text("reason") or "",
    )
    try:
        checked_types(plan.types)
        checked_language(plan.language)
        checked_variables(plan.variables)
    except RefusalError as refusal:
        fields.wrong("types", f"would be refused by Twilio: {refusal}", "See POST /v1/Content.")
    fields.finished()
    return plan
