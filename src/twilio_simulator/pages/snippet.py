"""A pytest test of what was clicked on the page and of the message that came of it."""

import re
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any
from urllib.parse import unquote

from twilio_simulator.pages.asked import creation, parameters
from twilio_simulator.pages.sources import Names, arguments, literal, quoted
from twilio_simulator.pages.surroundings import files, opening, plan
from twilio_simulator.world.account import Account
from twilio_simulator.world.message import Message
from twilio_simulator.world.state import World

TOLD = ("/phones/", "/clock/", "/faults", "/messages/", "/accounts/", "/calls/")
"""What belongs into a test; snapshots, resets and resends are the page's own business."""
SETTLING = 10
"""Seconds of virtual time in which a message reaches its end."""
REFUSED = 400
JOIN = 'account.facts["sandbox"]["join_word"]'
FETCHED = "message = account.client.messages({sid}).fetch()"
ARGUMENTS = {
    "To": "to",
    "From": "from_",
    "Body": "body",
    "MediaUrl": "media_url",
    "ContentSid": "content_sid",
    "ContentVariables": "content_variables",
    "MessagingServiceSid": "messaging_service_sid",
}
HEAD = '''"""Made on the phone page; conftest.py has pytest_plugins = ["twilio_simulator.pytest_plugin"]."""
{imports}

def test_{name}({fixtures}):
{made}    handset = simulator.handset({handset})
'''
FAULTY = """
import pytest
from twilio.base.exceptions import TwilioException
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One control call of the page; `cursor` is where the event log stood before it."""

    method: str
    path: str
    body: dict[str, Any]
    cursor: int


def snippet(world: World, message: Message, steps: list[Step]) -> str:
    """The whole test module."""
    account = world.accounts[message.account_sid]
    wanted, made = plan(account, message)
    names = _names(account, message) | made | files(world, message)
    told = [step for step in steps if step.path.startswith(TOLD)]
    faulty = False
    if message.direction == "inbound":
        lines = _inbound(told, message, names)
    else:
        since, faulty = _origin(world, message)
        before = [one for one in told if one.cursor < since]
        lines = [*_opened(message, before, names), *(_step(one, names) for one in before)]
        lines += _sent(account, message, names, faulty=faulty)
        lines += [_step(one, names) for one in told if one.cursor >= since]
    body = "\n".join(f"    {line}" if line else "" for line in [*lines, *_ending(message)])
    head = HEAD.format(
        imports=FAULTY if faulty else "",
        name=_title(message),
        fixtures="simulator, clock" if wanted else "simulator, account, clock",
        made=f"    account = simulator.account({arguments(wanted, {})})\n" if wanted else "",
        handset=quoted(_handset(message)),
    )
    return f"{head}{body}\n"


def _origin(world: World, message: Message) -> tuple[int, bool]:
    """Where the log stood at the create, and whether its answer was an error or never came."""
    made, request = creation(world, message)
    status = None if request is None else request.details.get("status")
    return (0, False) if made is None else (made.cursor, not status or status >= REFUSED)


def _handset(message: Message) -> str:
    other = message.sender if message.direction == "inbound" else message.to
    return (other or "").removeprefix("whatsapp:")


def _names(account: Account, message: Message) -> Names:
    """What is the account's own becomes an expression, so that the test has an account to itself."""
    names = {account.sid: "account.sid", message.sid: "message.sid", _handset(message): "handset.number"}
    names[f"whatsapp:{_handset(message)}"] = 'f"whatsapp:{handset.number}"'
    ours = message.to if message.direction == "inbound" else message.sender
    for number in account.numbers:
        if number == ours or ours not in account.numbers:
            names.setdefault(number, "account.number")
    for number in account.whatsapp_senders:
        if (
            f"whatsapp:{number}" == ours
            or (ours or "").removeprefix("whatsapp:") not in account.whatsapp_senders
        ):
            names.setdefault(f"whatsapp:{number}", "account.whatsapp_sender")
    names[account.sandbox.join_word] = JOIN
    return names


def _step(step: Step, names: Names) -> str:
    body = {name: value for name, value in step.body.items() if name != "wait"}
    parts = [unquote(part) for part in step.path.strip("/").split("/")]
    named = all(name.isidentifier() and not iskeyword(name) for name in body)
    if named and parts[0] == "phones" and parts[-1] != "calls":
        does = "set" if step.method == "PATCH" else "text"
        return f"{_phone(parts[1], names)}.{does}({arguments(body, names)})"
    if named and step.method == "PATCH" and names.get(parts[-1]) == "account.sid":
        return f"account.set({arguments(body, names)})"
    if parts[0] == "clock" and parts[-1] in ("advance", "freeze", "run"):
        return f"clock.{parts[-1]}({', '.join(literal(one, names) for one in body.values())})"
    path = "".join(f"/{'{' + names[part] + '}' if part in names else part}" for part in parts)
    shown = f'f"{path}"' if "{" in path else f'"{path}"'
    return f'simulator.ask("{step.method}", {shown}, {literal(body, names)})'


def _phone(number: str, names: Names) -> str:
    return "handset" if names.get(number) == "handset.number" else f"simulator.handset({quoted(number)})"


def _opened(message: Message, before: list[Step], names: Names) -> list[str]:
    """The text that opens the conversation, unless the clicks hold one."""
    typed = {str(one.body.get("to")) for one in before if one.path.endswith("/messages")}
    text = opening(message, typed)
    if text is None:
        return []
    join = next((word for word, source in names.items() if source == JOIN), "")
    return [f"handset.text({arguments({**text, 'body': text['body'].format(join=join)}, names)})"]


def _sent(account: Account, message: Message, names: Names, *, faulty: bool) -> list[str]:
    given: dict[str, Any] = {}
    for name, value in parameters(account, message):
        if name == "MediaUrl":
            given.setdefault("media_url", []).append(value)
        elif name in ARGUMENTS:
            given[ARGUMENTS[name]] = value
    call = f"account.client.messages.create({arguments(given, names)})"
    if not faulty:
        return [f"message = {call}"]
    raises = "with pytest.raises((TwilioException, OSError)):"
    return [raises, f"    {call}", "(message,) = account.client.messages.list(limit=1)"]


def _inbound(steps: list[Step], message: Message, names: Names) -> list[str]:
    """The step that made it is the last with its words; its answer names the message."""
    typed = [one for one in steps if one.path.endswith("/messages") and one.body.get("body") == message.body]
    made = typed[-1] if typed else _retold(message)
    lines = [_step(one, names) for one in steps if one is not made and one.cursor <= made.cursor]
    return [*lines, f"received = {_step(made, names)}", FETCHED.format(sid='received["message_sid"]')]


def _retold(message: Message) -> Step:
    body: dict[str, Any] = {"to": message.to, "body": message.body}
    if message.media:
        body["media"] = [one.url for one in message.media]
    return Step("POST", f"/phones/{_handset(message)}/messages", body, 0)


def _ending(message: Message) -> list[str]:
    if message.direction == "inbound":
        files = [f'assert message.num_media == "{len(message.media)}"'] if message.media else []
        return ["", f"assert message.body == {quoted(message.body)}", *files]
    expected = f"({quoted(message.status)}, {message.error_code})"
    return [
        f"clock.advance({SETTLING})",
        FETCHED.format(sid="message.sid"),
        "",
        f"assert (message.status, message.error_code) == {expected}",
    ]


def _title(message: Message) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", message.body.lower()).strip("_")[:40].strip("_")
    return words or message.status
