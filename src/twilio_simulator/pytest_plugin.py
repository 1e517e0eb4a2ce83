"""A pytest plugin: `pytest_plugins = ["twilio_simulator.pytest_plugin"]` in the top conftest.py.

The same tests run against a simulator in this process (the default), in a process of its own
(`--simulator-mode=server`), or against one that runs already (`--simulator-url=http://127.0.0.1:4010`).
"""

from collections.abc import Iterator

import pytest

from twilio_simulator.harness.handles import Account, Clock, Faults, Handset, LocalTwilio
from twilio_simulator.harness.places import Elsewhere, in_process, own_process
from twilio_simulator.simulator import Options

SEED = 1
MODES = ("in-process", "server")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the simulator runs."""
    group = parser.getgroup("twilio simulator")
    group.addoption("--simulator-mode", choices=MODES, default=MODES[0], help="where the simulator runs")
    group.addoption("--simulator-url", help="use the simulator that runs at this address; it is not reset")
    group.addoption("--simulator-seed", type=int, default=SEED, help="makes SIDs and codes repeatable")


@pytest.fixture(scope="session")
def simulator_of_session(request: pytest.FixtureRequest) -> Iterator[LocalTwilio]:
    """One simulator for the whole run."""
    url, seed = request.config.getoption("--simulator-url"), request.config.getoption("--simulator-seed")
    if url:
        yield LocalTwilio(Elsewhere(url))
    elif request.config.getoption("--simulator-mode") == "server":
        with own_process("--seed", str(seed)) as elsewhere:
            yield LocalTwilio(elsewhere)
    else:
        with in_process(Options(seed=seed)) as here:
            yield LocalTwilio(here)


@pytest.fixture
def simulator(simulator_of_session: LocalTwilio, request: pytest.FixtureRequest) -> LocalTwilio:
    """The simulator, reset before the test unless it is somebody else's."""
    if not request.config.getoption("--simulator-url"):
        simulator_of_session.reset()
    return simulator_of_session


@pytest.fixture
def account(simulator: LocalTwilio) -> Iterator[Account]:
    """An account of the test's own: Full, with a number, a WhatsApp sender and a Verify service."""
    made = simulator.account()
    yield made
    made.close()


@pytest.fixture
def handset(simulator: LocalTwilio) -> Handset:
    """Somebody's phone; `simulator.handset(number)` gives others."""
    return simulator.handset()


@pytest.fixture
def clock(simulator: LocalTwilio) -> Iterator[Clock]:
    """The world's time, standing still until the test turns it."""
    simulator.clock.freeze()
    yield simulator.clock
    simulator.clock.run()


@pytest.fixture
def faults(simulator: LocalTwilio, account: Account) -> Faults:
    """What goes wrong for the test's account."""
    return simulator.faults(account=account.sid)
