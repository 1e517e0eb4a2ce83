"""Status callbacks: signed by Twilio, noted once, stronger than the answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.gate import Withheld
from tests.http.outside import answering
from tests.shop import ADA, DROPPED, REFUSED, Shop, kinds, opened, verdicts
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from ringback.outcome import MessageView, Outcome, Timeline
from ringback.serving import listening, server_of
from ringback.settings import Settings
from ringback.store.rows import State
from ringback.twilio.transport import open_transport
from ringback.webhooks.status import Callback, Heard

pytestmark = pytest.mark.anyio

PUBLIC = "https://ringback.example.org"


@dataclass(frozen=True)
class Caller:
    """Twilio's side: posts callbacks about one job, signed as its own SDK checks them."""

    shop: Shop
    account_id: str
    job_id: str
    sid: str

    async def call(self, status: str, **changed: str) -> Heard:
        """Call back; `changed` says what is not as it should be."""
        token = changed.pop("token", self.shop.simulator.account.auth_token)
        account, job = changed.pop("account", self.account_id), changed.pop("job", self.job_id)
        attempt = int(changed.pop("attempt", "1"))
        path = f"/hooks/{account}/status/{job}/{attempt}"
        url, signed = changed.pop("url", PUBLIC + path), changed.pop("signed", PUBLIC + path)
        form = {"MessageSid": self.sid, "MessageStatus": status} | changed
        return await self.shop.connector.callbacks.hear(
            Callback(
                account_id=account,
                job_id=job,
                attempt=attempt,
                url=url,
                signature=RequestValidator(token).compute_signature(signed, form),
                form=tuple(form.items()),
            )
        )

    async def message(self) -> MessageView:
        told = (await self.shop.connector.job(self.job_id)).message
        assert told is not None
        return told


@pytest.fixture
async def public(tmp_path: Path) -> AsyncIterator[Shop]:
    """Reached by Twilio under a public URL."""
    async with opened(tmp_path, public_url=PUBLIC) as shop:
        await shop.control("POST", "/clock/freeze", {})
        yield shop


async def caller(shop: Shop, outcome: Outcome | None = None, sid: str | None = None) -> Caller:
    """Who calls back about a text; a new one if none is given."""
    outcome = outcome or await shop.run()
    if sid is None:
        assert outcome.message is not None
        sid = outcome.message.sid
    return Caller(shop, (await shop.account()).id, str(outcome.id), sid)


async def test_a_signed_callback_moves_the_status_forward(public: Shop) -> None:
    twilio = await caller(public)

    assert await twilio.call("sent") is Heard.NOTED
    assert await twilio.call("delivered") is Heard.NOTED
    assert await twilio.call("sending") is Heard.NOTED

    assert (await twilio.message()).status == "delivered"


async def test_a_repeated_callback_changes_nothing(public: Shop) -> None:
    twilio = await caller(public)
    await twilio.call("delivered")
    before = await public.connector.job(twilio.job_id)

    assert await twilio.call("delivered") is Heard.REPEATED

    assert await public.connector.job(twilio.job_id) == before


async def test_of_many_copies_at_once_one_is_noted(public: Shop) -> None:
    twilio = await caller(public)

    heard = await asyncio.gather(*(twilio.call("delivered") for _ in range(10)))

    assert sorted(one.value for one in heard) == ["noted"] + ["repeated"] * 9
    assert kinds(await public.connector.job(twilio.job_id)).count("status") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "0" * 32},
        {"account": "acc_none"},
        {"job": "job_none"},
        {"attempt": "2"},
        {"attempt": "0"},
        {"signed": "https://elsewhere.example.org/"},
        {"url": "http://ringback.example.org/hooks"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_what_is_wrong_is_refused_alike_and_changes_nothing(
    public: Shop, wrong: dict[str, str]
) -> None:
    twilio = await caller(public)
    before = await public.connector.job(twilio.job_id)

    assert await twilio.call("delivered", **wrong) is Heard.REFUSED

    assert await public.connector.job(twilio.job_id) == before


async def test_what_a_stranger_writes_for_a_job_is_not_repeated_in_the_log(
    public: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    twilio = await caller(public)

    await twilio.call("delivered", job=f"{ADA}\x1b[31m")
    await twilio.call("delivered", token="0" * 32)

    assert ADA not in caplog.text
    assert "callback_refused" in caplog.text
    assert twilio.job_id in caplog.text


async def test_the_token_of_another_account_signs_nothing_here(public: Shop) -> None:
    made = await public.control("POST", "/accounts", {})
    facts = {"account_sid": made["account_sid"], "auth_token": made["auth_token"]}
    services = {"default_sender": None, "default_verify_service": None}
    await public.connect("branch", **facts, **services)
    twilio = await caller(public)

    assert await twilio.call("delivered", token=made["auth_token"]) is Heard.REFUSED
    branch = (await public.account("branch")).id
    assert await twilio.call("delivered", token=made["auth_token"], account=branch) is Heard.REFUSED
    assert (await twilio.message()).status == "queued"


async def test_a_removed_account_hears_nothing_more(public: Shop) -> None:
    twilio = await caller(public)
    await public.connector.accounts.remove("shop")

    assert await twilio.call("delivered") is Heard.REFUSED


@pytest.mark.parametrize(
    ("called", "signed"),
    [(":443", ""), ("", ":443"), ("", "")],
    ids=["signed without the port", "signed with it", "as it is"],
)
async def test_the_schemes_own_port_may_be_there_or_not(public: Shop, called: str, signed: str) -> None:
    twilio = await caller(public)
    path = f"/hooks/{twilio.account_id}/status/{twilio.job_id}/1"

    heard = await twilio.call("delivered", url=f"{PUBLIC}{called}{path}", signed=f"{PUBLIC}{signed}{path}")

    assert heard is Heard.NOTED


async def test_another_port_is_another_address(public: Shop) -> None:
    twilio = await caller(public)
    path = f"/hooks/{twilio.account_id}/status/{twilio.job_id}/1"

    assert await twilio.call("delivered", signed=f"{PUBLIC}:8443{path}") is Heard.REFUSED


async def test_a_failure_is_explained_on_the_job(public: Shop) -> None:
    twilio = await caller(public)

    await twilio.call("undelivered", ErrorCode="30005")

    told = await twilio.message()
    assert (told.status, told.error and told.error["code"]) == ("undelivered", 30005)
    assert told.error is not None
    assert told.error["cause"]
    assert told.error["remedy"] == "Check the number with the recipient."


async def test_a_code_that_nobody_knows_is_shown_as_it_came(public: Shop) -> None:
    twilio = await caller(public)

    await twilio.call("failed", ErrorCode="39999", ErrorMessage="Something new")

    assert (await twilio.message()).error == {"code": 39999, "message": "Something new"}


async def test_a_form_without_a_status_is_unreadable(public: Shop) -> None:
    twilio = await caller(public)

    assert await twilio.call("") is Heard.UNREADABLE


async def test_a_callback_settles_a_job_whose_answer_was_lost(public: Shop) -> None:
    await public.fault(DROPPED)
    outcome = await public.run()
    assert outcome.state is State.UNKNOWN
    sid = next(iter(public.simulator.account.messages))
    twilio = await caller(public, outcome, sid)

    await twilio.call("sent")

    job = await public.connector.job(twilio.job_id)
    assert (job.state, job.error) == (State.DONE, None)
    assert (await twilio.message()).sid == sid


async def test_a_second_message_for_one_job_is_an_alarm(public: Shop) -> None:
    twilio = await caller(public)

    await Caller(public, twilio.account_id, twilio.job_id, "SM" + "9" * 32).call("sent")

    assert "alarm" in kinds(await public.connector.job(twilio.job_id))
    assert (await twilio.message()).sid == twilio.sid


async def test_a_callback_for_a_refused_job_is_an_alarm(public: Shop) -> None:
    await public.fault(REFUSED)
    twilio = await caller(public, await public.run(), "SM" + "9" * 32)

    await twilio.call("sent")

    job = await public.connector.job(twilio.job_id)
    assert (job.state, "alarm" in kinds(job)) == (State.REFUSED, True)


@asynccontextmanager
async def withholding(folder: Path) -> AsyncIterator[tuple[Shop, Withheld]]:
    """A Ringback that Twilio reaches over a socket, and whose answers wait for a test."""
    with listening("127.0.0.1", 0) as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        settings = Settings(database=folder / "ringback.db", key_file=folder / "key", public_url=url)
        async with (
            open_transport() as network,
            opened(folder, public_url=url, transport=(answers := Withheld(network, "/Messages"))) as shop,
            answering(server_of(shop.connector, settings), sock),
        ):
            yield shop, answers


async def told(shop: Shop, job_id: str, kind: str) -> Timeline:
    """The job once it is done and such an event is in its timeline."""
    async with asyncio.timeout(30):
        while True:
            job = await shop.connector.job(job_id)
            if job.state is State.DONE and kind in kinds(job):
                return job
            await asyncio.sleep(0.02)


async def test_a_callback_before_the_answer_wins(tmp_path: Path) -> None:
    async with withholding(tmp_path) as (shop, answers):
        outcome = await shop.run(wait=0)

        early = await told(shop, str(outcome.id), "done")
        answers.open.set()
        await told(shop, str(outcome.id), "answered")
        done = await shop.job(outcome)  # anew: what happened to a job is read a moment after its result

    assert early.message is not None
    assert "answered" not in kinds(early)
    assert verdicts(early) == verdicts(done) == ["done"]
    assert (done.result or {})["num_segments"] == 1
    assert "alarm" not in kinds(done)


async def test_after_a_restored_backup_the_callback_of_a_lost_try_settles_its_job(tmp_path: Path) -> None:
    async with opened(tmp_path, public_url=PUBLIC, dispatch=False) as shop:
        waiting = await shop.run(wait=0)
        await shop.connector.doubt_all()
        twilio = await caller(shop, waiting, "SM" + "1" * 32)

        assert await twilio.call("delivered", attempt="3") is Heard.NOTED

        assert (await shop.job(waiting)).state is State.DONE


async def test_while_a_token_is_rotated_either_may_sign(public: Shop) -> None:
    old = public.simulator.account.auth_token
    facts = {"tokens": "create_secondary"}
    turned = await public.control("PATCH", f"/accounts/{public.simulator.account.sid}", facts)
    new = turned["secondary_auth_token"]
    await public.connector.accounts.rotate("shop", {"auth_token": new})
    twilio = await caller(public)

    assert await twilio.call("sent", token=old) is Heard.NOTED
    assert await twilio.call("delivered", token=new) is Heard.NOTED

    await public.connector.accounts.rotate("shop", {"auth_token": new, "previous_token_lifetime": 0})
    assert await twilio.call("undelivered", token=old) is Heard.REFUSED
    assert (await twilio.message()).status == "delivered"
