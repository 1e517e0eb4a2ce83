"""The locked requirements, held against what the installed packages ask for."""

import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).parents[1] / "requirements"
PIN = re.compile(r"^([\w.-]+)(?:\[([^\]]*)\])?==", re.MULTILINE)


def pins(name: str) -> dict[str, frozenset[str]]:
    """What a file locks, and with which extras."""
    found = PIN.findall((FOLDER / name).read_text())
    return {
        canonicalize_name(package): frozenset(extras.split(",")) if extras else frozenset()
        for package, extras in found
    }


def wanted(package: str) -> list[Requirement]:
    """What an installed package asks for on this machine, its own extras left out."""
    try:
        asked = [Requirement(text) for text in requires(package) or ()]
    except PackageNotFoundError:  # for another platform or Python
        return []
    return [need for need in asked if need.marker is None or need.marker.evaluate({"extra": ""})]


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "build.txt"])
def test_a_package_wanted_with_an_extra_is_locked_with_it(name: str) -> None:
    # pip 23 looks for `coverage[toml]` anew where `coverage` alone is locked, and where there is a newer
    # release by then, it finds that and refuses it, since its hash is in no file.
    locked = pins(name)
    short = [
        f"{package} wants {need}"
        for package in locked
        for need in wanted(package)
        if not need.extras <= locked.get(canonicalize_name(need.name), need.extras)
    ]

    assert len(locked) > 4
    assert short == []
