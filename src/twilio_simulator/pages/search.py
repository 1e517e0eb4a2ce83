"""The panel of what was found, kind by kind."""

from collections.abc import Callable, Mapping
from typing import Any

from twilio_simulator.pages.debugger import explained
from twilio_simulator.pages.deliveries import UNDER_WAY, outcome, succeeded
from twilio_simulator.pages.failures import short
from twilio_simulator.pages.finds import KINDS, everything
from twilio_simulator.pages.handsets import marks
from twilio_simulator.pages.latest import message_row
from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.query import Find, wanted
from twilio_simulator.pages.view import View
from twilio_simulator.pages.whereabouts import whereabouts
from twilio_simulator.pages.wording import moment, plural, readable

SHOWN = {"Message": 60}
FEWER = 15
PREVIEW = 90
SYNTAX = ("to:", "from:", "status:", "code:", "has:media", "after:10:30", "is:webhook")
Row = Callable[[View, Any], Html]


def found(view: View) -> list[Find]:
    """What holds to every word, newest first."""
    tests = list(wanted(view.place.query, view.now))
    matching = [one for one in everything(view) if all(test(one) for test in tests)]
    return sorted(matching, key=lambda one: one.at, reverse=True)


def results(view: View) -> Html:
    """All kinds of which something was found, each under its name and count."""
    by_kind: dict[str, list[Find]] = {kind: [] for kind in KINDS}
    for one in found(view):
        by_kind[one.kind].append(one)
    close = {"href": view.place.link(query=""), "title": "Close (Esc)", "id": "close-story"}
    counts = [plural(len(finds), kind.lower()) for kind, finds in by_kind.items() if finds]
    return h(
        "section.story.results",
        None,
        h("h2", None, "Search", h("a.round.close", close, icon("close"), hidden("Close"))),
        h("p", {"role": "status"}, ", ".join(counts) or "Nothing found"),
        _hint(),
        [_group(view, kind, finds) for kind, finds in by_kind.items() if finds],
    )


def _hint() -> Html:
    words = [h("button.chip", {"type": "button", "data-narrow": one}, one) for one in SYNTAX]
    return h("div.syntax", {"role": "group", "aria-label": "Narrow the search"}, words)


def _group(view: View, kind: str, finds: list[Find]) -> Html:
    most = SHOWN.get(kind, FEWER)
    rest = h("p.quiet", None, f"The newest {most} of {len(finds):,}.") if len(finds) > most else None
    rows = [_ROWS[kind](view, one.thing) for one in finds[:most]]
    return h(f"section#found-{kind.lower()}", None, h("h3", None, f"{kind}s"), h("ol", None, rows), rest)


def _row(link: Mapping[str, object], way: object, last: object, state: object, at: int) -> Html:
    when = moment(at) if at else h("span")
    parts = (h("span.way", None, way), when, h("bdi.last", None, last), h("span.state", None, state))
    return h("li", None, h("a", link, parts))


def _handset(view: View, one: Any) -> Html:
    last = one.screen[-1].body[:PREVIEW] if one.screen else "Nothing yet"
    link = {"href": view.place.link(number=one.number, message="", query="")}
    way = (h("bdi", None, one.profile_name), f" {readable(one.number)}")
    return _row(link, way, last, marks(one), one.screen[-1].at if one.screen else 0)


def _call(view: View, one: Any) -> Html:
    said = " ".join(line.text for line in one.heard)[:PREVIEW] or "Nothing was said"
    way = f"{readable(one.sender)} → {readable(one.to)}"
    return _row({"href": whereabouts(view, one.sid)}, way, said, [icon("call"), one.status], one.created)


def _code(view: View, one: Any) -> Html:
    tab = "whatsapp" if one.channel == "whatsapp" else "sms"
    link = {"href": view.place.link(number=one.to, tab=tab, message="", query="")}
    return _row(link, f"{one.channel} to {readable(one.to)}", one.code, one.status, one.updated)


def _webhook(view: View, one: Any) -> Html:
    link = {"href": whereabouts(view, one.subject, one.id) or view.place.link()}
    way = f"{one.status or one.kind}: {outcome(one)}"
    state = one.state if one.state in UNDER_WAY or succeeded(one) else h("b.bad", None, one.state)
    return _row(link, way, f"{one.method} {one.url}", state, one.sent or one.planned)


def _alert(view: View, one: Any) -> Html:
    link = {"href": f"{view.place.link()}#alert-{one.sid}"}
    return _row(link, one.particulars, explained(one.code) or one.particulars, str(one.code), one.at)


def _request(view: View, one: Any) -> Html:
    failed = one.code is not None or one.fault
    link = {"href": f"{view.place.link()}#alert-{one.key}"}
    if not failed:
        link = {"href": f"/_sim/events?after={one.cursor - 1}&limit=1", "target": "_blank"}
    state = h("b.bad", None, str(one.code or "fault")) if failed else str(one.status)
    return _row(link, one.words, f"{one.method} {short(one.path)}", state, one.at)


_ROWS: dict[str, Row] = {
    "Handset": _handset,
    "Message": message_row,
    "Call": _call,
    "Code": _code,
    "Webhook": _webhook,
    "Alert": _alert,
    "Request": _request,
}
