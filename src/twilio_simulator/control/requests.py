"""The requests that clients made, and those that nothing answered to."""

from twilio_simulator.control.journal import PAGE, matches
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.rest.near_misses import explained, shape
from twilio_simulator.world.log import Event

MISSED = frozenset({404, 405})


def requests(visit: Visit) -> Content:
    """Requests to the Twilio API; an unknown one comes with the known one most like it, and why it missed."""
    found = []
    for event in visit.world.log.after(visit.asked("after", 0)):
        if event.kind == "request" and matches(visit, event):
            shown = event.resource()
            if shown["status"] in MISSED and (not event.subject or _has_no_handler(visit, event)):
                shown.update(_miss(visit, str(shown["method"]), str(shown["path"])))
            found.append(shown)
    return {"requests": found[-visit.asked("limit", PAGE) :], "cursor": visit.world.log.cursor}


def _has_no_handler(visit: Visit, event: Event) -> bool:
    return (event.details["method"], shape(event.details["path"])) in visit.world.missed


def _miss(visit: Visit, method: str, path: str) -> dict[str, str | None]:
    miss = explained(visit.simulator.rest.routes, method, path)
    return {"near_miss": miss.path, "why": miss.why}


def unimplemented(visit: Visit) -> Content:
    """What was asked for in vain, the most often asked first."""
    counts = sorted(visit.world.missed.items(), key=lambda pair: -pair[1])
    found = [
        {"method": method, "path": path, "count": count, **_miss(visit, method, path)}
        for (method, path), count in counts
    ]
    return {"unimplemented": found, "count": sum(count for _, count in counts)}


ROUTES: dict[str, Handler] = {
    "GET /requests": requests,
    "GET /requests/unimplemented": unimplemented,
}
