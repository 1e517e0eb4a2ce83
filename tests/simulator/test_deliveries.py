"""Webhooks on their way: retries, overrides, redirects, cookies, hostile receivers, signatures explained."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local, Receiver, receiving
from twilio.request_validator import (  # type: ignore[import-untyped] # has no types
    RequestValidator,
    get_signature_algorithm,
)

from twilio_simulator.clock import stopwatch
from twilio_simulator.exchange import Reply, Severed

pytestmark = pytest.mark.anyio
Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]
EMPTY = Reply(200, b"<Response/>", content_type="text/xml")


@contextlib.asynccontextmanager
async def behaving(behave: Behaviour) -> AsyncIterator[str]:
    """A server that reads a request and then does as it likes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await behave(writer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def listen(local: Local, url: str) -> None:
    await local.change(inbound_url=url)


async def text(local: Local, to: str | None = None, **more: object) -> Any:
    content = {"to": to or local.number, "body": "Hi"} | more
    return await local.does("POST", f"/phones/{HANDSET}/messages", content)


async def codes(local: Local) -> list[int]:
    return [one["code"] for one in (await local.does("GET", "/alerts"))["alerts"]]


async def test_a_receiver_that_answers_ten_megabytes_is_read_no_further_than_needed(local: Local) -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 10000000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x" * 10_000)
            sent += 10_000
            await writer.drain()

    async with behaving(flood) as url:
        await listen(local, url)
        told = await text(local)

    assert await codes(local) == [11750]
    assert len(told["webhook"]["response_body"]) <= 4096
    assert sent < 10_000_000


async def test_an_endless_head_is_given_up(local: Local) -> None:
    async def ramble(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for index in range(100_000):
            writer.write(f"X-{index}: {'x' * 100}\r\n".encode())
            await writer.drain()

    async with behaving(ramble) as url:
        await listen(local, url)
        started = stopwatch()
        await text(local)

    assert stopwatch() - started < 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", 11200),
        (b"SSH-2.0-OpenSSH\r\n\r\n", 11206),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n0\r\n\r\n", 11206),
    ],
)
async def test_a_receiver_that_crashes_or_talks_nonsense_is_told(
    local: Local, answer: bytes, code: int
) -> None:
    async def crash(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async with behaving(crash) as url:
        await listen(local, url)
        await text(local)

    assert await codes(local) == [code]


async def test_a_receiver_that_never_answers_stalls_nobody_else(local: Local, receiver: Receiver) -> None:
    await local.change(progress="immediate")
    async with receiving() as silent:
        silent.answers = [asyncio.get_running_loop().create_future() for _ in range(200)]
        for _ in range(200):
            await local.sent(StatusCallback=silent.url)
        started = stopwatch()
        await local.sent(StatusCallback=receiver.url)
        await listen(local, receiver.url)
        await text(local)

        assert stopwatch() - started < 1
        assert len(receiver.got) >= 1
        await local.does("POST", "/reset")


async def test_redirects_are_followed_as_get_without_parameters(local: Local, receiver: Receiver) -> None:
    moved = [Reply(status, b"", "Location: /there?a=1\r\n") for status in (302, 307)]
    receiver.answers = [moved[0], moved[1], EMPTY]
    await listen(local, f"{receiver.url}/here")

    told = await text(local)

    assert [one.path for one in receiver.got] == ["/here", "/there?a=1", "/there?a=1"]
    assert receiver.got[1].parameters == []
    assert "content-type" not in receiver.got[1].headers
    assert RequestValidator(local.token).validate(
        f"{receiver.url}/there?a=1", {}, receiver.got[1].headers["x-twilio-signature"]
    )
    assert told["webhook"]["response_status"] == 200


async def test_redirects_end_somewhere(local: Local, receiver: Receiver) -> None:
    receiver.answers = [Reply(301, b"", "Location: /again\r\n") for _ in range(30)]
    await listen(local, f"{receiver.url}/here")

    await text(local)

    assert await codes(local) == [11215]
    assert len(receiver.got) == 11


async def test_a_redirect_does_not_lead_beyond_this_machine(local: Local, receiver: Receiver) -> None:
    receiver.answers = [Reply(302, b"", "Location: http://example.org/\r\n")]
    await listen(local, receiver.url)

    told = await text(local)

    assert (told["webhook"]["state"], told["webhook"]["messages"]) == ("blocked", [])
    assert "--allow-webhooks-to example.org" in told["webhook"]["error"]


async def test_cookies_come_back_for_four_hours_and_one_pair(local: Local, receiver: Receiver) -> None:
    cookies = "Set-Cookie: step=2; Path=/\r\nSet-Cookie: name=Ada\r\n"
    receiver.answers = [Reply(200, b"<Response/>", cookies, "text/xml")]
    await listen(local, receiver.url)

    await text(local)
    await text(local)
    await local.does("POST", "/phones/+14155550177/messages", {"to": local.number, "body": "Somebody else"})
    await local.advance(4 * 3600 + 1)
    await text(local)

    sent = [one.headers.get("cookie") for one in receiver.got]
    assert sent == [None, "step=2; name=Ada", None, None]


async def test_a_cookie_can_be_taken_back(local: Local, receiver: Receiver) -> None:
    receiver.answers = [
        Reply(200, b"<Response/>", "Set-Cookie: a=1\r\n", "text/xml"),
        Reply(200, b"<Response/>", "Set-Cookie: a=; Max-Age=0\r\n", "text/xml"),
    ]
    await listen(local, receiver.url)
    for _ in range(3):
        await text(local)

    assert [one.headers.get("cookie") for one in receiver.got] == [None, "a=1", None]


@pytest.mark.parametrize(
    ("overrides", "answers", "tries"),
    [
        ("", [500], 1),
        ("#rc=3", [500, 500], 1),
        ("#rc=3&rp=all", [500, 404, 503], 4),
        ("#rc=2&rp=4xx", [404, 500], 2),
        ("#rc=2&rp=4xx,5xx", [404, 500], 3),
        ("#rc=0&rp=all", [500], 1),
    ],
)
async def test_the_fragment_says_what_is_tried_again(
    local: Local, receiver: Receiver, overrides: str, answers: list[int], tries: int
) -> None:
    receiver.answers = [Reply(status, b"") for status in answers]
    await listen(local, f"{receiver.url}{overrides}")

    told = await text(local)

    assert told["webhook"]["tries"] == len(receiver.got) == tries
    assert len({one.headers["i-twilio-idempotency-token"] for one in receiver.got}) == 1
    given, fields = receiver.got[0].headers["x-twilio-signature"], receiver.got[0].fields
    assert RequestValidator(local.token).validate(receiver.url, fields, given)


async def test_a_read_timeout_is_tried_again_on_demand(local: Local, receiver: Receiver) -> None:
    never: asyncio.Future[Reply | Severed] = asyncio.get_running_loop().create_future()
    receiver.answers = [never, EMPTY]
    await listen(local, f"{receiver.url}#rt=100&rp=rt")

    told = await text(local)

    assert (told["webhook"]["tries"], told["webhook"]["state"]) == (2, "answered")


async def test_the_total_time_ends_all_tries(local: Local, receiver: Receiver) -> None:
    loop = asyncio.get_running_loop()
    receiver.answers = [loop.create_future() for _ in range(6)]
    await listen(local, f"{receiver.url}#rt=200&tt=300&rp=all&rc=5")

    told = await text(local)

    assert told["webhook"]["tries"] == 2
    assert told["webhook"]["error"].startswith("11203")


async def test_a_wrong_retry_policy_is_told_and_the_default_holds(local: Local, receiver: Receiver) -> None:
    receiver.answers = [Reply(500, b"")]
    await listen(local, f"{receiver.url}#rp=sometimes")

    told = await text(local)

    assert await codes(local) == [11243, 11200]
    assert told["webhook"]["tries"] == 1


async def test_texts_of_one_pair_arrive_in_order(local: Local, receiver: Receiver) -> None:
    first: asyncio.Future[Reply | Severed] = asyncio.get_running_loop().create_future()
    receiver.answers = [first]
    await listen(local, receiver.url)
    for body in ("One", "Two", "Three"):
        await text(local, body=body, wait=False)
    await asyncio.sleep(0.05)
    before = [one.fields["Body"] for one in receiver.got]

    first.set_result(EMPTY)
    await local.simulator.webhooks.settled()

    assert before == ["One"]
    assert [one.fields["Body"] for one in receiver.got] == ["One", "Two", "Three"]


async def test_a_text_may_be_overtaken_by_the_next(local: Local, receiver: Receiver) -> None:
    await local.does(
        "POST", "/faults", {"match": {"webhook": "inbound", "body": "One"}, "do": [{"kind": "reorder"}]}
    )
    await listen(local, receiver.url)
    for body in ("One", "Two"):
        await text(local, body=body)
    await local.simulator.webhooks.settled()

    assert [one.fields["Body"] for one in receiver.got] == ["Two", "One"]


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (
            {"button": {"text": "Yes", "payload": "y", "type": "ACTION"}},
            "interactive",
            {"ButtonText": "Yes", "ButtonPayload": "y", "ButtonType": "ACTION"},
        ),
        ({"list_reply": {"id": "7", "title": "Row"}}, "interactive", {"ListId": "7", "ListTitle": "Row"}),
        (
            {"body": "", "location": {"latitude": 52.5, "longitude": 13.4, "label": "Here"}},
            "location",
            {"Latitude": "52.5", "Longitude": "13.4", "Label": "Here"},
        ),
        ({"forwarded": True}, "text", {"Forwarded": "true", "ReferralNumMedia": "0"}),
    ],
)
async def test_whatsapp_says_more_than_text(
    local: Local, receiver: Receiver, content: dict[str, object], kind: str, expected: dict[str, str]
) -> None:
    await listen(local, receiver.url)

    await text(local, local.whatsapp, **content)

    fields = receiver.got[0].fields
    assert fields["MessageType"] == kind
    assert {name: fields.get(name) for name in expected} == expected


async def test_an_answer_names_what_it_answers(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver.url)
    await text(local, local.whatsapp)
    sent = await local.sent(To=f"whatsapp:{HANDSET}", From=local.whatsapp)

    await text(local, local.whatsapp, replied_to=sent["sid"])
    wrong = await local.control(
        "POST", f"/phones/{HANDSET}/messages", {"to": local.whatsapp, "body": "Hi", "replied_to": "SM1"}
    )

    fields = receiver.got[-1].fields
    assert fields["OriginalRepliedMessageSid"] == sent["sid"]
    assert fields["OriginalRepliedMessageSender"] == local.whatsapp
    assert wrong.json["errors"][0]["field"] == "replied_to"


async def test_texts_tell_where_the_numbers_are_at_home(local: Local, receiver: Receiver) -> None:
    await listen(local, receiver.url)

    await text(local)

    fields = receiver.got[0].fields
    assert (fields["FromCity"], fields["FromState"], fields["FromZip"]) == ("SAN FRANCISCO", "CA", "94103")
    assert fields["ToCountry"] == "US"


async def test_a_signing_key_signs_by_sha256(local: Local, receiver: Receiver) -> None:
    key = await local.does("POST", f"/accounts/{local.sid}/signing-key")
    await local.sent(StatusCallback=receiver.url)
    await local.advance(5)

    got = receiver.got[0]
    settings = got.headers["x-twilio-webhooks-signature-settings"]
    assert settings == f"key={key['id']},algorithm=HMAC_SHA256"
    assert RequestValidator(key["secret"]).validate(
        receiver.url, got.fields, got.headers["x-twilio-signature"], get_signature_algorithm(settings)
    )
    await local.does("DELETE", f"/accounts/{local.sid}/signing-key")
    assert (await local.control("DELETE", f"/accounts/{local.sid}/signing-key")).status == 404
    await local.sent(StatusCallback=receiver.url)
    await local.advance(5)
    assert "x-twilio-webhooks-signature-settings" not in receiver.got[-1].headers


async def explain(local: Local, **claim: object) -> Any:
    return await local.does("POST", "/webhooks/verify", claim)


async def test_a_right_signature_is_explained_step_by_step(local: Local, receiver: Receiver) -> None:
    await local.sent(StatusCallback=f"{receiver.url}/a#rc=2")
    await local.advance(5)
    got = receiver.got[0]

    told = await explain(
        local,
        url=f"{receiver.url}/a",
        parameters=got.parameters,
        signature=got.headers["x-twilio-signature"],
    )

    assert told["valid"] is True
    assert len(told["steps"]) == 4
    assert told["expected"] == got.headers["x-twilio-signature"]
    assert told["signed_text"].startswith(f"{receiver.url}/aAccountSidAC")
    attempt = (await local.does("GET", "/webhooks"))["webhooks"][0]
    assert (await explain(local, webhook=attempt["id"]))["valid"] is True
    assert attempt["signed_text"] == told["signed_text"]


@pytest.mark.parametrize(
    ("url", "parameters", "hint"),
    [
        ("http://127.0.0.1:9/in/", {"A": "1"}, "without the slash"),
        ("https://127.0.0.1:9/in", {"A": "1"}, "ended TLS"),
        ("http://127.0.0.1:9/in", {"A": "2"}, "No known mistake"),
        ("http://localhost:9/in", {"A": "1"}, "names the host 127.0.0.1"),
    ],
)
async def test_a_wrong_signature_is_explained(
    local: Local, url: str, parameters: dict[str, str], hint: str
) -> None:
    given = RequestValidator(local.token).compute_signature("http://127.0.0.1:9/in", {"A": "1"})

    told = await explain(local, url=url, parameters=parameters, signature=given)

    assert told["valid"] is False
    assert hint in told["verdict"]


async def test_a_rotated_token_is_recognised(local: Local) -> None:
    given = RequestValidator(local.token).compute_signature("http://127.0.0.1/in", {"A": "1"})
    await local.change(tokens="rotate")

    told = await explain(local, url="http://127.0.0.1/in", parameters={"A": ["1"]}, signature=given)

    assert "rotated away" in told["verdict"]


async def test_the_hash_of_a_json_body_counts(local: Local) -> None:
    url = f"http://127.0.0.1/in?bodySHA256={'0' * 64}"
    given = RequestValidator(local.token).compute_signature(url, {})

    told = await explain(local, url=url, signature=given, body="{}", account=local.sid)

    assert told["valid"] is False
    assert "not the one that was signed" in told["verdict"]


@pytest.mark.parametrize(
    ("claim", "field"),
    [
        ({"parameters": {}}, "url"),
        ({"url": "http://a", "signature": "x", "parameters": [1]}, "parameters"),
        ({"url": "http://a", "signature": "x", "account": "AC1"}, "account"),
        ({"webhook": "webhook-99"}, "webhook"),
    ],
)
async def test_a_claim_that_cannot_be_explained_is_refused(
    local: Local, claim: dict[str, object], field: str
) -> None:
    answer = await local.control("POST", "/webhooks/verify", claim)

    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == field
