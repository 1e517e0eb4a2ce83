"""Ready, version, reset."""

from twilio_simulator import __version__
from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit

SPECIFICATION = "twilio/twilio-oai d50069b44ea8cd23141385bdb6db48f16ff75bb5 (2026-04-14)"


def ready(visit: Visit) -> Content:
    """It answers, so it is up; the seed account's facts and the routes come with it."""
    return {"ready": True, **visit.simulator.introduction(), "routes": visit.simulator.control.routes()}


def version(visit: Visit) -> Content:
    """Which rules are played."""
    rules = visit.world.rules
    return {
        "version": __version__,
        "specification": SPECIFICATION,
        "ruleset": {name: getattr(rules, name) for name in rules.__slots__},
    }


def reset(visit: Visit) -> Content:
    """Throw everything away, or one account's doings; held connections are closed."""
    fields = visit.fields()
    sid = fields.text("account")
    fields.done()
    if sid is not None and sid not in visit.world.accounts:
        raise BadInputError.of(
            "account", f"There is no account {sid}", "Leave it out to reset everything.", 404
        )
    return visit.simulator.reset() if sid is None else visit.simulator.reset_account(sid)


ROUTES: dict[str, Handler] = {"GET /ready": ready, "GET /version": version, "POST /reset": reset}
