"""The world at the top: its clock, speed, account, faults and the way back."""

from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.switchboard import switchboard
from twilio_simulator.pages.travel import world_menu
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import day, moment

STEPS = {"+1 min": 60, "+10 min": 600, "+24 h": 86_400}
SPEEDS = ("1", "10", "60", "3600")


def world_bar(view: View) -> Html:
    """Everything that holds for all phones."""
    return h(
        "header.world#world",
        None,
        h("a.brand", {"href": "/phone"}, icon("brand"), h("span", None, "Twilio simulator")),
        _clock(view),
        h("div.right", None, _account(view), switchboard(view), _rate(), world_menu(view), _search(view)),
    )


def _clock(view: View) -> Html:
    clock = view.world.clock
    now = {"data-now": str(view.now), "data-frozen": clock.frozen, "data-speed": f"{clock.speed:g}"}
    steps = [
        h(
            "button",
            {"type": "button", "data-do": "POST /clock/advance", "data-body": f'{{"seconds": {by}}}'},
            name,
        )
        for name, by in STEPS.items()
    ]
    return h(
        f"div.clock{'.frozen' if clock.frozen else ''}",
        {"role": "group", "aria-label": "The world's clock"},
        h("span.now#now", now, h("span.date", None, day(view.now)), " ", moment(view.now, seconds=True)),
        h("div.steps", None, steps, _freeze(frozen=clock.frozen)),
        _speed(view),
    )


def _freeze(*, frozen: bool) -> Html:
    what = "run" if frozen else "freeze"
    words = {"run": "Let time run (f)", "freeze": "Freeze time (f)"}[what]
    button = {
        "type": "button",
        "data-do": f"POST /clock/{what}",
        "title": words,
        "aria-pressed": str(frozen).lower(),
    }
    return h("button.freeze#freeze", button, icon("play" if frozen else "pause"), hidden("Freeze"))


def _speed(view: View) -> Html:
    speed = f"{view.world.clock.speed:g}"
    known = SPEEDS if speed in SPEEDS else (*SPEEDS, speed)
    options = [
        h("option", {"value": one, "selected": one == speed}, f"\N{MULTIPLICATION SIGN}{one}")
        for one in known
    ]
    label = "Speed of time"
    box = {"name": "speed", "data-type": "number", "aria-label": label, "title": label}
    return h("form.speed", {"data-do": "POST /clock/run", "data-live": True}, h("select", box, options))


def _account(view: View) -> Html:
    own = view.account
    accounts = [
        h("li", None, _other(view, sid, one.friendly_name)) for sid, one in view.world.accounts.items()
    ]
    other = "Trial" if own.type == "Full" else "Full"
    kind = {"type": "button", "data-do": f"PATCH /accounts/{own.sid}", "data-body": f'{{"type": "{other}"}}'}
    facts = [
        ("Account SID", own.sid),
        ("Auth token", own.auth_token),
        *(("Number", one) for one in own.numbers),
    ]
    facts += [("WhatsApp", f"whatsapp:{one}") for one in own.whatsapp_senders]
    facts += [("Verify service", one) for one in own.verify_services]
    return h(
        "details.menu#account",
        None,
        h(
            "summary",
            None,
            h("span", None, own.friendly_name),
            h(f"span.kind.{own.type.lower()}", None, own.type),
        ),
        h(
            "div.sheet",
            None,
            h("ul.accounts", None, accounts),
            h("dl", None, [_fact(name, value) for name, value in facts]),
            h("button", kind, f"Make it a {other} account"),
        ),
    )


def _other(view: View, sid: str, name: str) -> Html:
    here = sid == view.account.sid
    link = {"href": view.place.link(account=sid), "aria-current": "true" if here else None}
    return h("a", link, name, h("small", None, sid))


def _fact(name: str, value: str) -> Html:
    copy = {"type": "button", "data-copy": value, "title": "Copy", "aria-label": f"Copy {name} {value}"}
    return h(
        "div",
        None,
        h("dt", None, name),
        h("dd", None, h("code", None, value), h("button.bare", copy, icon("copy"))),
    )


def _rate() -> Html:
    return h(
        "span.rate", {"title": "Requests to the Twilio API per second"}, h("b#rate", None, "0"), " req/s"
    )


def _search(view: View) -> Html:
    box = {
        "type": "search",
        "name": "q",
        "value": view.place.query,
        "placeholder": "Search",
        "aria-label": "Search everything",
        "aria-keyshortcuts": "/",
        "autocomplete": "off",
    }
    return h(
        "form.search",
        {"role": "search", "action": view.place.link(query="", message=""), "data-go": True},
        icon("search"),
        h("input#q", box),
    )
