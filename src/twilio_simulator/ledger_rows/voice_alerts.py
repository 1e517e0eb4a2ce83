"""What goes wrong with the TwiML of calls: alerts of the debugger."""

from typing import Literal

from twilio_simulator.ledger_rows.rule import Rule

READ = "2026-11"
TWICE = "error dictionary, which gives 13310 and 13311 the same title"


def _alert(
    code: int, text: str, level: Literal["error", "warning"] = "warning", source: str = "error dictionary"
) -> Rule:
    return Rule(code, None, text, source, "documented", READ, alert=True, level=level)


ROWS = (
    _alert(11100, "Invalid URL format", "error"),
    _alert(13310, "Gather: Invalid finishOnKey value", source=TWICE),
    _alert(13312, "Gather: Invalid method value"),
    _alert(13313, "Gather: Invalid timeout value"),
    _alert(13314, "Gather: Invalid numDigits value"),
    _alert(13320, "Gather: Invalid nested verb"),
    _alert(13338, "Gather: Invalid actionOnEmptyResult value", "error"),
    _alert(13410, "Play: Invalid loop value"),
    _alert(13430, "Play: Invalid DTMF String"),
    _alert(13510, "Say: Invalid loop value"),
    _alert(13520, "Say: Invalid text"),
    _alert(13521, "Say: character limits exceeded"),
)
