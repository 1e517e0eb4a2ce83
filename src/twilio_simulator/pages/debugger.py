"""The drawer at the foot: Twilio's debugger, and beside it the requests that failed."""

import re

from twilio_simulator.ledger import LEDGER, MORE_INFO
from twilio_simulator.pages.failures import Failure, failures, short
from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.view import View
from twilio_simulator.pages.whereabouts import whereabouts
from twilio_simulator.pages.wording import moment, plural
from twilio_simulator.world.alerts import Alert

SHOWN, MISSES = 60, 8
SURE = "How sure we are of this text"
ALERTS = "What Twilio's debugger would tell of your server and its TwiML. The same as GET /_sim/alerts."
NO_ALERTS = "None: every webhook was answered, and its TwiML understood."
FAILED = "Refused with an error, or hit by a fault. The client was told; Twilio makes no alerts of these."
NO_FAILED = "None: no request was refused."
MISSED = "Paths that Twilio does not have, or the simulator does not. The nearest known one is named under "
_PLACE = re.compile(r"'?\{\w+\}'?")


def drawer(view: View) -> Html:
    """Alerts, failed requests, and what nothing answers to; the newest first."""
    alerts = list(view.world.alerts.kept)
    failed = failures(view.world)
    box = {"tabindex": "0", "role": "region", "aria-label": "Alerts and failed requests"}
    content = h(
        "div.alerts",
        box,
        _section("alerts", "Alerts", len(alerts), ALERTS if alerts else NO_ALERTS, _clear(len(alerts))),
        h("ol", None, [_alert(view, one) for one in reversed(alerts[-SHOWN:])]),
        _section("failed", "Failed requests", len(failed), FAILED if failed else NO_FAILED),
        h("ol", None, [_failed(one) for one in reversed(failed[-SHOWN:])]),
        _missed(view),
    )
    details = h("details#debugger", None, _summary(len(alerts), len(failed)), content)
    keys = {"type": "button", "title": "Shortcuts (?)"}
    return h(
        "footer.drawer",
        {"aria-label": "Debugger"},
        details,
        h("button.bare#show-shortcuts", keys, icon("keyboard"), h("span.unwide", None, "Shortcuts")),
    )


def _summary(alerts: int, failed: int) -> Html:
    lamp = h(f"span.lamp{'.lit' if alerts else ''}#alerts-count", None, str(alerts))
    return h(
        "summary",
        {"title": "Debugger (d)"},
        icon("bug"),
        "Debugger",
        h("span.told", None, lamp, " alert" if alerts == 1 else " alerts"),
        h(
            "span.told",
            None,
            f"{failed:,} failed",
            h("span.unwide", None, " request" if failed == 1 else " requests"),
        ),
    )


def _section(key: str, name: str, count: int, words: str, button: Html | None = None) -> Html:
    shown = f"{name} ({SHOWN} newest of {count:,})" if count > SHOWN else f"{name} ({count})"
    return h(
        f"div.part#part-{key}", None, h("h3", None, shown), h("p.quiet", None, words), button or Html("")
    )


def _clear(count: int) -> Html | None:
    button = {"type": "button", "data-do": "DELETE /alerts", "data-says": "The alerts are cleared"}
    return h("button", button, "Clear") if count else None


def _missed(view: View) -> Html | None:
    """What was asked for in vain: Twilio does not have it, or the simulator does not."""
    counts = sorted(view.world.missed.items(), key=lambda pair: -pair[1])
    if not counts:
        return None
    rows = [
        h("li", None, h("code", None, f"{method} {path}"), " ", h("span.quiet", None, plural(count, "time")))
        for (method, path), count in counts[:MISSES]
    ]
    why = h("a", {"href": "/_sim/requests/unimplemented", "target": "_blank"}, "/_sim/requests/unimplemented")
    head = h(
        "div.part",
        None,
        h("h3", None, f"Nothing answers to ({len(counts)})"),
        h("p.quiet", None, MISSED, why, "."),
    )
    return h("div.missed", None, head, h("ul", None, rows))


def _alert(view: View, one: Alert) -> Html:
    return h(
        "li.alert",
        {"id": f"alert-{one.sid}", "tabindex": "-1"},
        h("span.when", None, moment(one.at, seconds=True)),
        code_link(one.code),
        h("div", None, h("p", None, explained(one.code) or one.particulars), _particulars(one)),
        sureness(one.code),
        _where(view, one),
    )


def _particulars(one: Alert) -> Html | None:
    return h("p.quiet", None, one.particulars) if explained(one.code) else None


def _failed(one: Failure) -> Html:
    text = explained(one.code)
    words = f"{one.words}, connection {one.connection}" if one.connection else one.words
    there = {"href": f"/_sim/events?after={one.cursor - 1}&limit=1", "target": "_blank"}
    return h(
        "li.alert",
        {"id": f"alert-{one.key}", "tabindex": "-1"},
        h("span.when", None, moment(one.at, seconds=True)),
        code_link(one.code) if one.code else h("b", None, "fault"),
        h(
            "div",
            None,
            h("p", None, text or words),
            h("p.quiet", None, words) if text else None,
        ),
        sureness(one.code),
        h("a.where", there, h("code", {"title": one.path}, f"{one.method} {short(one.path)}")),
    )


def code_link(code: int) -> Html:
    """A code, leading to what Twilio writes of it."""
    link = {"href": f"{MORE_INFO}{code}", "rel": "noreferrer noopener", "target": "_blank"}
    return h("a.code", {**link, "title": "Twilio's page about it"}, str(code))


def explained(code: int | None) -> str:
    """What the ledger says of a code; blank when it does not know it."""
    rule = LEDGER.get(code) if code is not None else None
    return "" if rule is None else _PLACE.sub("…", rule.text)


def sureness(code: int | None) -> Html:
    """Whether the ledger's text was captured, documented or inferred."""
    rule = LEDGER.get(code) if code is not None else None
    mark = h("span.confidence", {"title": SURE}, rule.confidence) if rule else None
    return h("span", None, hidden("This text is ") if mark else None, mark)


def _where(view: View, one: Alert) -> Html:
    """The offending request, opened for its parameters and its answer."""
    incident = one.incident
    rows = [
        h("tr", None, h("th", {"scope": "row"}, name), h("td", None, value))
        for name, value in incident.variables
    ]
    there = whereabouts(view, incident.resource_sid, incident.webhook)
    return h(
        "div.where",
        None,
        h("a", {"href": there}, "Show what happened") if there else None,
        h(
            "details",
            {"id": f"where-{one.sid}"},
            h("summary", None, h("code", None, f"{incident.method} {incident.url}".strip() or "The request")),
            h("table.form", None, rows) if rows else None,
            h("p", None, f"Answer: {incident.status or 'none'}"),
            h("pre", {"tabindex": "0"}, incident.response_body[:2000]) if incident.response_body else None,
        ),
    )
