"""The fault switchboard: what can go wrong at a click, and how much is armed."""

from dataclasses import dataclass

from twilio_simulator.pages.markup import Html, h, icon
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import plural


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
    faults = view.simulator.faults.faults
    armed = sum(len(one.do) - len(one.used) for one in faults)
    lamp = h(f"span.lamp{'.lit' if armed else ''}", {"id": "armed"}, str(armed))
    return h(
        "details.menu#faults",
        None,
        h(
            "summary",
            {"title": f"Faults: {armed} armed"},
            icon("fault"),
            h("span.unwide", None, "Faults"),
            lamp,
        ),
        h(
            "div.sheet.wide",
            None,
            h("p.quiet", None, _words(armed)),
            h("ul.switches", None, [_row(one) for one in SWITCHES]),
            _off(armed),
        ),
    )


def _words(armed: int) -> str:
    return f"{plural(armed, 'fault')} armed" if armed else "Nothing is armed: everything works."


def _row(switch: Switch) -> Html:
    button = {"type": "button", "data-do": "POST /faults", "data-body": switch.body}
    return h("li", None, h("button", button, h("b", None, switch.name), h("span", None, switch.says)))


def _off(armed: int) -> Html:
    button = {"type": "button", "data-do": "DELETE /faults", "disabled": not armed}
    return h("button#disarm", button, "Disarm all")
