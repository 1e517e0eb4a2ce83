"""Runs one test against each mutant of the simulator, in processes that fork from a warm one.

Run as a program: orders come as JSON on stdin, reports leave as JSON on stdout. The warm process has imported
pytest and everything that the simulator and its tests need, but nothing of the simulator itself: each fork
finds it anew, at the place that its order names, and reports modules that came from anywhere else.
"""

import gc
import importlib
import json
import os
import signal
import sys
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from _pytest.config import default_plugins

SIMULATOR = "twilio_simulator"
# What pytest would find by itself, but not before the fork: pytest-randomly and pytest-cov are left out.
PLUGINS = ("anyio.pytest_plugin", "pytest_timeout", "_hypothesis_pytestplugin")
# What the simulator and its tests import, each a good part of a second.
WARM = (
    "aiohttp",
    "anyio._backends._asyncio",
    "concurrent.futures.thread",
    "cryptography.x509",
    "hypothesis.strategies",
    "orjson",
    "phonenumbers",
    "twilio.request_validator",
    "twilio.rest",
    "twilio.twiml.messaging_response",
    "twilio.twiml.voice_response",
    "xml.parsers.expat",
)
# The top conftest opens the connector, of which none of these tests knows.
CUT = "--confcutdir=tests/simulator"
FLAGS = (CUT, "-x", "-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--tb=short", "-o", "timeout=0")


@dataclass
class Report:
    """What became of one order; `failures` are phase, kind of exception and its text."""

    passed: int = 0
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    """Modules of the simulator that came from elsewhere."""
    late: bool = False


class Witness:
    """A plugin that notes how tests end."""

    def __init__(self) -> None:
        self.report = Report()

    @pytest.fixture(scope="session")
    @classmethod
    def anyio_backend(cls) -> tuple[str, dict[str, bool]]:
        """As in the top conftest."""
        return ("asyncio", {"use_uvloop": False})

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Any:
        report = yield
        if report.failed and call.excinfo is not None:
            text = f"{report.nodeid}: {str(call.excinfo.value)[:500]}"
            self.report.failures.append((report.when, call.excinfo.typename, text))
        elif report.when == "call":
            self.report.passed += 1
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.report.failures.append(("collect", "CollectError", report.longreprtext[-500:]))


def strangers(place: str) -> list[str]:
    """What of the simulator was imported from another place than this."""
    ours = [one for name, one in sys.modules.items() if name.partition(".")[0] == SIMULATOR]
    return [one.__name__ for one in ours if not str(one.__file__).startswith(f"{place}{os.sep}")]


def run_here(place: str, tests: list[str], plugins: list[ModuleType]) -> Report:
    """Run the tests with the simulator that lies at `place`."""
    sys.path.insert(0, place)
    os.environ |= {"PYTHONPATH": place, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    importlib.import_module(SIMULATOR)
    witness = Witness()
    code = pytest.main([*FLAGS, *tests], plugins=[*plugins, witness])
    report = witness.report
    if code not in (0, 1) and not report.failures:
        report.failures.append(("start", "PytestError", f"pytest ended with {int(code)}"))
    report.strangers = strangers(place)
    return report


def fork(order: dict[str, Any], plugins: list[ModuleType]) -> int:
    """A process of its own for one order; it leaves `report.json` at its place."""
    pid = os.fork()
    if pid:
        return pid
    # The alarm ends the process whatever it does: a mutant may well run in circles.
    signal.alarm(order["seconds"])
    place = order["place"]
    log = os.open(f"{place}/log", os.O_CREAT | os.O_WRONLY, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        report = run_here(place, order["tests"], plugins)
    except BaseException:  # noqa: BLE001 - whatever it is, the fork must not go on as its parent would
        report = Report(failures=[("start", "Crash", traceback.format_exc()[-800:])])
    Path(place, "report.json").write_text(json.dumps(asdict(report)))
    sys.stdout.flush()
    os._exit(0)


def collected(place: str) -> dict[str, Any]:
    """The report that a process left, or that it was killed."""
    path = Path(place, "report.json")
    report: dict[str, Any] = json.loads(path.read_text()) if path.exists() else asdict(Report(late=True))
    return report


def run_all(orders: list[dict[str, Any]], abreast: int) -> dict[str, Any]:
    """Every order's report by its name, `abreast` processes at a time."""
    plugins = [importlib.import_module(name) for name in PLUGINS]
    for name in (*WARM, *(f"_pytest.{one}" for one in default_plugins)):
        importlib.import_module(name)
    assert not strangers("/nowhere"), "the warm process must not know the simulator"
    gc.freeze()
    waiting, running = list(reversed(orders)), dict[int, str]()
    while waiting or running:
        while waiting and len(running) < abreast:
            order = waiting.pop()
            running[fork(order, plugins)] = order["name"]
        pid, _ = os.wait()
        running.pop(pid, None)
    return {order["name"]: collected(order["place"]) for order in orders}


if __name__ == "__main__":
    task = json.load(sys.stdin)
    json.dump(run_all(task["orders"], task["abreast"]), sys.stdout)
