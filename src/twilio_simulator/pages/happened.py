"""What happened to the selected message: request, checks, statuses, webhooks; and what to do about it."""

from twilio_simulator.ledger import LEDGER, MORE_INFO
from twilio_simulator.pages.asked import request_of
from twilio_simulator.pages.bubbles import ticks
from twilio_simulator.pages.calls import call_story, found_call
from twilio_simulator.pages.deliveries import delivery
from twilio_simulator.pages.latest import latest
from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.search import results
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import moment, plural, readable, span
from twilio_simulator.segments import segments
from twilio_simulator.world.message import NEXT, Message, Status

MEANINGS: dict[str, str] = {
    "accepted": "the Messaging Service looks for a sender",
    "scheduled": "waits for its time",
    "queued": "waits for its sender's turn",
    "sending": "on its way to the carrier",
    "sent": "the carrier or channel has it",
    "delivered": "the handset has it",
    "undelivered": "it did not arrive",
    "failed": "it could not be sent",
    "read": "it was opened",
    "canceled": "called off before its time",
    "received": "arrived from the handset",
}


def happened(view: View) -> Html:
    """The panel at the right: search results while there is a search, else the selected message."""
    message = view.world.message(view.place.message) if view.place.message else None
    call = found_call(view, view.place.message) if message is None else None
    if message is not None:
        content = _story(view, message)
    elif call is not None:
        content = call_story(view, call)
    elif view.place.query:
        content = results(view)
    else:
        content = latest(view)
    return h("aside.happened#happened", {"aria-label": "What happened"}, content)


def _story(view: View, message: Message) -> Html:
    inbound = message.direction == "inbound"
    steps = [_arrival(message)] if inbound else [request_of(view, message), _checks(message)]
    moves = [(at, _move(message, status, at)) for status, at in message.timeline]
    hooks = [one for one in view.simulator.webhooks.kept.values() if one.subject == message.sid]
    told = [(one.planned, delivery(view, one)) for one in hooks]
    steps += [step for _, step in sorted([*moves, *told], key=lambda pair: pair[0])]
    return h("article.story", None, _head(view, message), _buttons(message), h("ol.timeline", None, steps))


def _head(view: View, message: Message) -> Html:
    close = {"href": view.place.link(message=""), "title": "Close (Esc)", "id": "close-story"}
    sid = {"type": "button", "data-copy": message.sid, "aria-label": f"Copy {message.sid}", "title": "Copy"}
    way = f"{readable(message.sender or '') or 'no sender yet'} → {readable(message.to)}"
    return h(
        "header",
        None,
        h("h2", None, "What happened", h("a.round.close", close, icon("close"), hidden("Close"))),
        h("p.way", None, way, " ", ticks(message)),
        h("p.sid", None, h("code", None, message.sid), h("button.bare", sid, icon("copy"))),
    )


def _buttons(message: Message) -> Html:
    following = sorted(NEXT.get(message.status, ()))
    drive = [_drive(message, status) for status in following]
    curl = {"type": "button", "data-fetch": f"/messages/{message.sid}/curl", "data-field": "curl"}
    test = {"type": "button", "data-test": message.sid}
    return h(
        "div.actions",
        {"role": "group", "aria-label": "Actions"},
        h("button", curl, icon("copy"), "Copy as curl") if message.direction != "inbound" else None,
        h("button", test, icon("test"), "Make this a test"),
        h("span.drive", None, h("span.quiet", None, "Drive to"), drive) if drive else None,
    )


def _drive(message: Message, status: str) -> Html:
    body = f'{{"status": "{status}"}}'
    button = {"type": "button", "data-do": f"POST /messages/{message.sid}/status", "data-body": body}
    return h("button", button, status)


def _arrival(message: Message) -> Html:
    words = f"{readable(message.sender or '')} wrote to {readable(message.to)}"
    return h("li.step.request", {"id": "step-arrival"}, h("h3", None, "Inbound message"), h("p", None, words))


def _checks(message: Message) -> Html:
    """What the create was held to; a message that exists has passed it all."""
    body = message.body
    coding = (
        "UCS-2"
        if body and not body.isascii() and segments(body * 3) > segments("a" * len(body) * 3)
        else "GSM-7"
    )
    facts = [plural(len(body), "character"), coding, plural(message.num_segments, "segment")]
    if message.to.startswith("whatsapp:"):
        facts = facts[:1]
    words = "credentials, To, From, body, permissions and limits held"
    return h(
        "li.step.good",
        {"id": "step-checks"},
        h("h3", None, "Validated"),
        h("p", None, words),
        h("p.quiet", None, " · ".join(facts)),
    )


def _move(message: Message, status: Status, at: int) -> Html:
    bad = status in ("failed", "undelivered")
    since = at - message.created
    rule = _rule(message) if bad else None
    return h(
        f"li.step.status{'.bad' if bad else ''}",
        {"id": f"step-{status}"},
        h(
            "h3",
            None,
            status,
            h("span.at", None, moment(at, seconds=True), f" +{span(since)}" if since else ""),
        ),
        h("p.quiet", None, MEANINGS.get(status, "")),
        rule,
    )


def _rule(message: Message) -> Html | None:
    """The late code, as the ledger knows it."""
    code = message.error_code
    if code is None:
        return None
    rule = LEDGER.get(code)
    mark = h(
        "span.confidence", {"title": "How sure we are of this text"}, rule.confidence if rule else "unlisted"
    )
    link = {"href": f"{MORE_INFO}{code}", "rel": "noreferrer noopener", "target": "_blank"}
    return h("p.rule", None, h("a", link, str(code)), " ", message.error_message or "", " ", mark)
