"""The mutants of the simulator: single faults, each with the one test that is meant to catch it.

To add one, write a section into a file of `table/` (one file per part of the simulator):

    [the-name-of-the-mutant]
    area = "segment counts"            # one of AREAS
    fault = "What is wrong, as a sentence."
    file = "segments.py"               # under src/twilio_simulator
    text = "GSM_SINGLE, GSM_PART = 160, 153"    # occurs exactly once in the file
    becomes = "GSM_SINGLE, GSM_PART = 161, 153"
    test = "test_creating_messages.py::test_segments_are_counted_as_the_carrier_does"

then `pytest tests/simulator/mutants -k the-name`. The test has to fail by an assertion, or because
`pytest.raises` saw nothing; an exception of another kind counts only where `raises = ["KeyError"]` names it.
A test that does not end, or does not even start, has caught nothing. A mutant that survives is a finding:
write the test that was missing. A change of the simulator that removes a mutant's text fails the table, so
that no mutant is lost unseen: give the mutant its new text, or take it out together with the rule that it
broke.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE.parents[2] / "src" / "twilio_simulator"
TABLE = HERE / "table"
AREAS = frozenset(
    {
        "message validation",
        "segment counts",
        "paging",
        "status of a message",
        "24-hour window",
        "sandbox",
        "opt-outs",
        "trials",
        "test credentials",
        "content templates",
        "scheduling",
        "sender pools",
        "verify",
        "lookup",
        "calls",
        "signatures",
        "order of webhooks",
        "retries and fallback",
        "twiml",
        "faults",
        "reset and snapshots",
        "clock",
        "seeds",
        "safety",
        "control input",
        "isolation",
        "form of answers",
        "limits of memory",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One fault of the simulator; `test` is a file of tests/simulator and a test in it."""

    name: str
    area: str
    fault: str
    file: str
    text: str
    becomes: str
    test: str
    raises: tuple[str, ...] = ()

    def spoilt(self, source: str) -> str:
        """The source with the fault in it.

        Raises:
            ValueError: the text is not there exactly once, so this is no fault of this source any more.
        """
        count = source.count(self.text)
        if count != 1:
            remedy = "give the mutant its new text, or take it out with the rule that it broke"
            raise ValueError(
                f"{self.name}: {self.text!r} stands {count} times in {self.file}, not once: {remedy}"
            )
        return source.replace(self.text, self.becomes)


def mutants() -> list[Mutant]:
    """The whole table."""
    sections = [tomllib.loads(path.read_text("utf-8")) for path in sorted(TABLE.glob("*.toml"))]
    return [
        Mutant(name=name, **{**fields, "raises": tuple(fields.get("raises", ()))})
        for section in sections
        for name, fields in section.items()
    ]
