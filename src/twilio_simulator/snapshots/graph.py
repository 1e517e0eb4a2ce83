"""Writes a graph of the simulator's own objects as JSON and reads it back, sharing and cycles kept.

Only data is read: classes come from a closed list, and a callable is a method of something in the graph or of
one of the simulator's standing parts. Nothing in a file can name a function of its own.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, is_dataclass
from functools import partial
from random import Random
from types import MethodType
from typing import Any

PLAIN = (type(None), bool, int, float, str)
Row = list[Any]


class UnkeepableError(TypeError):
    """Something in the world cannot be written down."""


class ForeignError(ValueError):
    """What was read is no graph of this simulator."""


def name_of(kind: type) -> str:
    """How a class is called in the file."""
    return f"{kind.__module__.removeprefix('twilio_simulator.')}:{kind.__qualname__}"


def slots_of(kind: type) -> Iterator[str]:
    """Every slot of a class and those above it."""
    for one in kind.__mro__:
        slots = one.__dict__.get("__slots__", ())
        yield from (slots,) if isinstance(slots, str) else slots


def _attributes(value: object) -> dict[str, Any]:
    found = dict(getattr(value, "__dict__", {}))
    for name in slots_of(type(value)):
        if name != "__dict__" and hasattr(value, name):
            found[name] = getattr(value, name)
    return found


class Writer:
    """One graph in the making: plain values stand for themselves, `[3]` for row 3."""

    def __init__(self, kinds: Mapping[str, type], parts: Mapping[str, object]) -> None:
        self._kinds = kinds
        self._parts = {id(part): name for name, part in parts.items()}
        self._known: dict[int, int] = {}
        self._todo: deque[tuple[int, Any]] = deque()
        self._alive: list[Any] = []
        self.rows: list[Row] = []

    def write(self, value: Any) -> Any:
        """The value, or a pointer to its row."""
        pointer = self._pointer(value)
        while self._todo:
            index, one = self._todo.popleft()
            self.rows[index] = self._row(one)
        return pointer

    def _pointer(self, value: Any) -> Any:
        if isinstance(value, PLAIN):
            return value
        index = self._known.get(id(value))
        if index is None:
            index = self._known[id(value)] = len(self.rows)
            # A bound method is made anew on each look: hold it, so that its id stays its own.
            self._alive.append(value)
            self.rows.append([])
            self._todo.append((index, value))
        return [index]

    def _row(self, value: Any) -> Row:
        part = self._parts.get(id(value))
        if part is not None:
            return ["part", part]
        if isinstance(value, MethodType):
            return ["method", self._pointer(value.__self__), value.__func__.__name__]
        if isinstance(value, partial):
            return ["partial", self._pointer(value.func), *map(self._pointer, value.args)]
        if isinstance(value, Random):
            return ["random", self._pointer(value.getstate())]
        if isinstance(value, bytes):
            return ["bytes", value.hex()]
        return self._container(value)

    def _container(self, value: Any) -> Row:
        kind = type(value)
        if kind in (dict, OrderedDict):
            pairs = [self._pointer(one) for pair in value.items() for one in pair]
            return ["dict" if kind is dict else "ordered", *pairs]
        if kind is deque:
            return ["deque", value.maxlen, *map(self._pointer, value)]
        if kind in (set, frozenset):
            # Sorted, so that the same world always reads the same.
            return [kind.__name__, *map(self._pointer, sorted(value, key=repr))]
        if kind in (list, tuple):
            return [kind.__name__, *map(self._pointer, value)]
        return self._object(value)

    def _object(self, value: Any) -> Row:
        name = name_of(type(value))
        if self._kinds.get(name) is not type(value):
            raise UnkeepableError(f"{type(value).__module__}.{type(value).__qualname__} cannot be kept")
        if isinstance(value, tuple):
            return ["named", name, *map(self._pointer, value)]
        pairs = [part for key, one in _attributes(value).items() for part in (key, self._pointer(one))]
        return ["object", name, *pairs]


class Reader:
    """Builds the objects of a graph; each row once."""

    def __init__(self, rows: list[Row], kinds: Mapping[str, type], parts: Mapping[str, object]) -> None:
        self._rows = rows
        self._kinds = kinds
        self._parts = parts
        self._built: dict[int, Any] = {}
        self._unfilled: list[Callable[[], None]] = []

    def read(self, value: Any) -> Any:
        """The value of a pointer, with everything that hangs off it.

        Raises:
            ForeignError: it is no graph of this simulator.
        """
        try:
            found = self._value(value)
            while self._unfilled:
                self._unfilled.pop()()
        except (IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ForeignError(f"{type(error).__name__}: {error}") from error
        return found

    def _value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        (index,) = value
        if index not in self._built:
            self._build(index, self._rows[index])
        return self._built[index]

    def _build(self, index: int, row: Row) -> None:
        kind, rest = row[0], row[1:]
        empty = _EMPTY.get(kind)
        if empty is not None:
            made = self._built[index] = empty(rest)
            self._unfilled.append(partial(self._fill, kind, made, rest))
        elif kind == "object":
            self._build_object(index, rest)
        else:
            self._built[index] = self._whole(kind, rest)

    def _fill(self, kind: str, made: Any, rest: Row) -> None:
        if kind in ("dict", "ordered"):
            for key, value in zip(rest[::2], rest[1::2], strict=True):
                made[self._value(key)] = self._value(value)
        elif kind == "set":
            made.update(map(self._value, rest))
        else:
            made.extend(map(self._value, rest[1:] if kind == "deque" else rest))

    def _whole(self, kind: str, rest: Row) -> Any:
        """What cannot be changed once made, so that its parts come first."""
        makers: dict[str, Callable[[], Any]] = {
            "tuple": lambda: tuple(map(self._value, rest)),
            "frozenset": lambda: frozenset(map(self._value, rest)),
            "named": lambda: self._kinds[rest[0]](*map(self._value, rest[1:])),
            "part": lambda: self._parts[rest[0]],
            "method": lambda: self._method(self._value(rest[0]), rest[1]),
            "partial": lambda: self._partial(*map(self._value, rest)),
            "random": lambda: _random(self._value(rest[0])),
            "bytes": lambda: bytes.fromhex(rest[0]),
        }
        if kind not in makers:
            raise ForeignError(f"a row of the unknown kind '{kind}'")
        return makers[kind]()

    @staticmethod
    def _partial(called: Any, *rest: Any) -> Any:
        if not isinstance(called, MethodType):
            raise ForeignError("something to be called that is no method")
        return partial(called, *rest)

    def _method(self, owner: Any, name: str) -> Any:
        method = getattr(owner, name, None)
        ours = any(owner is part for part in self._parts.values()) or type(owner) in self._kinds.values()
        if not ours or not isinstance(method, MethodType):
            raise ForeignError(f"a method '{name}' that does not exist")
        return method

    def _build_object(self, index: int, rest: Row) -> None:
        kind = self._kinds.get(rest[0])
        if kind is None:
            raise ForeignError(f"something of the unknown kind '{rest[0]}'")
        made: Any = object.__new__(kind)
        self._built[index] = made
        _set_defaults(made)
        pairs = list(zip(rest[1::2], rest[2::2], strict=True))
        fill = partial(self._set, made, pairs)
        # A frozen one may be a key, which has to be whole before it is used.
        if is_dataclass(kind) and kind.__dataclass_params__.frozen:  # type: ignore[attr-defined] # untyped in typeshed
            fill()
        else:
            self._unfilled.append(fill)

    def _set(self, made: object, pairs: list[tuple[str, Any]]) -> None:
        for name, value in pairs:
            object.__setattr__(made, name, self._value(value))


def _set_defaults(made: Any) -> None:
    """Fields that the file does not know get what a new object would have."""
    for one in getattr(made, "__dataclass_fields__", {}).values():
        if one.default_factory is not MISSING:
            object.__setattr__(made, one.name, one.default_factory())
        elif one.default is not MISSING:
            object.__setattr__(made, one.name, one.default)


def _random(state: Any) -> Random:
    made = Random()  # noqa: S311 - repeatable by design
    made.setstate(state)
    return made


_EMPTY: dict[str, Callable[[Row], Any]] = {
    "list": lambda _: [],
    "dict": lambda _: {},
    "ordered": lambda _: OrderedDict(),
    "set": lambda _: set(),
    "deque": lambda rest: deque(maxlen=rest[0]),
}
