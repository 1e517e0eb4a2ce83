"""Calls: the sheet over the phone while one is on, and the story of one that was."""

from twilio_simulator.pages.deliveries import delivery
from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import moment, readable, span
from twilio_simulator.world.phone_call import PhoneCall

KEYS = "123456789*0#"
HEARD = 6


def call_sheet(view: View) -> Html | None:
    """The call that this phone is in, or that rings on it."""
    call = _present(view)
    if call is None:
        return None
    caller = call.direction == "inbound"
    other = readable(call.to if caller else call.sender)
    ringing = call.answered is None
    words = ("Calling" if caller else "Incoming call") if ringing else "On the phone with"
    return h(
        "section.call#call",
        {"aria-label": "Call", "data-call": call.sid, "data-words": f"{words}: {other}"},
        h("p.quiet", None, words),
        h("h2", None, other),
        _heard(call),
        None if ringing else _keypad(call),
        _ends(call, answerable=ringing and not caller),
    )


def _present(view: View) -> PhoneCall | None:
    number = view.handset.number
    for account in view.world.accounts.values():
        for call in reversed(account.every_call().values()):
            silent = call.status == "queued" or (call.answered is None and view.handset.state == "off")
            if call.handset == number and not call.over and not silent:
                return call
    return None


def _heard(call: PhoneCall) -> Html | None:
    lines = [h("li", None, h("span.quiet", None, one.verb), " ", one.text) for one in call.heard[-HEARD:]]
    return h("ol.heard", {"aria-live": "polite", "aria-label": "What is said"}, lines) if lines else None


def _keypad(call: PhoneCall) -> Html:
    waits = h("p.quiet", None, "It waits for keys") if call.gather is not None else None
    keys = [
        h(
            "button",
            {
                "type": "button",
                "data-do": f"POST /calls/{call.sid}/digits",
                "data-body": f'{{"digits": "{key}"}}',
            },
            key,
        )
        for key in KEYS
    ]
    return h("div.pad", {"role": "group", "aria-label": "Keypad"}, waits, keys)


def _ends(call: PhoneCall, *, answerable: bool) -> Html:
    end = "decline" if answerable else "hangup"
    words = "Decline" if answerable else "Hang up"
    stop = {"type": "button", "data-do": f"POST /calls/{call.sid}/{end}"}
    # It may have been taken by itself in between: then there is nothing to complain about.
    take = {"type": "button", "data-do": f"POST /calls/{call.sid}/answer", "data-meek": True}
    return h(
        "div.ends",
        None,
        h("button.hang", stop, icon("call"), words),
        h("button.take", take, icon("call"), "Answer") if answerable else None,
    )


def call_story(view: View, call: PhoneCall) -> Html:
    """What happened to a call: its statuses, what was said, its webhooks."""
    moves = [(at, _step(call, status, at)) for status, at in call.timeline]
    said = [(one.at, _line(one.verb, one.text, one.at)) for one in call.heard]
    hooks = [one for one in view.simulator.webhooks.kept.values() if one.subject == call.sid]
    told = [(one.planned, delivery(view, one)) for one in hooks]
    steps = [step for _, step in sorted([*moves, *said, *told], key=lambda pair: pair[0])]
    close = {"href": view.place.link(message=""), "title": "Close (Esc)", "id": "close-story"}
    way = f"{readable(call.sender)} → {readable(call.to)}"
    head = h(
        "header",
        None,
        h("h2", None, "What happened", h("a.round.close", close, icon("close"), hidden("Close"))),
        h("p.way", None, way, " ", h("span.state", None, icon("call"), call.status)),
        h("p.sid", None, h("code", None, call.sid)),
    )
    return h("article.story", None, head, h("ol.timeline", None, steps))


def _step(call: PhoneCall, status: str, at: int) -> Html:
    since = at - call.created
    shown = h("span.at", None, moment(at, seconds=True), f" +{span(since)}" if since else "")
    bad = ".bad" if status in ("failed", "busy", "no-answer", "canceled") else ""
    return h(f"li.step.status{bad}", None, h("h3", None, status, shown))


def _line(verb: str, words: str, at: int) -> Html:
    return h(
        "li.step",
        None,
        h("h3", None, verb, h("span.at", None, moment(at, seconds=True))),
        h("p", None, words),
    )


def found_call(view: View, sid: str) -> PhoneCall | None:
    """A call of any account."""
    calls = (account.every_call().get(sid) for account in view.world.accounts.values())
    return next((call for call in calls if call is not None), None)
