"""Statuses only move forward."""

from hypothesis import given
from hypothesis import strategies as st

from ringback.store.statuses import ORDER, SETTLED, moves_forward

STATUSES = st.lists(st.sampled_from([*ORDER, "a_word_twilio_adds"]), max_size=12)


@given(STATUSES)
def test_no_order_of_reports_leaves_a_settled_failure(reports: list[str]) -> None:
    present, was_final = "queued", None
    for status in reports:
        if moves_forward(present, status):
            present = status
        if present in SETTLED - {"delivered", "partially_delivered"}:
            was_final = was_final or present

    assert was_final is None or present == was_final


@given(STATUSES)
def test_the_same_reports_twice_leave_what_they_left_once(reports: list[str]) -> None:
    def after(statuses: list[str]) -> str:
        present = "queued"
        for status in statuses:
            present = status if moves_forward(present, status) else present
        return present

    assert after([status for status in reports for _ in range(2)]) == after(reports)


def test_read_follows_delivered_and_nothing_follows_read() -> None:
    assert moves_forward("delivered", "read")
    assert not moves_forward("read", "delivered")
    assert not moves_forward("delivered", "failed")
    assert not moves_forward("sent", "queued")
