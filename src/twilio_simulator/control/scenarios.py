"""Demos by name."""

from urllib.parse import quote

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.scenarios.stage import PERSON, Stage
from twilio_simulator.scenarios.stories import SCENARIOS
from twilio_simulator.world.account import Account


def listed(visit: Visit) -> Content:  # noqa: ARG001 - every handler gets the visit
    """All demos, each with what it shows."""
    shown = [
        {"name": name, "title": one.title, "description": one.description, "look": one.look}
        for name, one in SCENARIOS.items()
    ]
    return {"scenarios": shown}


async def play(visit: Visit) -> Content:
    """Play one on the seed account, or on `account`; answers with each step and what came of it."""
    scenario = SCENARIOS.get(visit.path["name"])
    if scenario is None:
        cause, names = f"There is no scenario {visit.path['name']}", ", ".join(SCENARIOS)
        raise BadInputError.of("name", cause, f"Choose one of {names}.", 404)
    stage = Stage(visit.simulator, _account(visit))
    # A demo of STOP that was played before would have the texts of every other one refused.
    stage.account.opt_outs.remove(stage.number, PERSON)
    await scenario.play(stage)
    visit.world.log.note("scenario.played", stage.account.sid, visit.path["name"])
    return {
        "scenario": visit.path["name"],
        "title": scenario.title,
        "account_sid": stage.account.sid,
        "phone": PERSON,
        "page": f"/phone/{quote(PERSON, safe='')}",
        "steps": stage.steps,
        "look": scenario.look,
    }


def _account(visit: Visit) -> Account:
    fields = visit.fields()
    sid = fields.text("account", visit.simulator.account.sid)
    account = visit.world.accounts.get(sid or "")
    if account is None:
        fields.wrong("account", f"is '{sid}', which does not exist", "GET /_sim/accounts lists them.")
    elif not (account.numbers and account.whatsapp_senders and account.verify_services):
        remedy = "Take one with a number, a WhatsApp sender and a Verify service."
        fields.wrong("account", "lacks something that the demos need", remedy)
    fields.done()
    return account or visit.simulator.account


ROUTES: dict[str, Handler] = {"GET /scenarios": listed, "POST /scenarios/{name}": play}
