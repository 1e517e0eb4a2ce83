"""A pytest test of what was clicked on the page and of the message that came of it."""

import re
from dataclasses import dataclass
from typing import Any

from twilio_simulator.pages.asked import creation, parameters
from twilio_simulator.world.account import Account
from twilio_simulator.world.message import Message
from twilio_simulator.world.state import World

TOLD = ("/phones/", "/clock/", "/faults", "/messages/", "/accounts/")
"""What belongs into a test; snapshots, resets and resends are the page's own business."""
SETTLING = 10
"""Seconds of virtual time in which a message reaches its end."""
REFUSED = 400
ARGUMENTS = {
    "To": "to",
    "From": "from_",
    "Body": "body",
    "MediaUrl": "media_url",
    "ContentSid": "content_sid",
    "MessagingServiceSid": "messaging_service_sid",
}
HEAD = '''"""Made on the phone page. It needs a simulator: python -m twilio_simulator --port 4010."""

import json
import os
from urllib.request import Request, urlopen
{imports}
from twilio_simulator.sdk import connect

SIMULATOR = os.environ.get("TWILIO_SIMULATOR", "http://127.0.0.1:4010")


def control(method, path, body=None):
    request = Request(f"{{SIMULATOR}}/_sim{{path}}", json.dumps(body or {{}}).encode(), method=method)
    with urlopen(request) as answer:
        return json.load(answer)


def test_{name}():
    account = control("POST", "/accounts")
    client = connect(SIMULATOR, account["account_sid"], account["auth_token"])
'''
FAULTY = """import pytest
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
    names = _names(account, message)
    made, request = creation(world, message)
    status = None if request is None else request.details.get("status")
    faulty = made is not None and (not status or status >= REFUSED)
    since = 0 if made is None else made.cursor
    told = [step for step in steps if _belongs(step)]
    if message.direction == "inbound":
        lines = _inbound(told, message, names)
    else:
        lines = [_control(one, names) for one in told if one.cursor < since]
        lines += _sent(message, names, faulty=faulty)
        lines += [_control(one, names) for one in told if one.cursor >= since]
    body = "\n".join(f"    {line}" for line in [*lines, *_ending(message)])
    return HEAD.format(imports=FAULTY if faulty else "", name=_title(message)) + body + "\n"


def _belongs(step: Step) -> bool:
    return step.path.startswith(TOLD)


def _names(account: Account, message: Message) -> dict[str, str]:
    """What is the account's own becomes an expression, so that the test has an account to itself."""
    names = {account.sid: 'account["account_sid"]', message.sid: "message.sid"}
    for number in list(account.numbers)[:1]:
        names[number] = 'account["number"]'
    for number in list(account.whatsapp_senders)[:1]:
        names[f"whatsapp:{number}"] = 'account["whatsapp_sender"]'
    names[account.sandbox.join_word] = 'account["sandbox"]["join_word"]'
    return names


def _literal(value: Any, names: dict[str, str]) -> str:
    if isinstance(value, str):
        return names.get(value) or _quoted(value)
    if isinstance(value, dict):
        inner = ", ".join(f"{_quoted(key)}: {_literal(one, names)}" for key, one in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(_literal(one, names) for one in value)}]"
    return repr(value)


def _quoted(text: str) -> str:
    shown = repr(text)
    return shown if '"' in text else '"' + shown[1:-1].replace("\\'", "'") + '"'


def _control(step: Step, names: dict[str, str]) -> str:
    path = step.path.replace("+", "%2B")
    shown = _quoted(path)
    for value, expression in names.items():
        if value in path:
            shown = f'f"{path.replace(value, "{" + expression.replace(chr(34), chr(39)) + "}")}"'
    body = {name: value for name, value in step.body.items() if name != "wait"}
    words = f", {_literal(body, names)}" if body else ""
    return f'control("{step.method}", {shown}{words})'


def _sent(message: Message, names: dict[str, str], *, faulty: bool) -> list[str]:
    given: dict[str, list[str]] = {}
    for name, value in parameters(message):
        if name in ARGUMENTS:
            given.setdefault(ARGUMENTS[name], []).append(_literal(value, names))
    many = {"media_url"}
    shown = [
        f"{name}=[{', '.join(all_)}]" if name in many else f"{name}={all_[0]}" for name, all_ in given.items()
    ]
    call = f"client.messages.create({', '.join(shown)})"
    if not faulty:
        return [f"message = {call}"]
    return [
        "with pytest.raises((TwilioException, OSError)):",
        f"    {call}",
        "(message,) = client.messages.list(limit=1)",
    ]


def _inbound(steps: list[Step], message: Message, names: dict[str, str]) -> list[str]:
    """The step that made it is the last with its words; its answer names the message."""
    typed = [one for one in steps if one.path.endswith("/messages") and one.body.get("body") == message.body]
    made = typed[-1] if typed else _retold(message)
    lines = [_control(one, names) for one in steps if one is not made and one.cursor <= made.cursor]
    lines.append(f"received = {_control(made, names)}")
    return [*lines, 'message = client.messages(received["message_sid"]).fetch()']


def _retold(message: Message) -> Step:
    number = (message.sender or "").removeprefix("whatsapp:")
    return Step("POST", f"/phones/{number}/messages", {"to": message.to, "body": message.body}, 0)


def _ending(message: Message) -> list[str]:
    if message.direction == "inbound":
        return ["", f"assert message.body == {_literal(message.body, {})}"]
    fetched = "message = client.messages(message.sid).fetch()"
    wait = f'control("POST", "/clock/advance", {{"seconds": {SETTLING}}})'
    expected = f"({_quoted(message.status)}, {message.error_code})"
    return [wait, fetched, "", f"assert (message.status, message.error_code) == {expected}"]


def _title(message: Message) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", message.body.lower()).strip("_")[:40].strip("_")
    return words or message.status
