from dataclasses import replace

import pytest
from starlette.types import Message, Receive, Scope, Send
from tests.http.outside import ADA, Api, served
from tests.postgres import PostgresServer

from ringback.http.problems import NoTraceback
from ringback.settings import Settings

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"


async def test_malformed_json_is_told_by_its_place(api: Api) -> None:
    answer = await api.post("/v1/actions/SendMessage", data='{\n  "to": oops}', headers=JSON)

    assert answer.status == answer.body["status"] == 400
    assert answer.headers["Content-Type"] == PROBLEM
    assert "line 2, column 9" in answer.body["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"\xff\xfe", b'{"to": "\\ud800"}', b"{" * 5000], ids=lambda body: str(body[:8])
)
async def test_a_body_that_is_no_json_is_a_bad_request(api: Api, body: bytes) -> None:
    answer = await api.post("/v1/actions/SendMessage", data=body, headers=JSON)

    assert answer.status == 400


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null"])
async def test_json_that_is_no_object_is_bad_input(api: Api, body: str) -> None:
    answer = await api.post("/v1/actions/SendMessage", data=body, headers=JSON)

    assert answer.status == 422
    assert answer.fields == {"body"}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_form_of_another_site_can_send_is_not_read(api: Api, kind: str) -> None:
    answer = await api.post("/v1/actions/SendMessage", data=b"{}", headers={"Content-Type": kind})

    assert answer.status == 415
    assert kind in answer.body["detail"]
    assert "application/json" in answer.body["detail"]


async def test_json_by_its_other_names_is_read(shop: Api) -> None:
    for kind in ("application/json; charset=utf-8", "application/merge-patch+json", "Application/JSON"):
        answer = await shop.ask("PATCH", "/v1/accounts/shop", data=b"{}", headers={"Content-Type": kind})

        assert answer.status == 200


async def test_a_large_body_is_refused_by_its_declared_length(api: Api) -> None:
    answer = await api.post("/v1/actions/SendMessage", data=b" " * 1_000_001, headers=JSON)

    assert answer.status == 413
    assert "1,000,000 bytes" in answer.body["detail"]


async def test_a_large_body_without_a_length_is_refused_on_the_way(api: Api) -> None:
    async def endless() -> object:
        for _ in range(1_100):
            yield b" " * 1_000

    answer = await api.post("/v1/actions/SendMessage", data=endless(), headers=JSON)

    assert answer.status == 413


async def test_an_unknown_address_is_a_problem_that_names_the_list(api: Api) -> None:
    answer = await api.get("/v1/messages")

    assert answer.status == 404
    assert answer.headers["Content-Type"] == PROBLEM
    assert "/v1/messages" in answer.body["detail"]
    assert "/docs" in answer.body["detail"]


async def test_a_wrong_method_is_told_which_ones_work(api: Api) -> None:
    answer = await api.ask("PUT", "/v1/jobs")

    assert answer.status == 405
    assert answer.headers["Allow"] == "GET"
    assert answer.headers["Content-Type"] == PROBLEM
    assert "GET" in answer.body["detail"]


async def test_a_slash_too_many_is_not_found_rather_than_sent_elsewhere(api: Api) -> None:
    assert (await api.get("/v1/jobs/")).status == 404


async def test_odd_names_in_addresses_are_not_found(api: Api) -> None:
    for name in ("..%2f..%2fetc", "%00", "a" * 5_000, "__init__", "%F0%9F%98%80"):
        assert (await api.get(f"/v1/actions/{name}")).status == 404
        assert (await api.get(f"/v1/jobs/{name}")).status == 404


@pytest.mark.parametrize(
    "path", ["/v1/jobs/a%00b", "/v1/jobs?to=a%00b", "/v1/accounts/a%00b", "/v1/senders?account=a%00b"]
)
async def test_a_nul_which_postgres_keeps_nowhere_is_the_callers_mistake(
    settings: Settings, postgres: PostgresServer, path: str
) -> None:
    async with postgres.database() as url, served(replace(settings, database=url), dispatch=False) as api:
        answer = await api.get(path)

    assert answer.status == 422
    assert "NUL" in answer.body["errors"][0]["message"]


async def test_a_stranger_with_a_nul_is_refused_and_breaks_nothing(
    settings: Settings, postgres: PostgresServer
) -> None:
    public = replace(settings, public_url="https://ringback.example.org")
    async with postgres.database() as url, served(replace(public, database=url), dispatch=False) as api:
        answer = await api.post("/hooks/a%00b/status/job_1/1", key=None)

    assert answer.status == 422


async def test_no_text_of_a_person_breaks_a_send(shop: Api) -> None:
    for body in ("\x00", "😀" * 300, "\u202e", "{{{{not a keyword}}}}"):
        answer = await shop.run("SendMessage", {"to": ADA, "body": body})

        assert answer.status < 500


async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ZeroDivisionError("the code is 123456")


async def test_what_nobody_foresaw_is_a_500_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": f"/x/{ADA}", "headers": []}
    await NoTraceback(broken)(scope, receive, send)

    assert sent[0]["status"] == 500
    shown = sent[1]["body"].decode() + caplog.text
    assert "ZeroDivisionError" in shown
    assert "ZeroDivisionError" not in sent[1]["body"].decode()
    assert "123456" not in shown
    assert ADA not in shown
