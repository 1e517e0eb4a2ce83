"""How many requests of an account may be in the air: narrowed by 20429, widened by answers."""

import pytest

from ringback.outbox.flights import CALM, LONGEST_WAIT, NEXT, RECENT, SHORTEST_WAIT, SOON, Flights, Room


class Hand:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


def narrow(start: int = 8, most: int = 16) -> tuple[Flights, Hand]:
    clock = Hand()
    return Flights(clock, Room(start=start, most=most)), clock


def test_no_more_board_than_there_is_room_for() -> None:
    flights, clock = narrow(start=2)

    assert [flights.board("a", name) for name in "123"] == [None, None, SHORTEST_WAIT]
    flights.land("a", clock())
    assert flights.board("a", "3") is None


def test_the_more_are_turned_away_the_longer_they_stay_away() -> None:
    flights, _ = narrow(start=1)
    flights.board("a", "0")

    waits = [flights.board("a", str(number)) or 0 for number in range(1, 101)]

    assert waits == sorted(waits)
    assert (waits[0], waits[9], waits[-1]) == (SHORTEST_WAIT, 10, LONGEST_WAIT)


def test_a_job_that_is_turned_away_again_and_again_is_one() -> None:
    flights, _ = narrow(start=1)
    flights.board("a", "0")

    waits = [flights.board("a", "1") for _ in range(50)]

    assert set(waits) == {SHORTEST_WAIT}


def test_nobody_waits_once_all_who_did_have_flown() -> None:
    flights, clock = narrow(start=1)
    flights.board("a", "0")
    for _ in range(50):
        flights.board("a", "1")

    flights.land("a", clock())
    flights.board("a", "1")
    flights.land("a", clock())

    assert flights.take_free("a")


def test_who_never_comes_again_keeps_nobody_waiting() -> None:
    flights, clock = narrow(start=1)
    flights.board("a", "0")
    flights.board("a", "run by another process")
    flights.land("a", clock())
    assert not flights.take_free("a")

    clock.now += 61_000

    assert flights.take_free("a")


def test_where_requests_are_quick_the_waits_are_short() -> None:
    flights, clock = narrow(start=1)
    for number in range(200):
        flights.board("a", f"waiting {number}")
    for number in range(100):
        boarded_at = clock()
        clock.now += 10
        flights.land("a", boarded_at)
        flights.board("a", f"quick {number}")

    assert flights.board("a", "waiting 7") == pytest.approx(2.0, abs=0.1)  # 200, a hundredth of a second each


def test_a_code_takes_the_next_seat_before_all_who_wait() -> None:
    flights, clock = narrow(start=1)
    for number in range(200):
        flights.board("a", str(number))

    assert flights.board("a", "code", 10) == SOON
    flights.land("a", clock())

    assert flights.board("a", "7") is not None
    assert flights.board("a", "code", 10) is None


def test_a_code_that_comes_anew_waits_for_codes_alone() -> None:
    flights, clock = narrow(start=1)
    for number in range(20):
        flights.board("a", str(number))
    flights.land("a", clock())

    assert not flights.take_free("a")
    assert flights.take_free("a", 10)
    flights.board("a", "code", 10)
    flights.land("a", clock())
    assert not flights.take_free("a", 10)


def test_codes_keep_their_places_while_they_ask_again() -> None:
    flights, clock = narrow(start=1)
    flights.board("a", "0")
    waits = [flights.board("a", f"code {number}", 10) or 0 for number in range(20)]

    clock.now += 500

    assert [flights.board("a", f"code {number}", 10) for number in range(20)] == waits
    assert waits[:9] == [
        SOON,
        *[NEXT] * 7,
        8,
    ]  # a second each, but the next few ask before they are forgotten
    clock.now += 2_000  # who had to ask before has not
    assert flights.board("a", "code 19", 10) == pytest.approx(waits[19] - 8)


def test_a_code_that_another_process_has_sent_keeps_a_seat_for_a_second() -> None:
    flights, clock = narrow(start=1)
    flights.board("a", "0")
    flights.board("a", "code", 10)
    flights.land("a", clock())
    assert flights.board("a", "1") is not None

    clock.now += 1_001

    assert flights.board("a", "1") is None


def test_each_account_has_room_of_its_own() -> None:
    flights, _ = narrow(start=1)
    flights.board("a", "1")

    assert flights.board("b", "2") is None
    assert flights.board("a", "3") is not None


def test_an_account_beside_others_leaves_them_some_of_the_room() -> None:
    clock = Hand()
    flights = Flights(clock, Room(start=6, most=6, beside_others=4))

    assert [flights.take_free("a") for _ in range(7)] == [True] * 6 + [False]
    assert [flights.take_free("b") for _ in range(5)] == [True] * 4 + [False]
    flights.land("a", clock())
    assert not flights.take_free("a")

    clock.now += RECENT
    assert flights.take_free("a")


def test_too_many_halves_the_room() -> None:
    flights, _ = narrow()

    flights.turned_away("a")

    assert flights.limit("a") == 4
    assert flights.limit("b") == 8


def test_requests_that_left_together_are_turned_away_once() -> None:
    flights, clock = narrow()
    for _ in range(5):
        flights.turned_away("a")
    assert flights.limit("a") == 4

    clock.now += CALM
    flights.turned_away("a")

    assert flights.limit("a") == 2


def test_twilios_own_count_of_the_account_is_believed_where_it_is_lower() -> None:
    flights, clock = narrow()
    flights.turned_away("a", 6)
    assert flights.limit("a") == 3

    clock.now += CALM
    flights.turned_away("a", 500)

    assert flights.limit("a") == 1


def test_there_is_always_room_for_one() -> None:
    flights, clock = narrow()
    for _ in range(10):
        clock.now += CALM
        flights.turned_away("a")

    assert flights.limit("a") == 1
    assert flights.board("a", "1") is None


def fill(flights: Flights) -> None:
    while flights.take_free("a"):
        pass


def test_answers_widen_the_room_again_by_one_a_roomful() -> None:
    flights, _ = narrow()
    fill(flights)
    flights.turned_away("a")
    for _ in range(5):
        flights.answered("a")
    assert flights.limit("a") == 5

    for _ in range(500):
        fill(flights)
        flights.answered("a")

    assert flights.limit("a") == 16


def test_a_room_that_is_not_used_is_not_widened() -> None:
    flights, _ = narrow()
    flights.take_free("a")

    for _ in range(500):
        flights.answered("a")

    assert flights.limit("a") == 8
