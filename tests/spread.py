"""How `pytest -n` shares the tests out: a file to a worker, and those that mind each other to one."""

from collections.abc import Iterable
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

LOAD = "tests/journeys/test_chaos.py"  # every core, for minutes
PACE = "tests/outbox/test_pacing.py"  # held to figures in seconds
SLOW = ("tests/journeys/", "tests/simulator/mutants/", "tests/simulator/pages/")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file's tests stay together, for what they share is made once.

    What loads every core and what is held to a pace follow each other, so neither runs beside the other.
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # by count, which says nothing of time

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return LOAD if file == PACE else file


def slowest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """So that no worker begins on minutes when the other is done."""
    return sorted(items, key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    """Files of one worker stand together."""
    if nodeid.startswith((LOAD, PACE)):
        return 0
    return 1 if nodeid.startswith(SLOW) else 2
