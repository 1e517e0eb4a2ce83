"""The page that asks for the control token, where one is set."""

from twilio_simulator.exchange import Request
from twilio_simulator.pages.markup import Html, h

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Control token · Twilio simulator</title>
<link rel="icon" href="/phone/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/phone/static/tokens.css">
</head>
"""
WHY = "This simulator was started with --control-token. A cookie keeps the token, not the address."


def door(request: Request, complaint: str = "") -> str:
    """A form that leads back to the page that was wanted; `complaint` tells what was wrong before."""
    rest = [(name, one) for name, values in request.query.items() if name != "token" for one in values]
    box = {"type": "password", "name": "token", "required": True, "autofocus": True, "autocomplete": "off"}
    box |= {"aria-describedby": "complaint"} if complaint else {}
    form = h(
        "form.door",
        {"action": request.path, "method": "get"},
        h("h1", None, "Twilio simulator"),
        h("p.quiet", None, WHY),
        h("label", None, h("span", None, "Control token"), h("input", box)),
        h("p.bad#complaint", {"role": "alert"}, complaint) if complaint else None,
        [h("input", {"type": "hidden", "name": name, "value": value}) for name, value in rest],
        h("button.primary", {"type": "submit"}, "Open the phones"),
    )
    return f"{HEAD}{h('body', None, h('main', None, Html(form)))}</html>"
