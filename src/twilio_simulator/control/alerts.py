"""The debugger, as tests and the page read it."""

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit

PAGE = 500


def listed(visit: Visit) -> Content:
    """Alerts, oldest first; filtered by `account`, `code`, `resource` or `webhook`."""
    asked = visit.request.asked
    account, code, resource, webhook = asked("account"), asked("code"), asked("resource"), asked("webhook")
    found = [
        one.shown()
        for one in visit.world.alerts.kept
        if account in (None, one.incident.account_sid)
        and code in (None, str(one.code))
        and resource in (None, one.incident.resource_sid)
        and webhook in (None, one.incident.webhook)
    ]
    return {"alerts": found[-visit.asked("limit", PAGE) :]}


def fetch(visit: Visit) -> Content:
    """One alert."""
    for one in visit.world.alerts.kept:
        if one.sid == visit.path["sid"]:
            return one.shown()
    raise BadInputError.of("sid", f"There is no alert {visit.path['sid']}", "GET /_sim/alerts.", 404)


def clear(visit: Visit) -> Content:
    """Forget all of them, or those of one `account`."""
    before = len(visit.world.alerts.kept)
    visit.world.alerts.clear(visit.request.asked("account"))
    return {"removed": before - len(visit.world.alerts.kept)}


ROUTES: dict[str, Handler] = {"GET /alerts": listed, "GET /alerts/{sid}": fetch, "DELETE /alerts": clear}
