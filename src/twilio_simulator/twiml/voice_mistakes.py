"""What Twilio's debugger says about a verb of a call that it carries out all the same (errors/13310 ff.)."""

import re
from collections.abc import Iterator

from twilio_simulator.twiml.document import Element
from twilio_simulator.twiml.voice import HEARD, KEYS

LONGEST_SAY = 4096
TONES = re.compile(r"[0-9#*wW]+")
Mistake = tuple[int, str]


def mistakes(verb: Element) -> Iterator[Mistake]:
    """Code and particulars of each, most of them warnings: the default holds then."""
    if verb.name == "Gather":
        yield from _of_gather(verb)
        return
    if verb.name in ("Say", "Play"):
        yield from _of_speech(verb)


def _of_gather(verb: Element) -> Iterator[Mistake]:
    finish = verb.get("finishOnKey")
    if finish and (len(finish) > 1 or finish not in KEYS):
        yield 13310, f"finishOnKey is '{finish}'"
    if verb.get("method").upper() not in ("", "GET", "POST"):
        yield 13312, f"method is '{verb.get('method')}'"
    # `auto` belongs to speech, and is no mistake.
    if not _counts(verb.get("timeout")) and verb.get("timeout") != "auto":
        yield 13313, f"timeout is '{verb.get('timeout')}'"
    if not _counts(verb.get("numDigits")) or verb.get("numDigits") == "0":
        yield 13314, f"numDigits is '{verb.get('numDigits')}'"
    if verb.get("actionOnEmptyResult").lower() not in ("", "true", "false"):
        yield 13338, f"actionOnEmptyResult is '{verb.get('actionOnEmptyResult')}'"
    for one in verb.children:
        if one.name in HEARD:
            yield from _of_speech(one)
        else:
            yield 13320, f"{one.name} stands in a Gather"


def _of_speech(verb: Element) -> Iterator[Mistake]:
    play = verb.name == "Play"
    if not _counts(verb.get("loop")):
        yield 13410 if play else 13510, f"loop is '{verb.get('loop')}'"
    digits = verb.get("digits")
    if play and digits and TONES.fullmatch(digits) is None:
        yield 13430, f"digits is '{digits}'"
    if verb.name == "Say" and not verb.speech:
        yield 13520, "there is nothing to say"
    if verb.name == "Say" and len(verb.speech) > LONGEST_SAY:
        yield 13521, f"{len(verb.speech)} characters are more than {LONGEST_SAY}"


def _counts(text: str) -> bool:
    return not text or text.isdecimal()
