"""How often and when something is tried again."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ringback.outbox.retry import (
    LONGEST_ASKED,
    MISSED_AFTER,
    POLL_AFTER,
    POLL_FOR,
    SECOND,
    Backoff,
    next_poll,
)

BACKOFF = Backoff()
CHANCES = st.floats(0, 1, exclude_max=True)
ASKED = st.none() | st.floats(0, 3600) | st.just(float("inf"))


@given(st.integers(1, 50), ASKED, CHANCES)
def test_a_wait_is_never_shorter_than_twilio_asked_for(tries: int, asked: float | None, drawn: float) -> None:
    wait = BACKOFF.wait(tries, asked, lambda: drawn)

    assert wait >= min((asked or 0) * SECOND, LONGEST_ASKED) - 1


@given(st.integers(1, 50), ASKED, CHANCES)
def test_a_wait_is_bounded_whatever_is_asked_for(tries: int, asked: float | None, drawn: float) -> None:
    assert 0 < BACKOFF.wait(tries, asked, lambda: drawn) <= LONGEST_ASKED * 1.1


@given(st.integers(1, 50), CHANCES)
def test_jitter_is_a_tenth_either_way(tries: int, drawn: float) -> None:
    middle = BACKOFF.wait(tries, None, lambda: 0.5)

    assert abs(BACKOFF.wait(tries, None, lambda: drawn) - middle) <= middle * 0.1 + 1


def test_waits_grow_fourfold_to_a_minute() -> None:
    waits = [BACKOFF.wait(tries, None, lambda: 0.5) for tries in range(1, 6)]

    assert waits == [1_000, 4_000, 16_000, 60_000, 60_000]


def test_a_job_is_tried_six_times() -> None:
    assert [BACKOFF.allows_another(tries) for tries in (1, 5, 6, 7)] == [True, True, False, False]


@given(st.sampled_from(["callback", "polling"]), st.integers(0, 500), st.integers(0, POLL_FOR))
def test_a_status_is_asked_for_ever_more_rarely(watched: str, polls: int, age: int) -> None:
    first, second = next_poll(watched, polls, age), next_poll(watched, polls + 1, age)

    assert first is not None
    assert second is not None
    assert first <= second <= MISSED_AFTER[-1]


def test_a_status_is_not_asked_for_once_twilio_has_given_the_message_up() -> None:
    assert next_poll("polling", 3, POLL_FOR) is not None
    assert next_poll("polling", 3, POLL_FOR + 1) is None


def test_the_questions_of_one_message_are_few() -> None:
    assert all(earlier < later for earlier, later in pairwise(POLL_AFTER))
    assert sum(POLL_AFTER) + 10 * POLL_AFTER[-1] > POLL_FOR  # some twenty in eleven hours
