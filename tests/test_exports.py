"""What `from ringback import …` offers, and the stub that tells type checkers the same."""

import os
import re
from pathlib import Path
from typing import assert_type

import pytest

import ringback
from ringback import Ringback, SendMessage, VerifyCode, __version__
from ringback.actions import find, names
from ringback.actions.send_message import SendMessage as Defined
from ringback.app import Ringback as Built

STUB = Path(ringback.__file__).with_name("__init__.pyi")
LONGEST = 110
RENEW = "RENEW_GOLDEN=1 .venv/bin/python -m pytest tests/test_exports.py"


def stub() -> str:
    """The stub as it must be for the catalogue of today."""
    lines = [
        "# The names of the package for type checkers; written by tests/test_exports.py.",
        *(exported(name) for name in names()),
        "from ringback.app import Ringback as Ringback",
        "",
        "__version__: str",
    ]
    return "".join(f"{line}\n" for line in lines)


def exported(name: str) -> str:
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    line = f"from ringback.actions.{module} import {name} as {name}"
    return line if len(line) <= LONGEST else line.replace("import ", "import (\n    ") + ",\n)"


def test_the_stub_is_that_of_the_catalogue() -> None:
    if os.environ.get("RENEW_GOLDEN"):
        STUB.write_text(stub())

    assert stub() == STUB.read_text(), f"The catalogue changed. Renew the stub: {RENEW}"


@pytest.mark.parametrize("name", names())
def test_every_input_is_importable_from_the_package(name: str) -> None:
    assert getattr(ringback, name) is find(name).input


def test_what_is_imported_is_typed() -> None:
    """Type checkers judge this one: without the stub everything here would be Any."""
    assert_type(SendMessage, type[Defined])
    assert_type(Ringback, type[Built])
    assert_type(SendMessage(to="+14155550111", sender="+14155550100", body="Hi").body, str | None)
    assert_type(__version__, str)

    assert (SendMessage, Ringback) == (Defined, Built)
    assert VerifyCode.model_fields.keys() >= {"to", "code"}


@pytest.mark.parametrize("name", ["SendMesage", "sendmessage", "catalogue", "Secret", "_x"])
def test_what_is_not_offered_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(ringback, name)
