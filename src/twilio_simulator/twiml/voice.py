"""What TwiML says on a call: what is heard, for how long, and what is asked."""

from dataclasses import dataclass
from urllib.parse import urljoin

from twilio_simulator.twiml.document import Element

WORD_MS, LEAST_MS, PLAY_MS, TONE_MS = 350, 500, 3000, 500
"""How long a word, any speech, a recording and a tone take: of the order of a real call."""
ENDLESS = 1000
"""How often `loop="0"` says it: until somebody hangs up, Twilio's pages say, or so many times."""
HEARD = frozenset({"Say", "Play", "Pause"})
SILENT_HERE = frozenset(
    {"Dial", "Record", "Enqueue", "Leave", "Connect", "Start", "Stop", "Refer", "Pay", "Prompt", "Siprec"}
)
"""Verbs that Twilio has and the simulator only notes."""
DEFAULT_TIMEOUT = 5
"""Seconds that a Gather waits for the first and each further digit."""
KEYS = "0123456789*#"


@dataclass(slots=True)
class GatherVerb:
    """What a Gather waits for."""

    action: str
    method: str
    timeout: int
    digits: int | None
    finish: str
    empty_too: bool
    """Whether the action is asked even when nothing was pressed."""


def utterance(verb: Element) -> str:
    """What is heard: words, the address of a recording, tones, or how long silence lasts."""
    if verb.name == "Say":
        return verb.speech
    if verb.name == "Play":
        digits = verb.get("digits")
        return f"tones {digits}" if digits else verb.text
    return f"{_whole(verb.get('length'), 1)} s of silence"


def lasts(verb: Element) -> int:
    """Milliseconds that it is heard."""
    if verb.name == "Pause":
        return 1000 * _whole(verb.get("length"), 1)
    loop = _whole(verb.get("loop"), 1) or ENDLESS
    if verb.name == "Say":
        return loop * max(LEAST_MS, WORD_MS * len(verb.speech.split()))
    digits = verb.get("digits")
    return loop * (TONE_MS * len(digits) if digits else PLAY_MS)


def gather(verb: Element, base: str) -> GatherVerb:
    """The particulars of a Gather; without an action it asks the present document's URL."""
    count = verb.get("numDigits")
    return GatherVerb(
        action=urljoin(base, verb.get("action")) if verb.get("action") else base,
        method=verb.get("method", "POST").upper(),
        timeout=_whole(verb.get("timeout"), DEFAULT_TIMEOUT),
        digits=int(count[:9]) if count.isdecimal() else None,
        finish=verb.get("finishOnKey", "#"),
        empty_too=verb.get("actionOnEmptyResult").lower() == "true",
    )


def redirect(verb: Element, base: str) -> tuple[str, str]:
    """URL and method of a Redirect."""
    return urljoin(base, verb.text), verb.get("method", "POST").upper()


def _whole(text: str, default: int) -> int:
    return int(text[:9]) if text.isdecimal() else default
