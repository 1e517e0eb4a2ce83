"""The world outlives the process, in a file."""

import asyncio
from pathlib import Path

import pytest
from tests.simulator.local import Local
from tests.simulator.test_process import run

from twilio_simulator.running import process, running, serving
from twilio_simulator.sdk import connect
from twilio_simulator.simulator import Options, Simulator
from twilio_simulator.snapshots.file import StateFileError, kept, load

pytestmark = pytest.mark.anyio


async def test_a_second_process_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "world.json"
    async with process("--state", str(file), "--seed", "4") as first:
        client = connect(first["url"], first["account_sid"], first["auth_token"])
        sent = await asyncio.to_thread(
            client.messages.create, to="+14155550123", from_=first["number"], body="Hello"
        )
        client.http_client.close()
    async with process("--state", str(file)) as second:
        client = connect(second["url"], second["account_sid"], second["auth_token"])
        found = await asyncio.to_thread(client.messages(sent.sid).fetch)
        client.http_client.close()

    assert found.body == "Hello"
    assert [one.name for one in file.parent.iterdir()] == ["world.json"]


async def test_a_change_is_written_while_it_runs(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    async with running(Options(seed=1)) as simulator, kept(simulator, file):
        before = file.read_bytes()
        await Local(simulator).sent()
        for _ in range(40):
            await asyncio.sleep(0.05)
            if file.read_bytes() != before:
                break
        other = Simulator(Options(seed=1))
        async with serving(other):
            assert load(other, file)
            assert len(other.account.messages) == 1


async def test_a_control_call_is_a_change() -> None:
    async with running() as simulator:
        before = simulator.changes()
        await Local(simulator).does("POST", "/clock/freeze")

        assert simulator.changes() != before


@pytest.mark.parametrize("damage", [b"", b"{}", b"half"])
async def test_a_broken_file_is_named_and_left_alone(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "world.json"
    file.write_bytes(damage)

    code, out, err = await run("--port", "0", "--state", str(file))

    assert (code, out, file.read_bytes()) == (2, "", damage)
    assert str(file) in err
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1


async def test_a_file_changed_by_hand_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    async with running() as simulator:
        async with kept(simulator, file):
            pass
        file.write_bytes(file.read_bytes().replace(b"Simulated Verify", b"Something else!!"))

        with pytest.raises(StateFileError, match="changed by hand"):
            load(simulator, file)


async def test_a_folder_is_no_state_file(tmp_path: Path) -> None:
    code, _, err = await run("--port", "0", "--state", str(tmp_path))

    assert (code, "cannot be read" in err) == (2, True)


async def test_another_account_than_the_files_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    async with process("--state", str(file)):
        pass

    code, _, err = await run("--port", "0", "--state", str(file), "--sid", "AC" + "b" * 32)

    assert (code, "Leave --sid out" in err) == (2, True)
