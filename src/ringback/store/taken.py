"""What this process has taken to run: claims in the air, and the tries that were given out."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from ringback.store.rows import Job

Try = tuple[str, int]
"""A job's id and the number of its try."""


class Taken:
    """Every door through which this process takes a job leads past here."""

    def __init__(self) -> None:
        self._asking: set[object] = set()
        self._given: set[Try] = set()

    @contextmanager
    def asking(self) -> Iterator[Callable[[Job], None]]:
        """A job is being taken; call what it yields with the job, before anything else is awaited."""
        self._asking.add(claim := object())
        try:
            yield lambda job: self._given.add((job.id, job.attempts))
        finally:
            self._asking.discard(claim)

    @property
    def in_the_air(self) -> frozenset[object]:
        """Those who wait for an answer now."""
        return frozenset(self._asking)

    @property
    def given(self) -> frozenset[Try]:
        """What was given out and has not been forgotten."""
        return frozenset(self._given)

    def forget(self, tries: Collection[Try]) -> None:
        """These are over: their numbers never come again."""
        self._given.difference_update(tries)
