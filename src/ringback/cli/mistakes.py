"""What was typed, made readable, and what cannot be read, as one of our own errors."""

from collections.abc import Sequence

from cyclopts import CycloptsError, MissingArgumentError, UnusedCliTokensError

from ringback.cli.show import WHOLE
from ringback.errors import FieldError, InvalidInput


def mistake(error: CycloptsError) -> InvalidInput:
    """The error in our words, its option as the field."""
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        return InvalidInput([FieldError(_field(error.argument.name), _missing(error))])
    if isinstance(error, UnusedCliTokensError):
        left = " ".join(repr(token) for token in error.unused_tokens or ())
        text = f"There is no place for {left}. Put a value that holds spaces into quotes."
        return InvalidInput([FieldError(WHOLE[0], text)])
    field = WHOLE[0] if error.argument is None else _field(error.argument.name)
    return InvalidInput([FieldError(field, str(error))])


def check_text(argv: Sequence[str]) -> None:
    """Refuse what is no text: Python hands undecodable bytes on as half characters. Raises `InvalidInput`."""
    if any("\ud800" <= letter <= "\udfff" for argument in argv for letter in argument):
        raise InvalidInput([FieldError(WHOLE[0], "An argument is not UTF-8 text. Write it anew as UTF-8.")])


def with_dashes(argv: Sequence[str]) -> list[str]:
    """`--code -` as `--code=-`: alone, the dash that stands for standard input is taken for an option."""
    joined: list[str] = []
    for argument in argv:
        if argument == "-" and joined and joined[-1].startswith("--") and "=" not in joined[-1]:
            joined[-1] += "=-"
        else:
            joined.append(argument)
    return joined


def where_to_look(error: CycloptsError) -> str:
    """The help page of the command that was meant."""
    return f"See: {' '.join(['ringback', *(error.command_chain or ())])} --help"


def _missing(error: MissingArgumentError) -> str:
    given = error.argument is not None and bool(error.argument.tokens or error.keyword)
    return "Needs a value after it; one that begins with - is written with =." if given else "Is required."


def _field(name: str) -> str:
    return name.lstrip("-").replace("-", "_").lower()
