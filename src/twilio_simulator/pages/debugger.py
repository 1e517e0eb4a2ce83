"""The drawer at the foot: Twilio's debugger, and the requests that were refused."""

import re
from dataclasses import dataclass

from twilio_simulator.ledger import LEDGER, MORE_INFO
from twilio_simulator.pages.markup import Html, h, icon
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import moment, plural
from twilio_simulator.world.alerts import Alert, Incident
from twilio_simulator.world.log import Event

SHOWN, MISSES = 60, 8
SURE = "How sure we are of this text"
_PLACE = re.compile(r"'?\{\w+\}'?")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One line of the drawer."""

    key: str
    at: int
    code: int | None
    words: str
    where: str
    incident: Incident | None = None


def drawer(view: View) -> Html:
    """Alerts and refusals, the newest first."""
    complaints = sorted([*_alerts(view), *refusals(view)], key=lambda one: one.at, reverse=True)
    count = len(complaints)
    lamp = h(f"span.lamp{'.lit' if count else ''}", None, str(count), h("span.unseen", None, " alerts"))
    rows = [_row(view, one) for one in complaints[:SHOWN]]
    good = h("p.quiet", None, "Nothing was refused and every webhook was answered.")
    box = {"tabindex": "0", "role": "region", "aria-label": plural(count, "alert")}
    content = h("div.alerts", box, _missed(view), h("ol", None, rows)) if rows else good
    details = h("details#debugger", None, h("summary", None, icon("bug"), "Debugger", lamp), content)
    return h("footer.drawer", {"aria-label": "Debugger"}, details)


def _missed(view: View) -> Html | None:
    """What was asked for in vain: Twilio does not have it, or the simulator does not."""
    counts = sorted(view.world.missed.items(), key=lambda pair: -pair[1])[:MISSES]
    if not counts:
        return None
    rows = [
        h("li", None, h("code", None, f"{method} {path}"), " ", plural(count, "time"))
        for (method, path), count in counts
    ]
    why = h("a", {"href": "/_sim/requests/unimplemented"}, "Why?")
    return h("div.missed", None, h("p", None, h("b", None, "Nothing answers to "), why), h("ul", None, rows))


def _alerts(view: View) -> list[Complaint]:
    return [_of_alert(one) for one in view.world.alerts.kept]


def _of_alert(alert: Alert) -> Complaint:
    where = f"{alert.incident.method} {alert.incident.url}".strip()
    return Complaint(alert.sid, alert.at, alert.code, alert.particulars, where, alert.incident)


def refusals(view: View) -> list[Complaint]:
    """Requests that were refused or hit by a fault, oldest first."""
    bad = (one for one in view.world.log.after(0) if one.kind == "request" and _is_bad(one))
    return [_of_request(one) for one in bad]


def _is_bad(event: Event) -> bool:
    return event.details.get("code") is not None or bool(event.details.get("fault"))


def _of_request(event: Event) -> Complaint:
    code, fault = event.details.get("code"), event.details.get("fault")
    where = f"{event.details.get('method')} {event.details.get('path')}"
    words = f"Fault: {fault}" if fault else f"Answered {event.details.get('status')}"
    return Complaint(
        f"request-{event.cursor}", event.at, code if isinstance(code, int) else None, words, where
    )


def _row(view: View, one: Complaint) -> Html:
    rule = LEDGER.get(one.code) if one.code is not None else None
    text = _PLACE.sub("…", rule.text) if rule is not None else ""
    link = {"href": f"{MORE_INFO}{one.code}", "rel": "noreferrer noopener", "target": "_blank"}
    return h(
        "li",
        {"id": f"alert-{one.key}"},
        h("a.code", link, str(one.code)) if one.code else h("b", None, "fault"),
        h("div", None, h("p", None, text or one.words), h("p.quiet", None, one.words) if text else None),
        h("span", None, h("span.confidence", {"title": SURE}, rule.confidence) if rule else None),
        _where(view, one),
        moment(one.at, seconds=True),
    )


def _where(view: View, one: Complaint) -> Html:
    """The offending request, opened for its parameters and its answer."""
    incident = one.incident
    if incident is None:
        return h("code", None, one.where)
    sid = incident.resource_sid
    rows = [
        h("tr", None, h("th", {"scope": "row"}, name), h("td", None, value))
        for name, value in incident.variables
    ]
    return h(
        "details.where",
        {"id": f"where-{one.key}"},
        h("summary", None, h("code", None, one.where)),
        h("p", None, h("a", {"href": view.place.link(message=sid)}, sid)) if sid else None,
        h("table.form", None, rows) if rows else None,
        h("p", None, f"Answer: {incident.status or 'none'}"),
        h("pre", {"tabindex": "0"}, incident.response_body[:2000]) if incident.response_body else None,
    )
