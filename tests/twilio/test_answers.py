"""From an answer to a verdict: each row is one thing that Twilio, or something before it, may say."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import Failure, NotSent, OutcomeUnknown, Refused, Verdict
from ringback.twilio.answers import content, failure, verdict
from ringback.twilio.transport import Request, Response

POST = Request("POST", "https://api.twilio.com/Messages.json", {}, b"", read=False)
GET = Request("GET", "https://api.twilio.com/Messages.json", {}, b"", read=True)
JSON = {"content-type": "application/json;charset=utf-8"}
PAGE = b"<html><body>secret words of a proxy</body></html>"


def said(status: int, code: int | None = None, message: str = "", **headers: str) -> Response:
    body = {"code": code, "message": message, "more_info": "", "status": status}
    return Response(
        status, JSON | {k.replace("_", "-"): v for k, v in headers.items()}, json.dumps(body).encode()
    )


VERDICTS = [
    (400, 21211, Refused),
    (400, 21611, NotSent),
    (400, None, Refused),
    (401, 20003, Refused),
    (403, 60605, Refused),
    (404, 20404, Refused),
    (408, None, OutcomeUnknown),
    (429, 20429, NotSent),
    (429, None, NotSent),
    (429, 60212, NotSent),
    (429, 60202, Refused),
    (429, 60203, Refused),
    (429, 60728, Refused),
    (429, 63018, Refused),
    (500, 20500, OutcomeUnknown),
    (503, 20503, OutcomeUnknown),
    (503, 20429, OutcomeUnknown),
    (502, None, OutcomeUnknown),
    (302, None, OutcomeUnknown),
    (307, None, OutcomeUnknown),
    (101, None, OutcomeUnknown),
    (799, None, OutcomeUnknown),
]


def test_a_rate_limit_of_the_verify_service_is_a_refusal_that_carries_the_time() -> None:
    headers = {"twilio_reached_rate_limit": "per_user", "retry_after": "15"}
    failed = failure(POST, said(429, 20429, "Too many requests", **headers))

    assert isinstance(failed, Refused)
    assert (failed.fault.field, failed.fault.retry_after) == ("rate_limits", 15)
    assert "rate limit of the Verify service" in str(failed.fault.cause)
    assert isinstance(failure(POST, said(429, 20429, "No.", twilio_reached_rate_limit="")), NotSent)


@pytest.mark.parametrize(
    ("status", "header", "counted"),
    [(429, "117", 117), (429, "", None), (429, "many", None), (400, "117", None)],
)
def test_a_429_tells_how_many_requests_of_the_account_twilio_counts(
    status: int, header: str, counted: int | None
) -> None:
    failed = failure(POST, said(status, 20429, "No.", twilio_concurrent_requests=header))

    assert failed.fault.concurrent_requests == counted


@pytest.mark.parametrize(("status", "code", "kind"), VERDICTS)
def test_the_verdict_follows_from_status_and_code(status: int, code: int | None, kind: type[Failure]) -> None:
    failed = failure(POST, said(status, code, "No."))

    assert type(failed) is kind
    assert failed.fault.http_status == status
    assert failed.fault.code == code


@pytest.mark.parametrize("status", [302, 408, 500, 502, 503])
def test_a_read_has_no_unknown_outcome(status: int) -> None:
    assert type(failure(GET, said(status))) is NotSent


@given(st.integers(100, 999), st.none() | st.integers(0, 99999))
def test_only_what_is_certain_is_refused_or_not_sent(status: int, code: int | None) -> None:
    if verdict(status, code) is not Verdict.UNKNOWN:
        assert 400 <= status < 500


def test_a_success_is_its_object() -> None:
    assert content(POST, Response(201, JSON, b'{"sid": "SM1"}')) == {"sid": "SM1"}
    assert content(POST, Response(204, {}, b"")) == {}


@pytest.mark.parametrize("body", [b"", b"{", PAGE, b"[1]", b"null", b'"sid"'])
def test_a_success_that_cannot_be_read_is_unknown(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        content(POST, Response(201, JSON, body))


def test_a_read_that_cannot_be_read_changed_nothing() -> None:
    with pytest.raises(NotSent):
        content(GET, Response(200, JSON, b"{"))


def test_twilios_own_words_are_kept_and_ours_explain_them() -> None:
    fault = failure(POST, said(400, 21608, "The number +1500555XXXX is unverified.")).fault

    assert fault.message == "The number +1500555XXXX is unverified."
    assert fault.cause == "A trial account sends only to numbers that were verified for it."
    assert "Verify the recipient's number" in str(fault.remedy)
    assert fault.field == "to"


def test_our_words_stand_in_where_twilio_has_none() -> None:
    assert failure(POST, said(400, 21610)).message == "The recipient has opted out."


def test_a_code_nobody_explained_is_still_an_error_to_look_up() -> None:
    fault = failure(POST, said(400, 99999, "Something new.")).fault

    assert fault.message == "Something new."
    assert "error dictionary" in str(fault.remedy)


def test_the_new_kind_of_error_is_read_as_well() -> None:
    problem = {
        "type": "https://www.twilio.com/docs/errors/99998",
        "title": "Bad Request",
        "status": 400,
        "code": 99998,
        "detail": "The template is not valid.",
        "errors": [{"detail": "is missing", "pointer": "#/language"}, "odd"],
    }
    fault = failure(POST, Response(400, JSON, json.dumps(problem).encode())).fault

    assert fault.message == "The template is not valid."
    assert fault.code == 99998
    assert fault.cause == "#/language: is missing"


@pytest.mark.parametrize(
    ("status", "headers", "body", "sentence"),
    [
        (502, {"content-type": "text/html"}, PAGE, "Twilio answered 502 with a page instead of JSON."),
        (503, {}, b"", "Twilio answered 503 with nothing."),
        (500, JSON, b'{"oops": 1}', "Twilio answered 500 with JSON of no known form."),
        (403, {"content-type": "text/html"}, PAGE, "Twilio answered 403 with a page instead of JSON."),
        (201, {}, PAGE, "Twilio answered 201 with a page instead of JSON."),
    ],
)
def test_what_is_no_error_of_twilios_is_named_and_never_repeated(
    status: int, headers: dict[str, str], body: bytes, sentence: str
) -> None:
    failed = failure(POST, Response(status, headers, body))

    assert failed.message == sentence
    assert failed.fault.remedy
    assert "secret words" not in str(failed.fault.facts())


@pytest.mark.parametrize("code", [None, "20500", True, [1]])
def test_a_code_that_is_no_number_is_none(code: object) -> None:
    body = json.dumps({"code": code, "message": "Hm."}).encode()

    assert failure(POST, Response(500, JSON, body)).fault.code is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": " 0 "}, 0.0),
        ({"retry_after": "Mon, 23 Nov 2026 14:00:30 GMT", "date": "Mon, 23 Nov 2026 14:00:00 GMT"}, 30.0),
        ({"retry_after": "Mon, 23 Nov 2026 13:00:00 GMT", "date": "Mon, 23 Nov 2026 14:00:00 GMT"}, 0.0),
        ({"retry_after": "Mon, 23 Nov 2026 14:00:30 GMT"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-1"}, None),
        ({}, None),
    ],
)
def test_when_to_try_again_is_read_in_seconds(headers: dict[str, str], seconds: float | None) -> None:
    assert failure(POST, said(429, 20429, "Too Many Requests", **headers)).fault.retry_after == seconds


@pytest.mark.parametrize(("code", "seconds"), [(60202, 600.0), (60203, 600.0), (60728, 3600.0)])
def test_a_refusal_that_ends_by_itself_carries_the_time(code: int, seconds: float) -> None:
    assert failure(POST, said(429, code)).fault.retry_after == seconds
    assert failure(POST, said(429, code, retry_after="5")).fault.retry_after == 5.0


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("Invalid parameter: To", "to"),
        ("Invalid parameter `To`", "to"),
        ("Invalid parameter: Code", "code"),
        ("Invalid parameter: Channel", "channel"),
        ("Invalid parameter: Whatever", None),
        ("", None),
    ],
)
def test_the_parameter_that_verify_names_is_our_input(message: str, field: str | None) -> None:
    assert failure(POST, said(400, 60200, message)).fault.field == field


def test_the_gate_of_a_trial_is_told_from_wrong_credentials() -> None:
    gate = "This feature is not available on a Trial account. Please upgrade your account to gain access."

    assert "Upgrade the account" in str(failure(GET, said(401, 20003, gate)).fault.remedy)
    assert "Auth Token" in str(failure(GET, said(401, 20003, "Authenticate")).fault.remedy)


def test_twilios_request_id_is_kept() -> None:
    assert failure(POST, said(500, twilio_request_id="RQ1")).fault.request_id == "RQ1"


@given(st.integers(100, 999), st.binary(max_size=60), st.booleans())
def test_no_answer_whatever_makes_a_traceback(status: int, body: bytes, read: bool) -> None:  # noqa: FBT001
    failed = failure(GET if read else POST, Response(status, {}, body))

    assert failed.message
    assert failed.fault.remedy


@given(
    st.dictionaries(
        st.sampled_from(["code", "message", "detail", "title", "errors", "status"]),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
            ),
            max_leaves=5,
        ),
    )
)
def test_no_json_whatever_makes_a_traceback(body: dict[str, object]) -> None:
    failed = failure(POST, Response(500, JSON, json.dumps(body).encode()))

    assert isinstance(failed, OutcomeUnknown)
    assert failed.message
