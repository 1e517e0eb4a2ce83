"""How `pytest -n` shares the tests out: a file to a worker, and those that mind each other to one."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

ONE_AFTER_THE_OTHER = ("tests/journeys/", "tests/outbox/test_pacing.py")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file's tests stay together, for what they share is made once.

    Journeys start processes by the dozen and load every core, so no two of them run at once, and none beside
    the tests that hold the pace to figures in seconds.
    """

    def _split_scope(self, nodeid: str) -> str:
        apart = nodeid.startswith(ONE_AFTER_THE_OTHER)
        return ONE_AFTER_THE_OTHER[0] if apart else nodeid.partition("::")[0]
