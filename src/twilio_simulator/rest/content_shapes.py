"""What a content template may hold: its types, their required fields, their limits."""

import re
from collections.abc import Mapping
from typing import Any

from twilio_simulator.ledger import RefusalError

# Twilio's OpenAPI file for Content: the types and what each one needs.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "twilio/text": ("body",),
    "twilio/media": ("media",),
    "twilio/location": ("latitude", "longitude"),
    "twilio/list-picker": ("body", "button", "items"),
    "twilio/call-to-action": ("body", "actions"),
    "twilio/quick-reply": ("body", "actions"),
    "twilio/card": (),
    "twilio/catalog": ("body",),
    "twilio/carousel": ("body", "cards"),
    "twilio/flows": ("body", "button_text", "pages", "type"),
    "twilio/schedule": ("id", "title", "timeSlots"),
    "whatsapp/card": ("body",),
    "whatsapp/authentication": ("actions",),
    "whatsapp/flows": ("body", "button_text", "flow_id"),
}
# And what each part of a type needs.
PARTS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("twilio/list-picker", "items"): ("id", "item"),
    ("twilio/call-to-action", "actions"): ("type", "title"),
    ("twilio/quick-reply", "actions"): ("title",),
    ("twilio/card", "actions"): ("type", "title"),
    ("whatsapp/card", "actions"): ("type", "title"),
    ("whatsapp/authentication", "actions"): ("type", "copy_code_text"),
    ("twilio/carousel", "cards"): ("body", "actions", "media"),
    ("twilio/flows", "pages"): ("id", "layout", "title"),
}
# Limits of WhatsApp that Twilio passes on (field reports on the Content API).
MOST_VARIABLES, MOST_ITEMS, MOST_REPLIES, LONGEST_REPLY = 100, 10, 10, 20
MOST_APPROVED_REPLIES = 3
LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")
PART_LIMITS = {("twilio/list-picker", "items"): MOST_ITEMS, ("twilio/quick-reply", "actions"): MOST_REPLIES}


def checked_types(types: object) -> dict[str, dict[str, Any]]:
    """The types of a template.

    Raises:
        RefusalError: 92001 none, 92008 one that does not exist, 20422 one that lacks something.
    """
    types = _without_nulls(types)
    if not isinstance(types, dict) or not types:
        raise RefusalError(92001)
    for kind, shape in types.items():
        if kind not in REQUIRED:
            raise RefusalError(92008)
        if not isinstance(shape, dict):
            raise RefusalError(20422, problem=f"Invalid Parameter: types.{kind} has to be an object")
        _check_fields(f"types.{kind}", shape, REQUIRED[kind])
        for name, part in shape.items():
            if (kind, name) in PARTS:
                _check_parts(kind, name, part)
    return types


def _without_nulls(shape: Any) -> Any:
    """The official SDKs send every type and field they know, null where nothing was given."""
    if isinstance(shape, dict):
        return {name: _without_nulls(part) for name, part in shape.items() if part is not None}
    return [_without_nulls(part) for part in shape] if isinstance(shape, list) else shape


def _check_fields(where: str, shape: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if shape.get(name) in ("", [], None):
            raise RefusalError(20422, problem=f"Invalid Parameter: {where}.{name} is required")


def _check_parts(kind: str, name: str, parts: object) -> None:
    where = f"types.{kind}.{name}"
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise RefusalError(20422, problem=f"Invalid Parameter: {where} has to be a list of objects")
    most = PART_LIMITS.get((kind, name))
    if most is not None and len(parts) > most:
        raise RefusalError(20422, problem=f"Invalid Parameter: {where} holds more than {most}")
    for index, part in enumerate(parts):
        _check_fields(f"{where}[{index}]", part, PARTS[kind, name])


def checked_language(language: object) -> str:
    """The language of a template.

    Raises:
        RefusalError: 92003 none, 92004 no code of a language.
    """
    if not language:
        raise RefusalError(92003)
    if not isinstance(language, str) or LANGUAGE.fullmatch(language) is None:
        raise RefusalError(92004)
    return language


def checked_variables(variables: object) -> dict[str, str]:
    """The samples of a template's variables.

    Raises:
        RefusalError: 92007 not texts by name, 92002 too many.
    """
    if variables is None:
        return {}
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise RefusalError(92007)
    if len(variables) > MOST_VARIABLES:
        raise RefusalError(92002)
    return variables


def check_for_approval(types: Mapping[str, Mapping[str, Any]]) -> None:
    """Meta takes no more than three quick replies of twenty characters.

    Raises:
        RefusalError: 20422.
    """
    replies = types.get("twilio/quick-reply", {}).get("actions", [])
    if len(replies) > MOST_APPROVED_REPLIES:
        raise RefusalError(20422, problem=f"A template may have {MOST_APPROVED_REPLIES} quick replies")
    if any(len(reply["title"]) > LONGEST_REPLY for reply in replies):
        raise RefusalError(20422, problem=f"A quick reply may have {LONGEST_REPLY} characters")
