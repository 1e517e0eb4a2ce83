"""The client against a server on loopback that records what it was sent."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pytest
from tests.twilio.loopback import Exchange, Loopback, serving

from ringback.errors import NotSent, OutcomeUnknown, Refused
from ringback.twilio import resources
from ringback.twilio.client import Credentials, Planned, Twilio
from ringback.twilio.hosts import Hosts
from ringback.twilio.rehearsal import Rehearsal, Rehearsed
from ringback.twilio.transport import Request, Response, open_transport

pytestmark = pytest.mark.anyio

AC, SM = "AC" + "1" * 32, "SM" + "2" * 32
CREDENTIALS = Credentials(AC, "SK" + "3" * 32, "the secret")
NOON = 1_795_435_200_000  # 2026-11-23T12:00:00Z

Answers = Mapping[str, tuple[int, object]]


@dataclass
class Api:
    """A Twilio to talk to, and what it was sent."""

    twilio: Twilio
    server: Loopback
    lines: list[str] = field(default_factory=list)

    @property
    def forms(self) -> list[list[tuple[str, str]]]:
        bodies = [request.partition(b"\r\n\r\n")[2].decode() for request in self.server.requests]
        return [parse_qsl(body, keep_blank_values=True) for body in bodies]


@asynccontextmanager
async def api(answers: Answers) -> AsyncIterator[Api]:
    """Answers each request line (`GET /path`) from the table; anything else is a 404 of Twilio's."""
    lines: list[str] = []

    async def behaviour(exchange: Exchange) -> None:
        while True:
            asked = await exchange.receive()
            lines.append(asked.split(b" HTTP/1.1")[0].decode())
            status, body = answers.get(
                lines[-1], (404, {"code": 20404, "message": "not found", "status": 404})
            )
            text = body if isinstance(body, str) else json.dumps(body)
            head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(text)}"
            await exchange.answer(f"{head}\r\n\r\n{text}".encode())

    async with serving(behaviour) as server, open_transport() as transport:
        yield Api(Twilio(CREDENTIALS, Hosts(base_url=server.url), transport), server, lines)


async def test_a_create_posts_a_form_with_the_credentials() -> None:
    async with api({f"POST /2010-04-01/Accounts/{AC}/Messages.json": (201, {"sid": SM})}) as here:
        created = await here.twilio.create(
            resources.messages(),
            To="+15005550006",
            Body="Hi & bye",
            MediaUrl=["https://a.example/1"],
            From=None,
        )

        head = here.server.requests[0].partition(b"\r\n\r\n")[0].decode().lower()
        basic = base64.b64encode(f"{CREDENTIALS.username}:the secret".encode()).decode().lower()
        assert created == {"sid": SM}
        assert here.forms == [
            [("To", "+15005550006"), ("Body", "Hi & bye"), ("MediaUrl", "https://a.example/1")]
        ]
        assert f"authorization: basic {basic}" in head
        assert "content-type: application/x-www-form-urlencoded" in head
        assert "accept: application/json" in head


async def test_an_update_posts_to_one_resource() -> None:
    async with api({f"POST /2010-04-01/Accounts/{AC}/Messages/{SM}.json": (200, {"body": ""})}) as here:
        assert await here.twilio.update(resources.message(SM), Body="") == {"body": ""}
        assert here.forms == [[("Body", "")]]


async def test_a_fetch_gets_with_a_query() -> None:
    async with api(
        {f"GET /2010-04-01/Accounts/{AC}/IncomingPhoneNumbers.json?PageSize=1": (200, {"page": 0})}
    ) as here:
        assert await here.twilio.fetch(resources.incoming_numbers(), PageSize=1) == {"page": 0}


async def test_a_delete_answers_nothing() -> None:
    async with api({f"DELETE /2010-04-01/Accounts/{AC}/Messages/{SM}.json": (204, "")}) as here:
        await here.twilio.delete(resources.message(SM))

        assert here.lines == [f"DELETE /2010-04-01/Accounts/{AC}/Messages/{SM}.json"]


async def test_classic_pages_are_followed_by_their_path() -> None:
    path = f"/2010-04-01/Accounts/{AC}/Messages.json"
    first, second = f"{path}?DateSent%3E=2026-11-23&To=%2B1", f"{path}?Page=1&PageToken=PA1"
    pages: Answers = {
        f"GET {first}": (200, {"messages": [{"sid": "1"}, {"sid": "2"}], "next_page_uri": second}),
        f"GET {second}": (200, {"messages": [{"sid": "3"}], "next_page_uri": None}),
    }
    async with api(pages) as here:
        rows = here.twilio.items(resources.messages(), {"DateSent>": "2026-11-23"}, To="+1")

        assert [row["sid"] async for row in rows] == ["1", "2", "3"]


async def test_newer_pages_are_followed_on_the_host_that_was_asked() -> None:
    following = "https://evil.example:8443/v2/Services?Page=1"
    pages: Answers = {
        "GET /v2/Services": (200, {"services": [{"sid": "1"}], "meta": {"next_page_url": following}}),
        "GET /v2/Services?Page=1": (200, {"services": [{"sid": "2"}], "meta": {"next_page_url": None}}),
    }
    async with api(pages) as here:
        assert [row["sid"] async for row in here.twilio.items(resources.verify_services())] == ["1", "2"]


async def test_pages_are_asked_for_only_as_they_are_wanted() -> None:
    pages: Answers = {
        "GET /v2/Services": (200, {"services": [{"sid": "1"}], "meta": {"next_page_url": "/x"}})
    }
    async with api(pages) as here:
        rows = here.twilio.items(resources.verify_services())

        assert (await anext(rows))["sid"] == "1"
        assert here.lines == ["GET /v2/Services"]


async def test_a_page_that_names_itself_as_the_next_ends_in_an_error() -> None:
    pages: Answers = {"GET /v2/Services": (200, {"services": [], "meta": {"next_page_url": "/v2/Services"}})}
    async with api(pages) as here:
        with pytest.raises(NotSent, match="same page"):
            await anext(here.twilio.items(resources.verify_services()))


async def test_an_empty_list_has_no_rows() -> None:
    async with api({"GET /v2/Services": (200, {"services": [], "meta": {"next_page_url": None}})}) as here:
        assert [row async for row in here.twilio.items(resources.verify_services())] == []


async def test_a_refusal_carries_twilios_words() -> None:
    async with api({}) as here:
        with pytest.raises(Refused, match="not found") as refused:
            await here.twilio.fetch(resources.account())

        assert refused.value.fault.code == 20404


async def test_a_post_that_failed_inside_twilio_is_unknown_and_sent_once() -> None:
    async with api({"POST /v2/Services": (503, {"code": 20503, "message": "Service unavailable"})}) as here:
        with pytest.raises(OutcomeUnknown):
            await here.twilio.create(resources.verify_services(), FriendlyName="Shop")

        assert len(here.lines) == 1


async def test_a_read_that_failed_inside_twilio_changed_nothing() -> None:
    async with api({"GET /v2/Services": (500, "")}) as here:
        with pytest.raises(NotSent):
            await here.twilio.fetch(resources.verify_services())


async def test_a_redirect_is_not_followed() -> None:
    async with api({"POST /v2/Services": (302, "")}) as here:
        with pytest.raises(OutcomeUnknown):
            await here.twilio.create(resources.verify_services(), FriendlyName="Shop")


async def test_the_world_clock_of_a_simulator_is_asked_without_credentials() -> None:
    async with api({"GET /_sim/clock": (200, {"now": "2026-11-23T12:00:00Z"})}) as here:
        assert await here.twilio.world_time() == NOON
        assert b"authorization" not in here.server.requests[0].lower()


@pytest.mark.parametrize("answer", [{}, {"now": None}, {"now": "noon"}])
async def test_a_simulator_without_a_clock_is_an_error(answer: dict[str, object]) -> None:
    async with api({"GET /_sim/clock": (200, answer)}) as here:
        with pytest.raises(NotSent, match="clock"):
            await here.twilio.world_time()


class Recording:
    """A transport that keeps what it is handed."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        return Response(200, {}, b"{}")


async def test_twilio_itself_is_asked_at_its_own_hosts_and_its_world_has_our_time() -> None:
    recording = Recording()
    twilio = Twilio(CREDENTIALS, Hosts(region="ie1"), recording, clock=lambda: NOON)
    await twilio.fetch(resources.messages())
    await twilio.fetch(resources.whatsapp_senders(), Channel="whatsapp")

    assert await twilio.world_time() == NOON
    assert [request.url for request in recording.requests] == [
        f"https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/{AC}/Messages.json",
        "https://messaging.dublin.ie1.twilio.com/v2/Channels/Senders?Channel=whatsapp",
    ]


async def test_what_would_be_sent_can_be_seen_without_sending() -> None:
    recording = Recording()
    twilio = Twilio(CREDENTIALS, Hosts(), recording).with_callback("https://hooks.example.com/1")
    rehearsed = twilio.over(Rehearsal())

    with pytest.raises(Rehearsed) as shown:
        await rehearsed.create(resources.messages(), To="+1", Body=None, MediaUrl=["a", "b"])

    url = f"https://api.twilio.com/2010-04-01/Accounts/{AC}/Messages.json"
    assert shown.value.planned == Planned("POST", url, (("To", "+1"), ("MediaUrl", "a"), ("MediaUrl", "b")))
    assert rehearsed.status_callback == "https://hooks.example.com/1"
    assert recording.requests == []


async def test_a_callback_is_set_on_a_copy() -> None:
    twilio = Twilio(CREDENTIALS, Hosts(), Recording(), clock=lambda: NOON)
    copy = twilio.with_callback("https://hooks.example.com/1")

    assert twilio.status_callback is None
    assert copy.status_callback == "https://hooks.example.com/1"
    assert copy.account_sid == AC
    assert await copy.world_time() == NOON


def test_credentials_hide_their_password() -> None:
    assert "the secret" not in repr(CREDENTIALS)
    assert AC in repr(CREDENTIALS)
