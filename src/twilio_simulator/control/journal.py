"""What happened: events, requests, webhooks; and waiting for something to happen."""

from itertools import islice
from typing import Any

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.world.log import Event

LONGEST_WAIT = 60
PAGE = 500
_OWN = frozenset({"after", "limit", "timeout"})


def _matches(visit: Visit, event: Event) -> bool:
    wanted = {name: values[-1] for name, values in visit.request.query.items() if name not in _OWN}
    if not wanted:
        return True
    shown = event.resource()
    shown["account"] = event.account_sid
    return all(str(shown.get(name)) == value for name, value in wanted.items())


def events(visit: Visit) -> Content:
    """The log after a cursor, filtered by any field (`kind`, `account`, `subject`, `status`, ...)."""
    matching = (one for one in visit.world.log.after(visit.asked("after", 0)) if _matches(visit, one))
    found = [one.resource() for one in islice(matching, visit.asked("limit", PAGE))]
    return {"events": found, "cursor": visit.world.log.cursor}


async def wait(visit: Visit) -> Content:
    """Until an event matches, one that already happened included; 408 when none comes in time."""
    timeout = min(visit.asked("timeout", 10), LONGEST_WAIT)
    after = visit.asked("after", 0)
    event = await visit.world.log.until(lambda one: _matches(visit, one), after, timeout)
    if event is None:
        raise BadInputError.of(
            "timeout", f"Nothing matched within {timeout} s", "GET /_sim/events shows what did happen.", 408
        )
    return {"event": event.resource()}


def requests(visit: Visit) -> Content:
    """Requests to the Twilio API; an unknown path comes with the known one most like it."""
    found = []
    for event in visit.world.log.after(visit.asked("after", 0)):
        if event.kind == "request" and _matches(visit, event):
            shown = event.resource()
            if not event.subject:
                shown["near_miss"] = _near_miss(visit, str(event.details["path"]))
            found.append(shown)
    return {"requests": found[-visit.asked("limit", PAGE) :], "cursor": visit.world.log.cursor}


def _near_miss(visit: Visit, path: str) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - slow to import, needed by mistakes only

    close = get_close_matches(path, visit.simulator.rest.routes.templates(), n=1, cutoff=0.3)
    return close[0] if close else None


def webhooks(visit: Visit) -> Content:
    """Attempts, oldest first, filtered by any of their fields."""
    wanted = {name: values[-1] for name, values in visit.request.query.items() if name not in _OWN}
    account = wanted.pop("account", None)
    found: list[dict[str, Any]] = []
    for one in visit.simulator.webhooks.kept.values():
        shown = one.resource()
        if account in (None, one.account_sid) and all(str(shown.get(k)) == v for k, v in wanted.items()):
            found.append(shown)
    return {"webhooks": found[-visit.asked("limit", PAGE) :]}


async def resend(visit: Visit) -> Content:
    """Send a webhook again, the same parameters and idempotency token."""
    webhook = visit.simulator.webhooks.kept.get(visit.path["id"])
    if webhook is None:
        raise BadInputError.of("id", f"There is no webhook {visit.path['id']}", "GET /_sim/webhooks.", 404)
    again = visit.simulator.webhooks.resend(webhook)
    await visit.simulator.webhooks.finished(again)
    return again.resource()


ROUTES: dict[str, Handler] = {
    "GET /events": events,
    "GET /wait": wait,
    "GET /requests": requests,
    "GET /webhooks": webhooks,
    "POST /webhooks/{id}/resend": resend,
}
