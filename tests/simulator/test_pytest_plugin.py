"""The plugin as a stranger's test suite uses it: the same tests in this process and against a server."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from twilio_simulator.harness.handles import ControlError, LocalTwilio
from twilio_simulator.harness.places import Elsewhere, in_process, own_process
from twilio_simulator.running import process

pytestmark = pytest.mark.anyio

CONFTEST = 'pytest_plugins = ["twilio_simulator.pytest_plugin"]\n'
SUITE = """
import http.server
import threading
from datetime import timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator


class Receiver(http.server.BaseHTTPRequestHandler):
    got = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.got.append((self.path, self.headers["X-Twilio-Signature"], body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    Receiver.got.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/status"
        server.shutdown()


def test_a_text_arrives(account, handset, clock):
    sent = account.client.messages.create(to=handset.number, from_=account.number, body="Hi Ada")
    assert sent.status == "queued"

    clock.advance(10)

    assert account.client.messages(sent.sid).fetch().status == "delivered"
    assert handset.inbox == ["Hi Ada"]


def test_a_phone_is_talked_to(account, handset, clock):
    handset.set(calls="ring")
    menu = "<Response><Gather numDigits='1'><Say>Press a key</Say></Gather></Response>"
    account.client.calls.create(to=handset.number, from_=account.number, twiml=menu)
    clock.advance(2)

    assert handset.answer()["status"] == "in-progress"
    assert handset.press("1")["taken"] is True
    assert handset.hang_up()["status"] == "completed"
    assert [one["text"] for one in handset.calls[0]["heard"]] == ["Press a key", "1", "Press a key"]
    with pytest.raises(Exception, match="nobody here has"):
        handset.call("+14155550199")


def test_every_test_begins_afresh(account, handset):
    assert handset.inbox == []
    assert account.client.messages.list() == []


def test_a_code_expires(account, handset, clock):
    service = account.client.verify.v2.services(account.verify_service)
    service.verifications.create(to=handset.number, channel="sms")
    clock.advance(timedelta(minutes=10, seconds=1))
    with pytest.raises(TwilioRestException) as gone:
        service.verification_checks.create(to=handset.number, code=handset.code or "000000")
    assert gone.value.status == 404


def test_pages_are_followed(account, handset):
    for index in range(5):
        account.client.messages.create(to=handset.number, from_=account.number, body=str(index))
    assert [one.body for one in account.client.messages.list(page_size=2)] == list("43210")
    assert len(account.client.verify.v2.services.list(page_size=1)) == 1


def test_callbacks_are_signed(account, handset, clock, receiver):
    account.client.messages.create(
        to=handset.number, from_=account.number, body="Hi", status_callback=receiver
    )
    clock.advance(10)
    assert len(Receiver.got) == 2
    assert all(signature for _, signature, _ in Receiver.got)


def test_a_phone_that_is_off(account, handset, clock):
    handset.set(state="off")
    sent = account.client.messages.create(to=handset.number, from_=account.number, body="Hi")
    clock.advance(10)
    assert account.client.messages(sent.sid).fetch().error_code == 30003


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "rate_limit"}, TwilioRestException),
        ({"kind": "drop"}, requests.exceptions.ConnectionError),
        ({"kind": "reset"}, requests.exceptions.ConnectionError),
    ],
)
def test_faults_show_as_they_would(account, handset, faults, fault, expected):
    faults.script(fault, operation="CreateMessage")
    with pytest.raises(expected):
        account.client.messages.create(to=handset.number, from_=account.number, body="Hi")
    assert faults.unused == 0


def test_a_stall_runs_into_the_timeout(account, handset, faults):
    faults.script("stall", operation="CreateMessage")
    account.client.http_client.timeout = 0.5
    shipped = getattr(account.client.http_client, "_shipped", account.client.http_client)
    shipped.timeout = 0.5
    with pytest.raises(requests.exceptions.ReadTimeout):
        account.client.messages.create(to=handset.number, from_=account.number, body="Hi")


def test_a_world_is_kept_and_brought_back(simulator, account, handset, clock):
    simulator.snapshot("before")
    account.client.messages.create(to=handset.number, from_=account.number, body="Hi")
    simulator.restore("before")
    assert account.client.messages.list() == []


def test_a_trial_account_has_its_rules(simulator, handset):
    trial = simulator.account(type="Trial")
    with pytest.raises(TwilioRestException):
        trial.client.messages.create(to=handset.number, from_=trial.number, body="Hi")
    trial.close()


def test_other_people_have_phones_too(simulator, account):
    bob = simulator.handset("+14155550124")
    bob.text(account.number, "Hello?")
    assert simulator.wait(kind="message.received")["account_sid"] == account.sid
"""


async def suite(folder: Path, *arguments: str) -> tuple[int, str]:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(SUITE)
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")
    child = await asyncio.create_subprocess_exec(
        *command,
        "-Werror",
        *arguments,
        cwd=folder,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(child.communicate(), 60)
    return child.returncode or 0, out.decode()


@pytest.mark.parametrize("mode", ["in-process", "server"])
async def test_the_same_tests_pass_in_both_modes(tmp_path: Path, mode: str) -> None:
    code, out = await suite(tmp_path, f"--simulator-mode={mode}")

    assert code == 0, out
    assert "14 passed" in out


async def test_a_running_simulator_is_used_and_not_reset(tmp_path: Path) -> None:
    async with process() as facts:
        code, out = await suite(tmp_path, f"--simulator-url={facts['url']}", "-k", "arrives")
        place = Elsewhere(facts["url"])
        accounts = await asyncio.to_thread(LocalTwilio(place).get, "/accounts")

    assert code == 0, out
    assert len(accounts["accounts"]) == 2


def test_a_wrong_wish_says_what_to_do() -> None:
    with in_process() as place, pytest.raises(ControlError, match="Choose one of"):
        LocalTwilio(place).handset().set(state="asleep")


def test_a_process_that_cannot_start_says_why() -> None:
    with pytest.raises(RuntimeError, match="32 hexadecimal"), own_process("--sid", "AC1"):
        pass


def test_a_simulator_in_this_process_ends_with_its_thread() -> None:
    with in_process() as place:
        url = place.url
        assert LocalTwilio(place).get("/ready")["url"] == url

    with pytest.raises(OSError, match="refused"):
        LocalTwilio(Elsewhere(url)).get("/ready")
