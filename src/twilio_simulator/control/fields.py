"""Reads JSON bodies of the control API: every mistake is named with its field, cause and remedy."""

from collections.abc import Collection, Mapping
from typing import Any


class BadInputError(Exception):
    """The body is wrong; nothing was changed."""

    def __init__(self, errors: list[dict[str, str]], status: int = 400) -> None:
        super().__init__("; ".join(error["cause"] for error in errors))
        self.errors = errors
        self.status = status

    @classmethod
    def of(cls, field: str, cause: str, remedy: str, status: int = 400) -> "BadInputError":
        """One mistake."""
        return cls([{"field": field, "cause": cause, "remedy": remedy}], status)


def _between(low: float, high: float) -> str:
    return f"Give a number from {low:.12g} to {high:.12g}."


class Fields:
    """One JSON object, read field by field; `done` raises if anything was wrong or left over."""

    def __init__(self, content: object, where: str = "", errors: list[dict[str, str]] | None = None) -> None:
        self._top = errors is None
        self._errors: list[dict[str, str]] = [] if errors is None else errors
        self._where = where
        self._read: set[str] = set()
        self._content: Mapping[str, Any] = {}
        if isinstance(content, Mapping):
            self._content = content
        else:
            self._wrong(where.rstrip(".") or "body", "is not a JSON object", 'Send an object, like {"a": 1}.')

    def _wrong(self, field: str, cause: str, remedy: str) -> None:
        self._errors.append({"field": field, "cause": f"{field} {cause}", "remedy": remedy})

    def wrong(self, name: str, cause: str, remedy: str) -> None:
        """Note a mistake that only the caller can see."""
        self._wrong(f"{self._where}{name}" or '""', cause, remedy)

    def has(self, name: str) -> bool:
        """Whether the field was given."""
        return name in self._content

    def names(self) -> list[str]:
        """The fields that were given."""
        return list(self._content)

    @property
    def given(self) -> dict[str, Any]:
        """The object as it came."""
        return dict(self._content)

    def value(self, name: str) -> Any:
        """The field as it is, None when absent."""
        self._read.add(name)
        return self._content.get(name)

    def text(self, name: str, default: str | None = None, *, required: bool = False) -> str | None:
        """A string."""
        value = self.value(name)
        if value is None:
            if required:
                self.wrong(name, "is missing", f'Add "{name}": "…".')
            return default
        if not isinstance(value, str):
            self.wrong(name, f"is {_kind(value)}, not a string", "Put it in quotes.")
            return default
        return value

    def words(self, name: str) -> str:
        """A required string; blank after a mistake was noted."""
        return self.text(name, required=True) or ""

    def flag(self, name: str, *, default: bool) -> bool:
        """A truth value."""
        value = self.value(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(name, f"is {_kind(value)}, not true or false", "Write true or false without quotes.")
            return default
        return value

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number between two bounds."""
        value = self.value(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(name, f"is {_kind(value)}, not a number", _between(low, high))
            return default
        if not low <= value <= high:
            self.wrong(name, f"is {value:g}", _between(low, high))
            return default
        return value

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of a closed set of words."""
        value = self.text(name)
        if value is None:
            return default
        if value not in allowed:
            self.wrong(name, f"is '{value}'", f"Choose one of {', '.join(sorted(allowed))}.")
            return default
        return value

    def items(self, name: str) -> list[Any]:
        """A list, empty when absent."""
        value = self.value(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(name, f"is {_kind(value)}, not a list", "Put it in square brackets.")
            return []
        return value

    def texts(self, name: str) -> list[str]:
        """A list of strings, empty when absent."""
        values = self.items(name)
        for index, value in enumerate(values):
            if not isinstance(value, str):
                self.wrong(f"{name}[{index}]", f"is {_kind(value)}, not a string", "Put it in quotes.")
        return [value for value in values if isinstance(value, str)]

    def part(self, name: str) -> "Fields":
        """A nested object, empty when absent."""
        value = self.value(name)
        return Fields({} if value is None else value, f"{self._where}{name}.", self._errors)

    def parts(self, name: str, shorthand: str) -> list["Fields"]:
        """A list of objects; a bare string stands for an object with only the field `shorthand`."""
        found = []
        for index, value in enumerate(self.items(name)):
            content = {shorthand: value} if isinstance(value, str) else value
            found.append(Fields(content, f"{self._where}{name}[{index}].", self._errors))
        return found

    def finished(self) -> None:
        """Note the fields that nobody read."""
        for name in self._content:
            if name not in self._read:
                known = ", ".join(sorted(self._read))
                self.wrong(name, "is not known here", f"Known fields: {known or 'none'}.")

    def done(self) -> None:
        """All was read.

        Raises:
            BadInputError: with every mistake of this object and its parts.
        """
        self.finished()
        if self._top and self._errors:
            raise BadInputError(self._errors)


def _kind(value: object) -> str:
    kinds = {bool: "a truth value", int: "a number", float: "a number", str: "a string", list: "a list"}
    return kinds.get(type(value), "null" if value is None else "an object")
