"""Each mutant of the simulator is caught by its test; how the table works stands in `table_of_mutants`."""

import compileall
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.simulator.mutants.table_of_mutants import AREAS, SOURCE, Mutant, mutants

ROOT = SOURCE.parents[1]
NURSERY = Path(__file__).with_name("nursery.py")
SECONDS = 60
"""For one test; the slowest takes two."""
MUTANTS = mutants()
EXPECTED = ("AssertionError", "Failed")
"""How a test says no: by an assertion, or because `pytest.raises` saw nothing."""
HEALTHY, BROKEN, BLIND = "no mutant", "a broken mutant", "a mutant of nothing"
CONTROL = "test_wire.py"
"""Quick tests that see nothing of the harmless change."""
Reports = Mapping[str, Any]
Order = dict[str, Any]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants run in forks of a warm process")


def path_of(test: str) -> str:
    return f"tests/simulator/{test}"


def kept(base: Path, place: Path) -> Path:
    """A copy of the simulator made of links, but for what will be written anew."""
    shutil.copytree(base, place / base.name, copy_function=os.link)
    return place / base.name


def spoil(package: Path, file: str, source: str) -> None:
    """Write one file anew; neither its original nor the compiled form of that is touched."""
    path = package / file
    path.unlink()
    path.write_text(source, "utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
        compiled.unlink()


def orders(chosen: Iterable[Mutant], base: Path, folder: Path) -> list[Order]:
    """One order for each mutant, and three by which the nursery itself is tried."""
    found: list[Order] = []

    def order(name: str, tests: Iterable[str]) -> Path:
        place = folder / name.replace(" ", "_")
        paths = [path_of(one) for one in tests]
        found.append({"name": name, "place": str(place), "tests": paths, "seconds": SECONDS * len(paths)})
        return kept(base, place)

    chosen = [one for one in chosen if still_there(one, base)]
    order(HEALTHY, sorted({one.test for one in chosen}) or [CONTROL])
    broken, blind = order(BROKEN, [CONTROL]), order(BLIND, [CONTROL])
    spoil(broken, "segments.py", "import nothing_of_this_name\n")
    spoil(blind, "segments.py", (base / "segments.py").read_text("utf-8") + "\nNOTHING = 1\n")
    for mutant in chosen:
        package = order(mutant.name, [mutant.test])
        spoil(package, mutant.file, mutant.spoilt((base / mutant.file).read_text("utf-8")))
    return found


def raised(work: list[Order]) -> Reports:
    """Have the nursery carry the orders out."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(  # noqa: S603 - this interpreter and a file of ours
        [sys.executable, str(NURSERY)],
        input=json.dumps({"orders": work, "abreast": os.cpu_count() or 1}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment,
    )
    reports: Reports = json.loads(done.stdout)
    return reports


@pytest.fixture(scope="module")
def reports(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """What became of the mutants that this run asks for."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    params = [call.params.get("mutant") for call in calls if call is not None]
    chosen = [one for one in params if isinstance(one, Mutant)]
    folder = tmp_path_factory.mktemp("mutants")
    base = folder / "original" / SOURCE.name
    shutil.copytree(SOURCE, base)
    # Once, and not again in every copy.
    compileall.compile_dir(base, quiet=1)
    work = orders(chosen, base, folder)
    found = raised(work)
    for one in work:
        # What it printed stays, to be looked at.
        shutil.rmtree(Path(one["place"]) / base.name)
    return found


def still_there(mutant: Mutant, base: Path) -> bool:
    path = base / mutant.file
    return path.exists() and path.read_text("utf-8").count(mutant.text) == 1


def verdict(mutant: Mutant, report: Reports) -> str:
    """`caught`, or why it is not."""
    if report["late"]:
        return f"its test did not end within {SECONDS} seconds"
    if report["strangers"]:
        return f"the test ran with modules of another place: {report['strangers']}"
    if not report["failures"]:
        return f"{mutant.test} passes: the mutant survives"
    phase, kind, text = report["failures"][0]
    if phase != "call":
        return f"broke down in {phase}: {kind}: {text}"
    if kind not in (*EXPECTED, *mutant.raises):
        return f"broke down by {kind}, which it does not name: {text}"
    return "caught"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS, ids=[one.name for one in MUTANTS])
def test_a_mutant_is_caught_by_its_test(mutant: Mutant, reports: Reports) -> None:
    source = (SOURCE / mutant.file).read_text("utf-8")
    assert mutant.spoilt(source) != source

    assert verdict(mutant, reports[mutant.name]) == "caught"


@pytest.mark.timeout(600)
def test_the_tests_pass_where_nothing_is_spoilt(reports: Reports) -> None:
    report = reports[HEALTHY]

    assert (report["failures"], report["strangers"], report["late"]) == ([], [], False)


@pytest.mark.timeout(600)
def test_what_does_not_even_start_is_not_caught(reports: Reports) -> None:
    assert verdict(MUTANTS[0], reports[BROKEN]).startswith("broke down in")


@pytest.mark.timeout(600)
def test_what_changes_nothing_survives(reports: Reports) -> None:
    assert reports[BLIND]["passed"] > 0
    assert verdict(MUTANTS[0], reports[BLIND]).endswith("the mutant survives")


def test_a_mutant_whose_text_is_gone_is_told() -> None:
    for source in ("", MUTANTS[0].text * 2):
        with pytest.raises(ValueError, match="not once"):
            MUTANTS[0].spoilt(source)


def test_every_area_has_its_mutants() -> None:
    assert {one.area for one in MUTANTS} == AREAS
    assert len({one.name for one in MUTANTS}) == len(MUTANTS) >= 40
    assert all(one.fault.endswith(".") for one in MUTANTS)
