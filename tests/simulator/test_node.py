"""Twilio's official Node SDK as a client.

Skips where node or npm is missing or cannot install it; RINGBACK_REQUIRE_NODE=1 makes that a failure.
"""

import asyncio
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tests.simulator.local import HANDSET

from twilio_simulator.running import process

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
HERE = Path(__file__).parent / "node"
PINNED = ("package.json", "package-lock.json")
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def without_node(why: str) -> NoReturn:
    if os.environ.get("RINGBACK_REQUIRE_NODE") == "1":
        pytest.fail(f"RINGBACK_REQUIRE_NODE is set, and {why}")
    pytest.skip(f"NOT TESTED with Twilio's Node SDK: {why}")


@pytest.fixture(scope="module")
def installed() -> Path:
    """A folder with the pinned SDK, kept between runs under the hash of what is pinned."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        without_node("node or npm is missing")
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in PINNED)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"ringback-node-{os.getuid()}-{digest}"
    if not (folder / "ready").exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in PINNED:
            shutil.copy(HERE / name, folder)
        done = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True, timeout=240, check=False)  # noqa: S603 - npm with fixed arguments
        if done.returncode != 0:
            without_node(f"npm could not install it: {done.stderr[-500:]}")
        (folder / "ready").touch()
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, folder)
    return folder


def conversation(folder: Path, told: dict[str, Any]) -> dict[str, Any]:
    facts = {
        "address": told["url"],
        "sid": told["account_sid"],
        "token": told["auth_token"],
        "number": told["number"],
        "service": told["verify_service"],
        "handset": HANDSET,
    }
    return seen_by(folder, ("conformance.mjs", json.dumps(facts)), {})


def seen_by(folder: Path, script: tuple[str, ...], given: dict[str, str]) -> dict[str, Any]:
    """What a script prints, run with these environment variables and no others of ours."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = ("node", *script)
    done = subprocess.run(  # noqa: S603 - our own script
        command,
        cwd=folder,
        env={**clean, **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


PROGRAM = {
    "texts": [f"Text {index}" for index in (4, 3, 2, 1, 0)],
    "refused": [21211, 400],
    "services": ["Simulated Verify", "Second", "Third"],
    "verification": "pending",
    "pool": "Pool",
    "valid": True,
    "contents": 3,
    "balance": "USD",
}


def refused(code: int, status: int) -> dict[str, Any]:
    return {"code": code, "status": status, "moreInfo": f"https://www.twilio.com/docs/errors/{code}"}


async def test_the_node_sdk_works_unchanged_but_for_the_address(installed: Path) -> None:
    async with process("--seed", "1") as told:
        seen = conversation(installed, told)

    assert seen == {
        "texts": [f"Text {index}" for index in (4, 3, 2, 1, 0)],
        "created": {"status": "queued", "segments": "2", "price": None},
        "dated": True,
        "fetched": 71,
        "badNumber": refused(21211, 400),
        "tooLong": refused(21617, 400),
        "unknown": refused(20404, 404),
        "verify": ["pending", "pending", False, "approved", True],
        "usedCode": refused(20404, 404),
        "rateLimited": refused(20429, 429),
        "services": 2,
        "numbers": [told["number"]],
        "lookup": [True, "(415) 555-0123", "mobile"],
        "account": "active",
        "branch": True,
        "key": 32,
        "balance": "USD",
    }


async def test_the_example_of_the_documentation_runs(installed: Path) -> None:
    page = (HERE.parents[2] / "docs" / "simulator" / "doors.md").read_text()
    [example] = re.findall(r"^```javascript\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    async with process("--seed", "1") as told:
        (installed / "example.mjs").write_text(example.replace("http://127.0.0.1:4010", told["url"]))
        seen = await asyncio.to_thread(seen_by, installed, ("example.mjs",), {})

    assert seen == {"status": "delivered"}


async def test_an_unmodified_program_comes_through_the_proxy(installed: Path, tmp_path: Path) -> None:
    async with process("--proxy-port", "0", "--proxy-folder", str(tmp_path / "certificates")) as told:
        exports = told["proxy"]["node"]
        credentials = {"SID": told["account_sid"], "TOKEN": told["auth_token"]}
        seen = await asyncio.to_thread(seen_by, installed, ("program.mjs",), {**exports, **credentials})

    assert seen == PROGRAM


async def test_a_program_may_bring_its_own_http_client(installed: Path) -> None:
    async with process() as told:
        given = {"ADDRESS": told["url"], "SID": told["account_sid"], "TOKEN": told["auth_token"]}
        seen = await asyncio.to_thread(seen_by, installed, ("http_client.mjs",), given)

    assert seen == PROGRAM


async def test_without_the_proxys_certificate_a_program_gets_nowhere(installed: Path, tmp_path: Path) -> None:
    async with process("--proxy-port", "0", "--proxy-folder", str(tmp_path / "certificates")) as told:
        given = {"HTTP_PROXY": told["proxy"]["node"]["HTTP_PROXY"]}
        given |= {"SID": told["account_sid"], "TOKEN": told["auth_token"]}
        with pytest.raises(AssertionError, match=r"(?i)certificate"):
            await asyncio.to_thread(seen_by, installed, ("program.mjs",), given)


def test_the_lock_file_names_no_download_address() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text())

    packages = lock["packages"]
    assert packages["node_modules/twilio"]["version"] == "6.2.0"
    assert not any("resolved" in one for one in packages.values())
    assert all("integrity" in one for name, one in packages.items() if name)
