"""Whole bodies that work as they stand, put together from the examples of the fields."""

from typing import Any

from pydantic import ValidationError

from ringback.action import Action

EXAMPLE_ACCOUNT = "demo"
"""The account that `ringback demo` connects, so that the examples work there as they stand."""

EXAMPLE_SID = "AC" + "51a0" * 8
EXAMPLE_TOKEN = "51a0" + "c0de" * 7
"""What the simulator begins with; neither is known to Twilio."""

EXAMPLE_CONNECTION = {
    "name": "shop",
    "account_sid": EXAMPLE_SID,
    "auth_token": EXAMPLE_TOKEN,
    "environment": "simulator",
    "base_url": "http://127.0.0.1:4010",
    "default_sender": "+14155550100",
}

Inputs = dict[str, Any]


def example_bodies(action: Action[Any, Any]) -> list[dict[str, Any]]:
    """The shortest body that works; then, where they say more, those that the model gives or all fields."""
    schema = action.input.model_json_schema(mode="validation")
    fields: dict[str, Any] = schema.get("properties", {})
    # An instant to send at would be past one day, and the body would not work any more.
    lasting = {name: field for name, field in fields.items() if "ages" not in field}
    every = {name: field["examples"][0] for name, field in lasting.items() if field.get("examples")}
    shortest = _shortest(action, every, set(schema.get("required", [])))
    longer = [full for full in schema.get("examples") or [every] if _works(action, full)]
    bodies = [_body(inputs, fields) for inputs in (shortest, *longer)]
    return [body for number, body in enumerate(bodies) if body not in bodies[:number]]


def _shortest(action: Action[Any, Any], every: Inputs, required: set[str]) -> Inputs:
    """What is required, and then, in the fields' order, as much as it takes."""
    inputs = {name: value for name, value in every.items() if name in required}
    for name, value in every.items():
        if _works(action, inputs):
            break
        inputs |= {name: value}
    return {name: value for name, value in every.items() if name in inputs}


def _works(action: Action[Any, Any], inputs: Inputs) -> bool:
    try:
        action.input.model_validate(inputs)
    except ValidationError:
        return False
    return True


def _body(inputs: Inputs, fields: dict[str, Any]) -> dict[str, Any]:
    """The account's own defaults stand in for what no example can know; they are never WhatsApp senders."""
    own = {name for name, field in fields.items() if "default_from" in field and not _is_whatsapp(field)}
    given = {name: value for name, value in inputs.items() if name not in own}
    return {"account": EXAMPLE_ACCOUNT} | given


def _is_whatsapp(field: dict[str, Any]) -> bool:
    return field.get("format") == "whatsapp-sender"
