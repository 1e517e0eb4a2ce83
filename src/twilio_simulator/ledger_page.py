"""The ledger as a page: `python -m twilio_simulator.ledger_page > docs/simulator/ledger.md`."""

import ast
import inspect
import sys
from itertools import pairwise

from twilio_simulator import ruleset
from twilio_simulator.ledger import LEDGER
from twilio_simulator.ledger_rows.rule import Rule

HEAD = """# The behaviour ledger

Every refusal, late code and debugger alert of the simulator is one row here; the texts it answers are these.
This page is made from the code; a test fails when it falls behind.

How sure a row is:

- **captured**: the text was seen on the wire
- **documented**: it stands in Twilio's pages or error dictionary
- **inferred**: it fits its neighbours, but was not seen

*Forced only* means that nothing in the simulator brings the code about by itself: a [fault](faults.md) or the
`outcome_code` of a phone has to.

`read` is the month in which the source was read. Words in braces are filled in.

"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _when(rule: Rule) -> str:
    forced = "; forced only" if rule.forced else ""
    if rule.alert:
        return f"alert ({rule.level}){', also late' if rule.late else ''}{forced}"
    return ("late" if rule.status is None else f"at once, {rule.status}") + forced


def codes() -> str:
    """The table of all rules."""
    lines = ["| code | when | text | source | confidence | read |", "| --- | --- | --- | --- | --- | --- |"]
    for code, rule in sorted(LEDGER.items()):
        link = f"[{code}](https://www.twilio.com/docs/errors/{code})"
        cells = (link, _when(rule), _cell(rule.text), _cell(rule.source), rule.confidence, rule.read)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _reasons() -> dict[str, str]:
    """The sentence below each setting of the ruleset."""
    tree = ast.parse(inspect.getsource(ruleset))
    body = next(one for one in tree.body if isinstance(one, ast.ClassDef)).body
    found = {}
    for field, words in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(words, ast.Expr):
            found[ast.unparse(field.target)] = " ".join(str(ast.literal_eval(words.value)).split())
    return found


def settings() -> str:
    """The table of open questions and what is assumed."""
    rules = ruleset.Ruleset()
    lines = ["| setting | default | what is open |", "| --- | --- | --- |"]
    for name, reason in _reasons().items():
        lines.append(f"| `{name}` | `{_cell(str(getattr(rules, name)))}` | {_cell(reason)} |")
    return "\n".join(lines)


def page() -> str:
    """The whole page, as Markdown."""
    questions = (
        "Where Twilio's own sources disagree or are silent, the choice is a named setting: "
        "`--rule NAME=VALUE` on the command line, `Options(ruleset=Ruleset(...))` in Python."
    )
    return f"{HEAD}## Codes\n\n{codes()}\n\n## Open questions\n\n{questions}\n\n{settings()}\n"


if __name__ == "__main__":
    sys.stdout.write(page())
