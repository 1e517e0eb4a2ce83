"""Which operation a request means: product by path, or by host name when it names one of Twilio's."""

from collections.abc import Iterator
from dataclasses import dataclass

from twilio_simulator.exchange import Request
from twilio_simulator.facts import Fact
from twilio_simulator.rest.call import Handler

TWILIO_DOMAIN = ".twilio.com"
CACHED_PATHS = 4096


@dataclass(slots=True)
class Route:
    """One path template and the operations on it, by method."""

    template: tuple[str, ...]
    host: str
    operations: dict[str, tuple[Fact, Handler | None]]

    def matched(self, parts: list[str]) -> dict[str, str] | None:
        """The values of the placeholders, None when a path of as many parts is another one."""
        return _matched(self.template, parts)


@dataclass(slots=True)
class Found:
    """The route of a path and the values in it."""

    route: Route
    values: dict[str, str]


def _matched(template: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    values = {}
    for wanted, part in zip(template, parts, strict=True):
        if wanted.startswith("{"):
            name, _, suffix = wanted[1:].partition("}")
            if not part.endswith(suffix) or part == suffix:
                return None
            values[name] = part.removesuffix(suffix)
        elif wanted != part:
            return None
    return values


class Routes:
    """All paths of the facts table, with the handlers that exist."""

    def __init__(self, facts: dict[str, Fact], handlers: dict[str, Handler]) -> None:
        self._by_length: dict[int, list[Route]] = {}
        self._cache: dict[tuple[str, str], Found | None] = {}
        self._products = {_product(fact.host) for fact in facts.values()}
        for fact in facts.values():
            route = self._route(fact)
            route.operations[fact.method] = (fact, handlers.get(fact.name))

    def _route(self, fact: Fact) -> Route:
        template = tuple(fact.path.split("/"))
        same_length = self._by_length.setdefault(len(template), [])
        for route in same_length:
            if route.template == template and route.host == fact.host:
                return route
        same_length.append(Route(template, fact.host, {}))
        # Fixed words win over placeholders: `/Services/Usecases` is no service.
        same_length.sort(key=lambda route: sum(part.startswith("{") for part in route.template))
        return next(r for r in same_length if r.template == template and r.host == fact.host)

    def find(self, path: str, host: str) -> Found | None:
        """The route of a path; a host under twilio.com restricts it to that product."""
        product = _product(host)
        key = (product, path)
        if key in self._cache:
            return self._cache[key]
        found = self._search(path, product)
        if len(self._cache) < CACHED_PATHS:
            self._cache[key] = found
        return found

    def find_prefixed(self, request: Request) -> Found | None:
        """The route behind a product's name or host (`/verify/v2/...`); the name moves to the `prefix`."""
        _, _, rest = request.path.partition("/")
        name, slash, tail = rest.partition("/")
        product = name.removesuffix(TWILIO_DOMAIN)
        if not slash or f"{product}." not in self._products:
            return None
        found = self.find(f"/{tail}", product + TWILIO_DOMAIN)
        if found is not None:
            request.prefix, request.path = f"/{name}", f"/{tail}"
        return found

    def _search(self, path: str, product: str) -> Found | None:
        parts = path.split("/")
        for route in self._by_length.get(len(parts), []):
            if product and not route.host.startswith(product):
                continue
            values = _matched(route.template, parts)
            if values is not None:
                return Found(route, values)
        return None

    def knows(self, operation: str) -> bool:
        """Whether there is an operation of this name, with or without its product."""
        return any(
            operation in (fact.name, fact.name.partition(".")[2])
            for routes in self._by_length.values()
            for route in routes
            for fact, _ in route.operations.values()
        )

    def all(self) -> Iterator[Route]:
        """Every route, for near misses."""
        for routes in self._by_length.values():
            yield from routes


def _product(host: str) -> str:
    """`verify.` for verify.twilio.com and verify.dublin.ie1.twilio.com."""
    return host.partition(".")[0] + "." if host.endswith(TWILIO_DOMAIN) else ""
