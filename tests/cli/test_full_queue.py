import pytest
from tests.cli.terminal import Terminal

from ringback.clock import iso, machine_clock

pytestmark = pytest.mark.anyio


async def test_the_command_line_says_it_in_a_sentence(
    shop: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGBACK_MOST_WAITING", "1")
    later = ("--send-at", iso(machine_clock() + 86_400_000))
    assert (await shop.send(*later, "--key", "first")).code == 3

    said = await shop.send(*later)
    again = await shop.send(*later, "--key", "first")

    assert (said.code, said.out) == (75, "")
    assert said.err.startswith("The queue is full: 1 jobs wait.")
    assert again.code == 3
