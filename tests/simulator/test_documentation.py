"""Every example of the simulator's documentation runs, its ledger is current, its links lead somewhere."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

import twilio_simulator
from twilio_simulator.__main__ import arguments
from twilio_simulator.control.api import handlers
from twilio_simulator.harness.places import in_process
from twilio_simulator.ledger_page import page
from twilio_simulator.simulator import Options

FOLDER = Path(__file__).parents[2] / "docs" / "simulator"
PAGES = sorted(FOLDER.glob("*.md"))
ADDRESS = "http://127.0.0.1:4010"
BLOCK = re.compile(r"^```(\w+)( \w+)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KNOWN = {"python", "python test", "sh", "console", "javascript"}


@dataclass
class Curl:
    """What a curl command of the pages asks for."""

    url: str = ""
    method: str = "GET"
    data: str | None = None
    wanted: list[str] = field(default_factory=list)


def curl(line: str) -> Curl:
    words = iter(shlex.split(line)[1:])
    asked = Curl()
    for word in words:
        if word == "-X":
            asked.method = next(words)
        elif word == "-d":
            asked.data = next(words)
        else:
            asked.url = word
    return asked


def blocks(file: Path) -> Iterator[tuple[str, str]]:
    for kind, word, text in BLOCK.findall(file.read_text()):
        yield f"{kind}{word}", text


def run_shell(text: str, url: str) -> None:
    for line in text.replace("\\\n", " ").strip().splitlines():
        assert line.startswith("curl "), f"only curl is run: {line}"
        asked = curl(line)
        data = None if asked.data is None else asked.data.encode()
        assert asked.url.startswith(ADDRESS)
        request = Request(asked.url.replace(ADDRESS, url), data, method=asked.method)  # noqa: S310 - see above
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310 - see above
                assert answer.status == 200
        except HTTPError as refused:
            with refused:
                pytest.fail(f"{line}\n{refused.read().decode()}")


@pytest.mark.parametrize("file", PAGES, ids=[file.stem for file in PAGES])
# Examples leave it to the interpreter to close the connections of the SDK's clients.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:.*will be removed in:DeprecationWarning")
def test_examples_run(file: Path) -> None:
    # The examples of a page go on from one another.
    names: dict[str, object] = {"__name__": "example"}
    with in_process(Options(seed=1)) as place:
        for kind, text in blocks(file):
            assert kind in KNOWN
            if kind == "sh":
                run_shell(text, place.url)
            elif kind == "python":
                exec(compile(text.replace(ADDRESS, place.url), str(file), "exec"), names)  # noqa: S102 - our own pages


@pytest.mark.parametrize("mode", ["in-process", "server"])
def test_tests_of_the_pages_pass_in_a_project_of_their_own(tmp_path: Path, mode: str) -> None:
    tests = [text for file in PAGES for kind, text in blocks(file) if kind == "python test"]
    for number, text in enumerate(tests):
        (tmp_path / f"test_{number}.py").write_text(text)
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--simulator-mode={mode}")

    done = subprocess.run(  # noqa: S603 - our own
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout
    assert f"{sum(text.count('def test_') for text in tests)} passed" in done.stdout


def test_the_ledger_is_current() -> None:
    again = "python -m twilio_simulator.ledger_page > docs/simulator/ledger.md"

    assert (FOLDER / "ledger.md").read_text() == page(), again


@pytest.mark.parametrize("file", PAGES, ids=[file.stem for file in PAGES])
def test_links_lead_somewhere(file: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", file.read_text())

    assert [link for link in links if "://" not in link and not (FOLDER / link).is_file()] == []


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = (FOLDER / "README.md").read_text()

    assert [
        file.name for file in PAGES if file.name != "README.md" and f"({file.name})" not in contents
    ] == []


def test_routes_that_are_named_exist() -> None:
    named = {
        (method, path)
        for file in PAGES
        for method, path in re.findall(r"`(GET|POST|PATCH|DELETE) /_sim(/[^`?\s]*)", file.read_text())
    }
    known = {tuple(route.split(" ")) for route in handlers()}

    assert len(named) > 15
    assert named <= known


def test_every_kind_of_event_is_listed() -> None:
    source = Path(twilio_simulator.__file__).parent
    noted = re.compile(r"log\.note\(\s*\"([a-z_.]+)\"")
    kinds = {kind for file in source.rglob("*.py") for kind in noted.findall(file.read_text())}
    text = (FOLDER / "control-api.md").read_text()

    assert len(kinds) > 30
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in text] == []


def test_every_option_of_the_command_is_described() -> None:
    options = set(re.findall(r"--[a-z-]+", arguments().format_help())) - {"--help"}
    text = (FOLDER / "running.md").read_text()

    assert [name for name in sorted(options) if name not in text] == []
