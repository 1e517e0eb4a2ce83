"""The way through states of the world: snapshots, reset, and back."""

from urllib.parse import quote

from twilio_simulator.pages.demos import demos
from twilio_simulator.pages.markup import Html, h, hidden, icon
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import moment, plural
from twilio_simulator.snapshots.shelf import Snapshot

UNDO = "POST /reset/undo"


def world_menu(view: View) -> Html:
    """Snapshots by name, and the reset with its undo."""
    kept = list(view.simulator.shelf.kept.values())
    reset = {"type": "button", "data-do": "POST /reset", "data-says": "The world is reset", "data-undo": UNDO}
    undo = {"type": "button", "data-do": UNDO, "data-says": "Taken back"}
    back = {**undo, "title": "Undo the last reset or restore", "disabled": not view.simulator.shelf.undoable}
    return h(
        "details.menu#travel",
        None,
        h("summary", {"title": "Snapshots and reset"}, icon("history"), h("span.unwide", None, "World")),
        h(
            "div.sheet",
            None,
            h("ul.snapshots", None, [_row(one) for one in reversed(kept)])
            if kept
            else h("p.quiet", None, "No snapshots yet."),
            _take(len(kept)),
            h("hr"),
            h("p.quiet", None, "Play a demo"),
            demos(view),
            h("hr"),
            h(
                "div.pair",
                None,
                h("button.danger#reset", reset, "Reset the world"),
                h("button#undo", back, "Undo"),
            ),
        ),
    )


def _row(snapshot: Snapshot) -> Html:
    path = f"/snapshots/{quote(snapshot.name)}"
    restore = {"type": "button", "data-do": f"POST {path}/restore", "data-undo": UNDO}
    restore |= {"data-says": f"Back at {snapshot.name}"}
    remove = {"type": "button", "data-do": f"DELETE {path}", "title": "Delete"}
    return h(
        "li",
        {"id": f"snapshot-{snapshot.name}"},
        h(
            "button",
            restore,
            h("b", None, snapshot.name),
            h("span.quiet", None, moment(snapshot.at), ", ", plural(snapshot.messages, "message")),
        ),
        h("button.bare", remove, icon("close"), hidden(f"Delete {snapshot.name}")),
    )


def _take(count: int) -> Html:
    name = {
        "name": "name",
        "value": f"state-{count + 1}",
        "aria-label": "Name of the snapshot",
        "pattern": r"[A-Za-z0-9][\w.\-]*",
    }
    return h(
        "form.take",
        {"data-do": "POST /snapshots/{name}"},
        h("input#snapshot-name", {**name, "autocomplete": "off", "required": True}),
        h("button", {"type": "submit"}, "Take snapshot"),
    )
