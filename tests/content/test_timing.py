"""When a message may leave: how instants are read, and which are refused."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from ringback.actions import find
from ringback.actions.send_message import SendMessage
from ringback.clock import iso, milliseconds
from ringback.content.timing import DAY, FURTHEST, MINUTE, rank, untimely
from ringback.errors import InvalidInput
from ringback.inputs import validated

NOON = "2026-11-24T12:00:00Z"
NOW = milliseconds(datetime(2026, 11, 24, 12, tzinfo=UTC))
POOL = "MG" + "1" * 32
HI: dict[str, Any] = {"to": "+14155550123", "sender": "+14155550101", "body": "Hi"}


def said(inputs: dict[str, Any]) -> dict[str, str]:
    """What is wrong with the inputs of a text, by field."""
    with pytest.raises(InvalidInput) as refusal:
        validated(SendMessage, HI | inputs)
    return {bad.field: bad.message for bad in refusal.value.errors}


@pytest.mark.parametrize(
    "given",
    [
        NOON,
        " 2026-11-24T12:00:00.000+00:00 ",
        "2026-11-24T13:00:00+01:00",
        "2026-11-24 07:00:00-05:00",
        datetime(2026, 11, 24, 13, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_one_instant_is_the_same_input_however_it_is_written(given: Any) -> None:
    wanted = SendMessage.model_validate(HI | {"send_at": given})

    assert wanted.send_at == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert wanted.model_dump(mode="json")["send_at"] == NOON


@pytest.mark.parametrize("given", ["2026-11-24T12:00:00", "2026-11-24", datetime(2026, 11, 24)])  # noqa: DTZ001 - the point
def test_an_instant_without_its_offset_is_refused_with_the_remedy(given: object) -> None:
    message = said({"send_at": given})["send_at"]

    assert "Add its offset: 2026-11-24T" in message
    assert message.endswith("Z.")


@pytest.mark.parametrize("given", ["soon", 1_795_000_000, "", "9999-12-31T23:59:59-10:00", True, []])
def test_what_is_no_instant_is_told_how_to_write_one(given: object) -> None:
    assert "Write an instant like" in said({"expires_at": given})["expires_at"]


@pytest.mark.parametrize("expires_at", [NOON, "2026-11-24T11:59:59Z"])
def test_a_message_expires_after_it_is_to_be_sent(expires_at: str) -> None:
    assert "after send_at" in said({"send_at": NOON, "expires_at": expires_at})["expires_at"]


def test_twilio_keeps_messages_of_a_messaging_service_only() -> None:
    by_twilio = {"send_at": NOON, "scheduled_by": "twilio"}

    assert "only for a Messaging Service" in said(by_twilio)["scheduled_by"]
    assert SendMessage.model_validate(HI | by_twilio | {"sender": POOL}).scheduled_by == "twilio"


def test_twilio_keeps_nothing_without_an_instant() -> None:
    assert "Give it as send_at" in said({"sender": POOL, "scheduled_by": "twilio"})["scheduled_by"]


def test_a_bad_field_is_not_blamed_on_another() -> None:
    by_twilio = {"scheduled_by": "twilio", "send_at": "soon", "sender": "MG12345678901"}

    assert set(said(by_twilio | {"expires_at": NOON})) == {"send_at", "sender"}


def test_words_that_are_none_of_the_choices_are_answered_with_them() -> None:
    found = said({"priority": "high", "scheduled_by": "me"})

    assert found == {
        "priority": "Must be one of 'one_time_code', 'normal', 'bulk'.",
        "scheduled_by": "Must be one of 'ringback', 'twilio'.",
    }


def test_codes_go_before_messages_and_those_before_bulk() -> None:
    send, verify = find("SendMessage"), find("SendVerify")
    messages = [
        SendMessage.model_validate(HI | {"priority": name}) for name in ("one_time_code", "normal", "bulk")
    ]

    assert [rank(send, wanted) for wanted in messages] == [10, 0, -10]
    assert rank(verify, object()) == 10
    assert rank(find("CancelMessage"), object()) == 0


def late(world: int | None = None, **inputs: Any) -> dict[str, str]:
    return {bad.field: bad.message for bad in untimely(inputs, NOW, world)}


def test_what_is_past_is_refused_and_what_is_to_come_is_not() -> None:
    assert "is past" in late(send_at=iso(NOW))["send_at"]
    assert "send at once" in late(send_at=iso(NOW - 1))["send_at"]
    assert "is past" in late(expires_at=iso(NOW))["expires_at"]
    assert late(send_at=iso(NOW + 1), expires_at=iso(NOW + 2)) == {}


def test_ringback_keeps_a_message_for_a_year() -> None:
    assert late(send_at=iso(NOW + FURTHEST)) == {}
    assert f"Give {iso(NOW + FURTHEST)} at the latest" in late(send_at=iso(NOW + FURTHEST + 1))["send_at"]


@pytest.mark.parametrize("ahead", [15 * MINUTE - 1, 35 * DAY + 1, -DAY])
def test_twilio_keeps_a_message_from_15_minutes_to_35_days_of_its_own_world(ahead: int) -> None:
    world = NOW + 400 * DAY

    assert (
        "from 15 minutes to 35 days"
        in late(world, send_at=iso(world + ahead), scheduled_by="twilio")["send_at"]
    )
    for good in (15 * MINUTE, 35 * DAY):
        assert late(world, send_at=iso(world + good), scheduled_by="twilio") == {}


def test_where_nobody_knows_the_time_at_twilio_twilio_decides() -> None:
    assert late(None, send_at=iso(NOW - DAY), scheduled_by="twilio") == {}


def test_what_cannot_be_read_is_nobody_elses_to_refuse() -> None:
    assert late(send_at="soon", expires_at=None, scheduled_by=7) == {}
