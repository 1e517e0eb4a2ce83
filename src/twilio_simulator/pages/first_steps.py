"""What stands where messages will be: how to send the first."""

from twilio_simulator.pages.markup import Html, h, icon
from twilio_simulator.pages.view import View

PROGRAM = """from twilio_simulator.sdk import connect

client = connect(
    "{url}",
    "{sid}",
    "{token}",
)
client.messages.create(to="{to}", from_="{sender}", body="Hello")
"""


def first_steps(view: View) -> Html:
    """The official SDK, pointed at this simulator."""
    account = view.account
    program = PROGRAM.format(
        url=view.simulator.url,
        sid=account.sid,
        token=account.auth_token,
        to=view.handset.number,
        sender=next(iter(account.numbers), "+14155550100"),
    )
    copy = {"type": "button", "data-copy": program}
    return h(
        "div.start",
        None,
        h("p.quiet", None, "Nothing yet. Send the first with the official SDK:"),
        h("pre", {"tabindex": "0"}, program),
        h("button", copy, icon("copy"), "Copy the program"),
    )
