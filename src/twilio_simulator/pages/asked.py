"""The API request that made a message, as the log has it."""

from typing import Any

import orjson

from twilio_simulator.pages.markup import Html, h
from twilio_simulator.pages.surroundings import variables
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import moment
from twilio_simulator.world.account import Account
from twilio_simulator.world.log import Event
from twilio_simulator.world.message import Message
from twilio_simulator.world.state import World


def creation(world: World, message: Message) -> tuple[Event | None, Event | None]:
    """The events of a message's creation and of the request behind it, as far as the log reaches.

    A fault after the fact notes the request twice: what it would have answered, then what it did.
    """
    made, request = None, None
    for event in world.log.after(0):
        if event.kind == "message.created" and made is None and event.subject == message.sid:
            made = event
        elif made is not None and event.kind == "request" and event.account_sid == message.account_sid:
            if request is not None:
                return made, event if _same(request, event) else request
            request = event
            if not event.details.get("fault"):
                break
    return made, request


def _same(first: Event, second: Event) -> bool:
    return all(
        first.details.get(name) == second.details.get(name) for name in ("fault", "connection", "path")
    )


def parameters(account: Account, message: Message) -> list[tuple[str, str]]:
    """The form that makes such a message."""
    given: list[tuple[str, str | None]] = [("To", message.to)]
    sender = ("MessagingServiceSid", message.service_sid) if message.service_sid else ("From", message.sender)
    given += [sender, ("ContentSid", message.content_sid)]
    template = account.templates.get(message.content_sid or "")
    if message.content_sid is None:
        given.append(("Body", message.body))
    elif template is not None and (filled := variables(template, message.body)):
        given.append(("ContentVariables", orjson.dumps(filled).decode()))
    given += [("MediaUrl", one.url) for one in message.media]
    given.append(("StatusCallback", message.callback))
    return [(name, value) for name, value in given if value]


def request_of(view: View, message: Message) -> Html:
    """The first step of a message's story."""
    _, request = creation(view.world, message)
    path = f"/2010-04-01/Accounts/{message.account_sid}/Messages.json"
    facts: dict[str, Any] = {} if request is None else request.details
    fault = facts.get("fault")
    words = f"answered {facts['status']}" if facts.get("status") else "no answer was sent"
    rows = [
        h("tr", None, h("th", {"scope": "row"}, name), h("td", None, value))
        for name, value in parameters(view.world.accounts[message.account_sid], message)
    ]
    return h(
        f"li.step.request{'.bad' if fault else ''}",
        {"id": "step-request"},
        h("h3", None, "API request", h("span.at", None, moment(message.created, seconds=True))),
        h("p", None, h("code", None, f"POST {path}")),
        h("p.quiet", None, words, f", connection {facts['connection']}" if facts.get("connection") else "")
        if request
        else None,
        h("p.bad", None, f"Fault: {fault}") if fault else None,
        h("details", {"id": "request-form"}, h("summary", None, "Parameters"), h("table.form", None, rows)),
    )
