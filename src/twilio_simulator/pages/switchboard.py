"""The fault switchboard: what can go wrong at a click, and how much is armed."""

from dataclasses import dataclass
from urllib.parse import quote

from twilio_simulator.faults.book import Fault
from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import plural

NAMED = 4
"""Actions of one fault that are named."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One fault to arm: what it is called and the body for POST /_sim/faults."""

    name: str
    says: str
    body: str


def _next_send(action: str) -> str:
    return f'{{"match": {{"operation": "CreateMessage"}}, "do": [{action}]}}'


def _next_callback(action: str) -> str:
    return f'{{"match": {{"webhook": "status"}}, "do": [{action}]}}'


SWITCHES = (
    Switch("429", "next send: too many requests", _next_send('{"kind": "rate_limit", "retry_after": 1}')),
    Switch("500", "next send: server error, nothing sent", _next_send('{"kind": "server_error"}')),
    Switch(
        "Sent, but 500",
        "next send: it goes out, the answer is an error",
        _next_send('{"kind": "server_error", "stage": "after"}'),
    ),
    Switch("Sent, no answer", "next send: it goes out, the line drops", _next_send('{"kind": "drop"}')),
    Switch("Reset", "next send: connection reset, nothing sent", _next_send('{"kind": "reset"}')),
    Switch("Stall", "next send: it goes out, the answer never comes", _next_send('{"kind": "stall"}')),
    Switch("Slow", "next send: answered after 3 seconds", _next_send('{"kind": "latency", "seconds": 3}')),
    Switch("Callback twice", "next status callback comes twice", _next_callback('{"kind": "duplicate"}')),
    Switch("Callback lost", "next status callback never comes", _next_callback('{"kind": "drop"}')),
    Switch(
        "Callback late", "next status callback 60 s late", _next_callback('{"kind": "delay", "seconds": 60}')
    ),
)


def switchboard(view: View) -> Html:
    """The menu with its lamp."""
    armed = [fault for fault in view.simulator.faults.faults if fault.armed]
    count = sum(_left(fault) for fault in armed)
    lamp = h(f"span.lamp{'.lit' if count else ''}", {"id": "armed"}, str(count))
    return h(
        "details.menu#faults",
        None,
        h(
            "summary",
            {"title": f"Faults: {count} armed"},
            icon("fault"),
            h("span.unwide", None, "Faults"),
            lamp,
            hidden(" armed"),
        ),
        h(
            "div.sheet.wide",
            None,
            _armed(armed, count),
            h("ul.switches", None, [_row(one) for one in SWITCHES]),
        ),
    )


def _left(fault: Fault) -> int:
    """How often it can still strike; dice are never used up and count once."""
    return 1 if fault.dice is not None else len(fault.do) - len(fault.used)


def _armed(armed: list[Fault], count: int) -> Html:
    """What waits to go wrong, each to be called off."""
    if not armed:
        return h("p.quiet", None, "Nothing is armed: everything works.")
    off = {"type": "button", "data-do": "DELETE /faults"}
    head = h(
        "p", None, h("b", None, f"{plural(count, 'fault')} armed"), h("button#disarm", off, "Disarm all")
    )
    return h("div.armed", None, head, h("ul", None, [_fault(one) for one in armed]))


def _fault(fault: Fault) -> Html:
    rest = fault.do[len(fault.used) :] if fault.dice is None else fault.do
    kinds = ", then ".join(one.kind.replace("_", " ") for one in rest[:NAMED])
    kinds += f" and {len(rest) - NAMED} more" if len(rest) > NAMED else ""
    chance = "" if fault.dice is None else f", {fault.dice.probability:.0%} of the time"
    where = ", ".join(f"{name} {value}" for name, value in fault.match.items()) or "any request"
    name = quote(fault.id, safe="")
    remove = {"type": "button", "data-do": f"DELETE /faults/{name}", "title": "Disarm"}
    words = h("span", None, h("b", None, kinds), h("span.quiet", None, f" {where}{chance}"))
    return h("li", {"id": f"armed-{name}"}, words, h("button.bare", remove, icon("close"), hidden("Disarm")))


def _row(switch: Switch) -> Html:
    button = {"type": "button", "data-do": "POST /faults", "data-body": switch.body}
    return h("li", None, h("button", button, h("b", None, switch.name), h("span", None, switch.says)))
