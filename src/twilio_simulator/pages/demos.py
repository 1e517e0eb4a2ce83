"""The demos, a click each."""

import orjson

from twilio_simulator.pages.markup import Html, h
from twilio_simulator.pages.view import View
from twilio_simulator.scenarios.stories import SCENARIOS


def demos(view: View) -> Html:
    """One button per demo; it plays on the account in view and leads to the phone it happens on."""
    body = orjson.dumps({"account": view.account.sid}).decode()
    rows = [
        h("li", None, h("button", _plays(name, body, one.description), one.title))
        for name, one in SCENARIOS.items()
    ]
    return h("ul.demos", None, rows)


def _plays(name: str, body: str, description: str) -> dict[str, str]:
    then = {"data-then": "page", "data-body": body, "title": description}
    return {"type": "button", "data-do": f"POST /scenarios/{name}", **then}
