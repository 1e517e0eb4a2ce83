import ast
import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from tests.simulator.local import HANDSET, Local

import twilio_simulator
from twilio_simulator.ledger import LEDGER, RefusalError, late_text
from twilio_simulator.ruleset import Ruleset

SOURCES = sorted(Path(twilio_simulator.__file__).parent.rglob("*.py"))


def test_every_code_that_is_refused_has_its_row() -> None:
    raised = {int(code) for file in SOURCES for code in re.findall(r"RefusalError\((\d+)", file.read_text())}

    assert len(raised) > 30
    assert raised <= {code for code, rule in LEDGER.items() if rule.status is not None}


def test_every_choice_of_the_ruleset_has_its_row() -> None:
    hints = get_type_hints(Ruleset)
    codes = {choice for hint in hints.values() for choice in get_args(hint) if isinstance(choice, int)}

    assert codes <= set(LEDGER)


def codes_in_code() -> set[int]:
    """Every number that stands in the simulator's code: not in its words, nor in the ledger itself."""
    ledger = ("ledger.py", "ledger_page.py")
    files = [one for one in SOURCES if one.name not in ledger and one.parent.name != "ledger_rows"]
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text())))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and type(node.value) is int}


def test_every_row_comes_about_or_says_that_it_has_to_be_forced() -> None:
    raised = codes_in_code()

    assert [code for code, rule in LEDGER.items() if not rule.forced and code not in raised] == []
    assert [code for code, rule in LEDGER.items() if rule.forced and code in raised] == []


@pytest.mark.anyio
@pytest.mark.parametrize("code", sorted(code for code, rule in LEDGER.items() if rule.forced))
async def test_what_has_to_be_forced_can_be(local: Local, code: int) -> None:
    if LEDGER[code].status is None:
        await local.does("PATCH", f"/phones/{HANDSET}", {"outcome_code": code})
        message = await local.sent()
        await local.advance(5)
        assert (await local.message(message["sid"]))["error_code"] == code
    else:
        await local.does("POST", "/faults", {"do": [{"kind": "refusal", "code": code}]})
        answer = await local.send()
        assert (answer.status, answer.code) == (LEDGER[code].status, code)


def test_rows_are_unique_and_name_their_source() -> None:
    assert all(rule.source and rule.code == code for code, rule in LEDGER.items())


def test_a_refusal_reads_like_twilios() -> None:
    body = RefusalError(21211, to="+1415").body()

    assert body == {
        "code": 21211,
        "message": "The 'To' number +1415 is not a valid phone number.",
        "more_info": "https://www.twilio.com/docs/errors/21211",
        "status": 400,
    }


@pytest.mark.parametrize(("code", "text"), [(30004, "Message blocked"), (39999, "Unknown error")])
def test_late_codes_have_a_text(code: int, text: str) -> None:
    assert late_text(code) == text


def test_the_simulator_shares_no_code_with_the_connector() -> None:
    own = re.compile(r"^\s*(from|import) ringback", re.MULTILINE)

    assert not [file for file in SOURCES if own.search(file.read_text())]
