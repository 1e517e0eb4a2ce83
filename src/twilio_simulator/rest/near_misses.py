"""Why a request met no operation, in words."""

import re
from dataclasses import dataclass

from twilio_simulator.rest.call import Handler
from twilio_simulator.rest.routing import Route, Routes

_SID = re.compile(r"\b[A-Z]{2}[0-9a-f]{32}\b")
MOST_MISSES = 500


@dataclass(frozen=True, slots=True)
class Miss:
    """The known path most like the one asked for, and what is different."""

    path: str | None
    why: str


def shape(path: str) -> str:
    """The path with its SIDs taken out, so that the same gap counts once."""
    return _SID.sub("{Sid}", path)


def count_miss(misses: dict[tuple[str, str], int], method: str, path: str) -> None:
    """Count a request that nothing answered to; of ever new ones only the first few hundred."""
    key = (method, shape(path))
    if key in misses or len(misses) < MOST_MISSES:
        misses[key] = misses.get(key, 0) + 1


def explained(routes: Routes, method: str, path: str) -> Miss:
    """What is wrong with a request that nothing answered to."""
    here = [route for route in routes.all() if _fits(route, path)]
    if here:
        return _wrong_method(here, method)
    for candidate, why in _corrected(path):
        if any(_fits(route, candidate) for route in routes.all()):
            return Miss(_template(routes, candidate), why)
    close = _closest(routes, path)
    if close is None:
        return Miss(None, "Nothing like this path is in the API descriptions that the simulator covers.")
    return Miss(close, "The known path most like it.")


def _wrong_method(here: list[Route], method: str) -> Miss:
    route = here[0]
    path = "/".join(route.template)
    known: dict[str, Handler | None] = {}
    for one in here:
        known.update({name: handler for name, (_, handler) in one.operations.items()})
    if known.get(method) is not None:
        return Miss(path, "The path is simulated, but the host name belongs to another product.")
    if method in known:
        return Miss(path, f"Twilio has {method} here; the simulator does not yet.")
    return Miss(path, f"Twilio has {' and '.join(sorted(known))} here, not {method}.")


def _corrected(path: str) -> list[tuple[str, str]]:
    bare = path.rstrip("/")
    return [
        (bare, "Leave the slash at the end out."),
        (f"{bare}.json", "Add .json: without it, this API answers XML, which is not simulated."),
        (bare.removesuffix(".json"), "Leave .json out: this API has no suffix."),
        (f"/v1{path}", "The version is missing."),
        (f"/v2{path}", "The version is missing."),
        (f"/2010-04-01{path}", "The version is missing."),
    ]


def _fits(route: Route, path: str) -> bool:
    parts = path.split("/")
    return len(parts) == len(route.template) and route.matched(parts) is not None


def _template(routes: Routes, path: str) -> str:
    return next("/".join(route.template) for route in routes.all() if _fits(route, path))


def _closest(routes: Routes, path: str) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - slow to import, needed by mistakes only

    known = {"/".join(route.template) for route in routes.all()}
    exact = next((one for one in known if shape(one).lower() == shape(path).lower()), None)
    close = [exact] if exact else get_close_matches(path, known, n=1, cutoff=0.3)
    return close[0] if close else None
