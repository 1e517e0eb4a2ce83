"""The command line as real processes: terminals, pipes, signals, ports."""

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.journeys.processes import RINGBACK, Installation, free_port, installation
from tests.journeys.screens import CTRL_C, screen

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

ADA = "+14155550111"
SEND = ("run", "SendMessage", "--account", "shop", "--to", ADA, "--body", "Hi")


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """One installation for all tests that do not mind what the others left in the ledger."""
    async with installation(tmp_path_factory.mktemp("home")) as installed:
        yield installed


async def shell(machine: Installation, script: str) -> tuple[int, str, str]:
    """A line of bash, whose exit code is that of the first command that failed in its pipe."""
    child = await asyncio.create_subprocess_exec(
        *("/bin/bash", "-o", "pipefail", "-c", script.replace("ringback", RINGBACK)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=machine.environment(),
        cwd=machine.home,
    )
    async with asyncio.timeout(30):
        out, err = await child.communicate()
    return child.returncode or 0, out.decode(), err.decode()


@asynccontextmanager
async def taken_port() -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock.getsockname()[1]


async def test_connect_send_verify_and_look_by_command_line_alone(machine: Installation) -> None:
    """The README's way, each command a process of its own; the fixture has connected the account."""
    planned = await machine.run(*SEND, "--explain")
    assert (planned.code, await machine.on_screen(ADA)) == (0, [])

    sent = await machine.run(*SEND, "--key", "order-1", "--json")
    assert (sent.code, sent.json["state"]) == (0, "done")
    assert await machine.on_screen(ADA) == ["Hi"]

    verify = ("--account", "shop", "--to", "+14155550112")
    assert (await machine.run("run", "SendVerify", *verify)).code == 0
    code = (await machine.control("/codes?to=%2B14155550112"))["code"]
    checked = await machine.run("run", "VerifyCode", *verify, stdin=f"{code}\n")
    assert (checked.code, "verified          yes" in checked.out) == (0, True)

    shown = await machine.run("jobs", "show", sent.json["id"])
    assert (shown.code, shown.err) == (0, "")
    assert "key order-1" in shown.out
    listed = await machine.run("jobs", "list", "--json")
    assert [job["action"] for job in listed.json] == ["VerifyCode", "SendVerify", "SendMessage"]


async def test_on_80_columns_ids_stay_whole_and_nothing_is_wider(shared: Installation) -> None:
    sent = (await shared.run(*SEND, "--json")).json

    async with screen(shared, "jobs", "list") as narrow:
        assert await narrow.end() == 0
    async with screen(shared, "jobs", "show", sent["id"]) as shown:
        assert await shown.end() == 0
    async with screen(shared, "jobs", "list", width=200) as wide:
        assert await wide.end() == 0

    assert sent["id"] in narrow.shown
    assert "No room here for:" in narrow.shown
    assert max(map(len, narrow.lines)) <= 80
    assert sent["message"]["sid"] in shown.shown
    assert "status" in wide.lines[0]
    assert "No room" not in wide.shown


@pytest.mark.parametrize(
    "script",
    [
        "ringback --help | head -1",
        "ringback actions | head -1",
        "ringback jobs list --json | head -c 1",
        "ringback accounts show shop | true",
        "ringback run ListSenders --account shop | true",
    ],
)
async def test_a_reader_who_leaves_early_is_no_error(shared: Installation, script: str) -> None:
    code, _, err = await shell(shared, script)

    assert (code, err) == (0, "")


async def test_a_mistake_keeps_its_exit_code_in_a_broken_pipe(shared: Installation) -> None:
    assert (await shell(shared, "ringback jobs show job_0 --json | true"))[0] == 2


async def test_without_standard_input_a_secret_is_missing_and_nothing_hangs(shared: Installation) -> None:
    code, out, err = await shell(shared, "ringback accounts rotate shop <&-")

    assert (code, out) == (2, "")
    assert "RINGBACK_AUTH_TOKEN" in err


async def test_letters_that_the_stream_cannot_show_are_no_error(shared: Installation) -> None:
    explain = "ringback run SendMessage --account shop --to +14155550111 --body Grüße✓ --explain"

    code, out, _ = await shell(shared, f"PYTHONIOENCODING=ascii {explain}")
    json_code, json_out, _ = await shell(shared, f"PYTHONIOENCODING=ascii {explain} --json")

    assert (code, "Gr??e?" in out) == (0, True)
    assert (json_code, json.loads(json_out)["input"]["body"]) == (0, "Grüße✓")


async def test_ctrl_c_at_a_prompt_is_silent(shared: Installation) -> None:
    async with screen(shared, "accounts", "rotate", "shop") as asked:
        await asked.until("Auth token: ")
        asked.press(CTRL_C)

        assert await asked.end() == 130
    assert asked.shown.replace("^C", "").strip() == "Auth token:"  # a terminal may show the keys pressed


async def test_a_token_typed_at_the_prompt_is_not_shown(shared: Installation) -> None:
    token = shared.twilio["auth_token"]
    async with screen(shared, "accounts", "rotate", "shop") as asked:
        await asked.until("Auth token: ")
        asked.press(f"{token}\n".encode())

        assert await asked.end() == 0
    assert token not in asked.shown


async def test_ctrl_c_lets_what_left_be_answered(shared: Installation) -> None:
    alone = "+14155550119"  # nobody else's: another test's job that is tried again must not take the fault
    await shared.control("/faults", {"match": {"to": alone}, "do": [{"kind": "latency", "seconds": 3}]})
    before = (await shared.control("/events?limit=1"))["cursor"]  # other tests' requests are in the log, too
    async with screen(shared, *SEND[:5], alone, *SEND[6:]) as sending:
        await shared.control(f"/wait?kind=request&subject=api.CreateMessage&after={before}")
        sending.press(CTRL_C)

        assert await sending.end() == 130
    assert sending.shown.replace("^C", "").strip() == ""
    assert (await shared.run("jobs", "list", "--json")).json[0]["state"] == "done"


async def test_serve_says_where_it_is_and_stops_when_told(shared: Installation) -> None:
    async with shared.serving(public=False) as server:
        server.send_signal(signal.SIGTERM)
        await server.wait()

    assert server.returncode == 0
    said = shared.log_of(server)
    assert f"Ringback listens on {shared.url}\n" in said
    assert f"{shared.url}/docs" in said
    assert str(shared.home / ".local/share/ringback/ringback.db") in said
    assert "with --public-url Twilio calls back instead" in said


async def test_serve_tells_scripts_in_json(shared: Installation) -> None:
    child = await asyncio.create_subprocess_exec(
        *(RINGBACK, "serve", "--port", "0", "--json", "--public-url", "https://ringback.example.org/"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=shared.environment(),
    )
    assert child.stdout is not None
    async with asyncio.timeout(40):
        told = json.loads(await child.stdout.readline())
        child.send_signal(signal.SIGINT)
        await child.communicate()

    assert child.returncode == 0
    assert told["url"].startswith("http://127.0.0.1:")
    assert told["public_url"] == "https://ringback.example.org"
    assert Path(told["database"]).name == "ringback.db"


@pytest.mark.parametrize(
    ("command", "option"),
    [(["serve"], "--port"), (["demo", "--simulator-port", "0"], "--port"), (["demo"], "--simulator-port")],
)
async def test_a_port_in_use_is_named_with_the_remedy(
    shared: Installation, command: list[str], option: str
) -> None:
    async with taken_port() as port:
        other = [] if option == "--port" else ["--port", str(free_port())]
        said = await shared.run(*command, *other, option, str(port))

    assert (said.code, said.out) == (2, "")
    assert f"Port {port} on 127.0.0.1 is in use by another program." in said.err
    assert f"choose another with {option}" in said.err


async def test_the_simulator_takes_its_own_options_and_stops_at_ctrl_c(shared: Installation) -> None:
    sid = "AC" + "12" * 16
    async with screen(shared, "simulator", "--port", "0", "--sid", sid, "--token", "ab" * 16) as simulator:
        await simulator.until("controls")
        simulator.press(CTRL_C)

        assert await simulator.end() == 0
    assert sid in simulator.shown
    assert "Traceback" not in simulator.shown


async def test_the_simulators_help_is_its_own(shared: Installation) -> None:
    said = await shared.run("simulator", "--help")

    assert (said.code, "--seed" in said.out) == (0, True)


async def test_the_version_is_told_at_once(shared: Installation) -> None:
    said = await shared.run("--version")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("ringback ")
