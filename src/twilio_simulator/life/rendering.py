"""A template with its variables filled in, as a channel shows it."""

import re
from dataclasses import dataclass, field
from typing import Any

from twilio_simulator.addresses import Channel
from twilio_simulator.world.content import Template

PLACEHOLDER = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")
# Texts have no buttons: they get the plainest type there is, or the words of the richest.
PLAIN_TYPES = ("twilio/text", "twilio/media")
BARE = frozenset(PLAIN_TYPES)
TOO_MANY_SPACES = " " * 5
"""Meta refuses more than four consecutive spaces in a variable (63013)."""
# Meta words authentication templates itself; only the code and the minutes are the customer's.
AUTHENTICATION = "{{1}} is your verification code."
SECURITY = " For your security, do not share this code."
EXPIRY = "This code expires in {minutes} minutes."


@dataclass(slots=True)
class Rendering:
    """What the recipient sees."""

    body: str
    media_urls: list[str] = field(default_factory=list)
    content: dict[str, Any] | None = None
    complete: bool = True
    """Every placeholder had a value."""


def placeholders(shape: object) -> set[str]:
    """The names of the variables anywhere in a type."""
    if isinstance(shape, str):
        return set(PLACEHOLDER.findall(shape))
    parts = shape.values() if isinstance(shape, dict) else shape if isinstance(shape, list) else ()
    return {name for part in parts for name in placeholders(part)}


def _filled(shape: Any, values: dict[str, str]) -> Any:
    if isinstance(shape, str):
        return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), shape)
    if isinstance(shape, dict):
        return {name: _filled(part, values) for name, part in shape.items()}
    return [_filled(part, values) for part in shape] if isinstance(shape, list) else shape


def shown_type(template: Template, channel: Channel) -> str:
    """Which of its types a channel shows."""
    if channel == "whatsapp":
        return template.kind
    return next((kind for kind in PLAIN_TYPES if kind in template.types), template.kind)


def rendered(template: Template, given: dict[str, str], channel: Channel) -> Rendering:
    """The template as the recipient sees it; a variable not given falls back to its sample."""
    kind = shown_type(template, channel)
    values = {**template.variables, **given}
    shape = _worded(kind, template.types[kind])
    complete = placeholders(shape) <= values.keys()
    shape = _filled(shape, values)
    body = _text(shape)
    media = shape.get("media") or []
    urls = [media] if isinstance(media, str) else [str(url) for url in media]
    content = None if channel == "sms" or kind in BARE else _content(kind, shape)
    return Rendering(body, urls, content, complete)


def _worded(kind: str, shape: dict[str, Any]) -> dict[str, Any]:
    if kind != "whatsapp/authentication":
        return shape
    body = AUTHENTICATION + (SECURITY if shape.get("add_security_recommendation") else "")
    minutes = shape.get("code_expiration_minutes")
    footer = {} if minutes is None else {"footer": EXPIRY.format(minutes=minutes)}
    return {**shape, "body": body, **footer}


def _text(shape: dict[str, Any]) -> str:
    """The words: a body, or what stands in its place on cards and places."""
    if shape.get("body"):
        return str(shape["body"])
    words = [shape.get(name) for name in ("title", "subtitle", "label", "address")]
    return "\n".join(str(word) for word in words if word)


def _content(kind: str, shape: dict[str, Any]) -> dict[str, Any]:
    rest = {name: part for name, part in shape.items() if name not in ("body", "media", "actions")}
    if kind == "twilio/location":
        return {"type": kind, "location": rest}
    actions = shape.get("actions")
    buttons = {} if actions is None else {"buttons": [_button(kind, action) for action in actions]}
    return {"type": kind, **buttons, **rest}


def _button(kind: str, action: dict[str, Any]) -> dict[str, Any]:
    """Every button has a type and a title, whatever its template left out."""
    title = action.get("title") or action.get("copy_code_text") or ""
    default = "QUICK_REPLY" if kind == "twilio/quick-reply" else "URL"
    return {**action, "type": action.get("type") or default, "title": title}


def matches(template: Template, body: str) -> bool:
    """Whether a free-form text is the template's with something in place of each variable."""
    parts = PLACEHOLDER.split(template.text)[::2]
    return re.fullmatch(".+?".join(map(re.escape, parts)), body, re.DOTALL) is not None
