"""How `run --explain` shows what would be sent."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from ringback.cli.show import DONE, REFUSED, Show
from ringback.cli.wording import explained, harmless, plain

MOST_NAMED = 10  # characters that made a text dear


def tell_plan(show: Show, plan: Mapping[str, Any]) -> int:
    """What would be sent; 1 if it would be refused."""
    if show.as_json:
        show.data(plan)
    else:
        _tell(show, plan)
    return REFUSED if plan["refused"] else DONE


def _tell(show: Show, plan: Mapping[str, Any]) -> None:
    show.say("Nothing was sent. This would be:")
    if (request := plan["request"]) is not None:
        show.say(f"{request['method']} {request['url']}")
        parameters = request["parameters"]
        show.pairs((Text(f"  {name}", style="dim"), Text(plain(value))) for name, value in parameters)
    else:
        show.facts(plan["input"])
    if (segments := plan["segments"]) is not None:
        show.say(_size(segments))
    for note in plan["notes"]:
        show.say(f"Note: {harmless(note)}", "yellow")
    if plan["refused"]:
        show.say("It would be refused.", "red")
        for line in explained(plan["refused"]):
            show.say(line, "red")


def _size(segments: Mapping[str, Any]) -> str:
    count, forcing = segments["segments"], segments["forcing"]
    plural = "segment" if count == 1 else "segments"
    because = f", because of {' '.join(forcing[:MOST_NAMED])}" if forcing else ""
    return f"{count} {plural} of {segments['encoding']}{because}; {segments['left']} units to the next."
