"""What a test's own account lacks of what a message used: templates, services, senders, files, windows."""

import re
from typing import Any
from urllib.parse import urlsplit

from twilio_simulator.addresses import SANDBOX
from twilio_simulator.life.rendering import PLACEHOLDER
from twilio_simulator.pages.sources import Names, arguments
from twilio_simulator.webhooks.target import is_loopback
from twilio_simulator.world.account import Account
from twilio_simulator.world.content import Template
from twilio_simulator.world.message import Message
from twilio_simulator.world.state import World

Plan = dict[str, Any]
"""Arguments of `simulator.account`."""
LONGEST_FILE, STAND_IN = 120, "YSBzdGFuZC1pbg=="
"""Characters of base64 that a test can carry, and what stands for more."""
FILE_CODES = frozenset({11200, 11751, 12300, 63019})
"""What becomes of a message whose file cannot be had or does not fit: such a file is left where it is."""
WINDOW_CODES = frozenset({63015, 63016})
"""Nobody joined, or the window was closed: then nobody writes first in the test either."""


def plan(account: Account, message: Message) -> tuple[Plan, Names]:
    """How to make an account that can send it; what is made gets a new SID, told by an expression."""
    wanted: Plan = {}
    names: Names = {}
    template = account.templates.get(message.content_sid or "")
    if template is not None:
        wanted["templates"] = [_template(template)]
        names[template.sid] = 'account.facts["templates"][0]["sid"]'
    service = account.messaging_services.get(message.service_sid or "")
    if service is not None:
        wanted["messaging_services"] = [{"friendly_name": service.friendly_name}]
        names[service.sid] = 'account.facts["messaging_service"]'
    if account.type == "Trial":
        wanted |= {"type": "Trial", "ruleset": account.ruleset}
        wanted["verified_callers"] = [
            one.number for one in account.caller_ids.values() if one.number == message.to
        ]
    if account.settings.progress != "timed":
        wanted["progress"] = account.settings.progress
    if message.sender in account.short_codes:
        wanted["short_codes"] = [message.sender]
    return wanted, names


def _template(template: Template) -> Plan:
    shown: Plan = {"friendly_name": template.friendly_name, "types": template.types}
    if template.variables:
        shown["variables"] = template.variables
    if template.approval.status != "unsubmitted":
        shown["status"] = template.approval.status
    return shown


def variables(template: Template, body: str) -> dict[str, str]:
    """What was put in the placeholders, as far as the words tell; none where the samples stand."""
    parts = PLACEHOLDER.split(template.text)
    names = parts[1::2]
    pattern = "".join("(.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    found = re.fullmatch(pattern, body, re.DOTALL)
    given = {} if found is None else dict(zip(names, found.groups(), strict=True))
    return {} if given.items() <= template.variables.items() else given


def files(world: World, message: Message) -> Names:
    """A file handed in is handed in again, a long one or one of another server here by a stand-in."""
    names: Names = {}
    if message.error_code in FILE_CODES:
        return names
    for media in message.media:
        upload = world.uploads.get(media.url.rpartition("/")[2])
        if upload is None and not is_loopback(urlsplit(media.url).hostname or ""):
            continue
        content = STAND_IN if upload is None or len(upload.content) > LONGEST_FILE else upload.content
        given = arguments({"content_type": media.content_type, "base64": content}, {})
        names[media.url] = f'simulator.post("/media", {given})["url"]'
    return names


def opening(message: Message, typed: set[str]) -> dict[str, str] | None:
    """The text that opens a WhatsApp conversation, when the message needs one and none was typed."""
    sender = message.sender or ""
    outward = message.direction != "inbound" and sender.startswith("whatsapp:")
    if not outward or message.error_code in WINDOW_CODES or sender in typed:
        return None
    if sender == f"whatsapp:{SANDBOX}":
        return {"to": sender, "body": "{join}"}
    return None if message.content_sid else {"to": sender, "body": "Hello"}
