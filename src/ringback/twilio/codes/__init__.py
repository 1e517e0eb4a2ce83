"""What Twilio's codes mean and what to do about them, in our own words: one TOML file per topic."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

TOPICS = ("account", "messages", "delivery", "channels", "verify", "voice")


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code for people: what happened, why, what to do; our input at fault; may trying later help?"""

    message: str
    cause: str
    remedy: str
    field: str | None = None
    retry: bool = False


def explain(code: int) -> Explanation | None:
    """What is known of a code, whether it came at once or in a status callback; None if nothing is."""
    return explanations().get(code)


@cache
def explanations() -> Mapping[int, Explanation]:
    """Every code that is explained. Read once, at the first failure."""
    found = {int(code): Explanation(**facts) for topic in TOPICS for code, facts in _read(topic).items()}
    return MappingProxyType(found)


def _read(topic: str) -> Mapping[str, dict[str, Any]]:
    return tomllib.loads(files(__name__).joinpath(f"{topic}.toml").read_text(encoding="utf-8"))
