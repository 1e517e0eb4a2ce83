"""How `pytest -n` shares the tests out: a file to a worker, and all journeys to one."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

JOURNEYS = "tests/journeys/"


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file's tests stay together, for what they share is made once.

    Journeys start processes by the dozen and load every core, so no two of them run at once.
    """

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid.partition("::")[0]
