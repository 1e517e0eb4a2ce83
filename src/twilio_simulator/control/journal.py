"""What happened: events and webhooks; and waiting for something to happen."""

from itertools import islice
from typing import Any

import orjson

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.world.log import Event

LONGEST_WAIT = 60
PAGE = 500
_OWN = frozenset({"after", "limit", "match", "timeout"})
_OF_MESSAGES = frozenset({"to", "from", "body"})


def _wanted(visit: Visit) -> dict[str, str]:
    """The fields asked for: each as a query parameter, or all in `match` as a JSON object.

    Raises:
        BadInputError: `match` is something else.
    """
    wanted = {name: values[-1] for name, values in visit.request.query.items() if name not in _OWN}
    text = visit.request.asked("match")
    if text is not None:
        try:
            wanted.update({name: str(value) for name, value in dict(orjson.loads(text)).items()})
        except (ValueError, TypeError):
            remedy = 'Send an object, like match={"kind":"message.status","status":"delivered"}.'
            raise BadInputError.of("match", f"match is '{text[:100]}', not JSON", remedy) from None
    return wanted


def matches(visit: Visit, event: Event) -> bool:
    """Whether the event has every field asked for; `to`, `from` and `body` are those of its message."""
    wanted = _wanted(visit)
    if not wanted:
        return True
    shown = {**event.resource(), "account": event.account_sid}
    message = visit.world.message(event.subject) if wanted.keys() & _OF_MESSAGES else None
    if message is not None:
        shown = {"to": message.to, "from": message.sender, "body": message.body, **shown}
    return all(str(shown.get(name)) == value for name, value in wanted.items())


def events(visit: Visit) -> Content:
    """The log after a cursor, filtered by any field (`kind`, `account`, `subject`, `status`, ...)."""
    matching = (one for one in visit.world.log.after(visit.asked("after", 0)) if matches(visit, one))
    found = [one.resource() for one in islice(matching, visit.asked("limit", PAGE))]
    return {"events": found, "cursor": visit.world.log.cursor}


async def wait(visit: Visit) -> Content:
    """Until an event matches, one that already happened included; 408 when none comes in time."""
    timeout = min(visit.asked("timeout", 10), LONGEST_WAIT)
    after = visit.asked("after", 0)
    event = await visit.world.log.until(lambda one: matches(visit, one), after, timeout)
    if event is None:
        raise BadInputError.of(
            "timeout", f"Nothing matched within {timeout} s", "GET /_sim/events shows what did happen.", 408
        )
    return {"event": event.resource()}


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
    "GET /webhooks": webhooks,
    "POST /webhooks/{id}/resend": resend,
}
