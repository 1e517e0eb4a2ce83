"""The drawer at the foot: what Twilio's debugger would complain about."""

import re

from twilio_simulator.ledger import LEDGER, MORE_INFO
from twilio_simulator.pages.markup import Html, h, icon
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import moment, plural
from twilio_simulator.world.log import Event

SHOWN = 50
_PLACE = re.compile(r"'?\{\w+\}'?")


def drawer(view: View) -> Html:
    """Refused requests and failed webhooks, the newest first."""
    events = [one for one in view.world.log.after(0) if _is_bad(one)]
    rows = [_row(view, one) for one in reversed(events[-SHOWN:])]
    count = h(f"span.lamp{'.lit' if events else ''}", None, str(len(events)))
    content = (
        h("ol.alerts", {"tabindex": "0", "aria-label": "Alerts"}, rows)
        if rows
        else h("p.quiet", None, "Nothing was refused and every webhook was answered.")
    )
    details = h(
        "details#debugger",
        None,
        h(
            "summary",
            None,
            icon("bug"),
            "Debugger",
            count,
            h("span.unseen", None, plural(len(events), "alert")),
        ),
        content,
    )
    return h("footer.drawer", {"aria-label": "Debugger"}, details)


def _is_bad(event: Event) -> bool:
    details = event.details
    if event.kind == "request":
        return details.get("code") is not None or bool(details.get("fault"))
    if event.kind == "webhook":
        status = details.get("response_status")
        return details.get("state") in ("failed", "blocked", "dropped") or (status or 0) >= 400  # noqa: PLR2004 - HTTP's own line
    return False


def _row(view: View, event: Event) -> Html:
    return _refusal(event) if event.kind == "request" else _hook(view, event)


def _refusal(event: Event) -> Html:
    code, details = event.details.get("code"), event.details
    rule = LEDGER.get(code) if isinstance(code, int) else None
    link = {"href": f"{MORE_INFO}{code}", "rel": "noreferrer noopener", "target": "_blank"}
    return h(
        "li",
        {"id": f"alert-{event.cursor}"},
        h("a.code", link, str(code)) if code else h("b", None, "fault"),
        h("span", None, _PLACE.sub("…", rule.text) if rule else f"Fault: {details.get('fault')}"),
        h("span.confidence", None, rule.confidence) if rule else None,
        h("code", None, f"{details.get('method')} {details.get('path')}"),
        moment(event.at, seconds=True),
    )


def _hook(view: View, event: Event) -> Html:
    webhook = view.simulator.webhooks.kept.get(str(event.details.get("id")))
    words = f"Webhook {event.details.get('state')} {event.details.get('response_status') or ''}"
    reason = webhook.error if webhook is not None and webhook.error else words
    link = {"href": view.place.link(message=event.subject)}
    return h(
        "li",
        {"id": f"alert-{event.cursor}"},
        h("b", None, "webhook"),
        h("span", None, reason),
        h("a", link, event.subject),
        moment(event.at, seconds=True),
    )
