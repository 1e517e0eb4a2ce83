"""One whole page: the world, the handsets, the phone, and what happened."""

from functools import lru_cache
from importlib.resources import files
from string import Template

from twilio_simulator.pages.debugger import drawer
from twilio_simulator.pages.handsets import handset_list
from twilio_simulator.pages.happened import happened
from twilio_simulator.pages.markup import text
from twilio_simulator.pages.phone import phone
from twilio_simulator.pages.thread import thread
from twilio_simulator.pages.view import View
from twilio_simulator.pages.worldbar import world_bar


@lru_cache(maxsize=1)
def _frame() -> Template:
    folder = files("twilio_simulator.pages").joinpath("templates")
    icons = folder.joinpath("icons.svg").read_text()
    return Template(folder.joinpath("page.html").read_text().replace("${icons}", icons))


def page(view: View) -> str:
    """The page of one phone."""
    bubbles = thread(view.world, view.handset, view.place.tab)
    return _frame().substitute(
        title=text(f"{view.handset.profile_name} {view.handset.number}"),
        cursor=view.world.log.cursor,
        account=view.account.sid,
        number=text(view.handset.number),
        world=world_bar(view),
        handsets=handset_list(view),
        phone=phone(view, bubbles),
        happened=happened(view),
        drawer=drawer(view),
    )
