import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

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
