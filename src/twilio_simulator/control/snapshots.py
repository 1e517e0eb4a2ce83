"""Named states of the whole world, and the way back from a reset."""

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.snapshots.shelf import MOST, MOST_BYTES, NAME, Snapshot


def _named(visit: Visit) -> Snapshot:
    snapshot = visit.simulator.shelf.kept.get(visit.path["name"])
    if snapshot is None:
        cause = f"There is no snapshot {visit.path['name']}"
        raise BadInputError.of("name", cause, "GET /_sim/snapshots lists them.", 404)
    return snapshot


def take(visit: Visit) -> Content:
    """Keep the world as it is, its clock, faults and pending events included."""
    name, shelf = visit.path["name"], visit.simulator.shelf
    visit.fields().done()
    if NAME.fullmatch(name) is None:
        raise BadInputError.of("name", f"'{name}' is no name", "Use up to 64 letters, digits and -, _ or .")
    if len(shelf.kept) >= MOST and name not in shelf.kept:
        raise BadInputError.of("name", f"There are {MOST} snapshots already", "DELETE one first.", 409)
    if sum(len(one.text) for one in shelf.kept.values() if one.name != name) > MOST_BYTES:
        raise BadInputError.of("name", f"Snapshots take {MOST_BYTES >> 20} MB already", "DELETE some.", 409)
    return {"replaced": name in shelf.kept, **shelf.take(name).resource()}


def restore(visit: Visit) -> Content:
    """Bring the world back to a snapshot; the only way in which time goes back."""
    snapshot = _named(visit)
    visit.fields().done()
    visit.simulator.shelf.restore(snapshot)
    return {"restored": True, **snapshot.resource()}


def listed(visit: Visit) -> Content:
    """All snapshots, oldest first."""
    return {"snapshots": [one.resource() for one in visit.simulator.shelf.kept.values()]}


def remove(visit: Visit) -> Content:
    """Throw one away."""
    del visit.simulator.shelf.kept[_named(visit).name]
    return {"removed": 1}


def undo(visit: Visit) -> Content:
    """Take back the last reset or restore."""
    visit.fields().done()
    if not visit.simulator.shelf.undo():
        raise BadInputError.of("undo", "There is nothing to take back", "It takes back the last reset.", 409)
    return {"undone": True}


ROUTES: dict[str, Handler] = {
    "GET /snapshots": listed,
    "POST /snapshots/{name}": take,
    "POST /snapshots/{name}/restore": restore,
    "DELETE /snapshots/{name}": remove,
    "POST /reset/undo": undo,
}
