"""What a text costs: its encoding, its segments, and the characters that make it dear."""

from dataclasses import dataclass
from typing import Literal

# The default alphabet of GSM 03.38 and its extension table, which costs an escape more per character.
# A tab and a backtick are in neither.
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
_LAST_OF_THE_BASIC_PLANE = "\uffff"


@dataclass(frozen=True, slots=True)
class _Limits:
    """Units that fit into the only segment, and into each of several; a user data header takes the rest."""

    alone: int
    joined: int


# Twilio docs, glossary/what-sms-character-limit.
_LIMITS = {"GSM-7": _Limits(160, 153), "UCS-2": _Limits(70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """The measure of a body.

    `units` are septets (GSM-7) or UTF-16 units (UCS-2), `per_segment` how many a segment of this message
    holds, `left` how many the last one still takes. `forcing` are the characters outside GSM-7, each once.
    """

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int
    per_segment: int
    left: int
    forcing: tuple[str, ...]


def measure(body: str) -> Segments:
    """What Twilio bills for a body as it stands; an empty one has no segment.

    Agrees with the sixteen bodies sent through Twilio in TwilioDevEd/message-segment-calculator issue 66.
    Trailing line breaks count here, though Twilio is reported there to cut them off.
    """
    if _GSM_BASIC.issuperset(body):
        return _plainly_measured(len(body))
    forcing = tuple(dict.fromkeys(letter for letter in body if not _in_gsm(letter)))
    encoding: Literal["GSM-7", "UCS-2"] = "UCS-2" if forcing else "GSM-7"
    costs = [_utf16_units(letter) for letter in body] if forcing else [_septets(letter) for letter in body]
    units, limits = sum(costs), _LIMITS[encoding]
    if units <= limits.alone:
        return Segments(encoding, units, min(units, 1), limits.alone, limits.alone - units, forcing)
    segments, used = _filled(costs, limits.joined)
    return Segments(encoding, units, segments, limits.joined, limits.joined - used, forcing)


def _plainly_measured(septets: int) -> Segments:
    """Most bodies: each character is one septet, and none is moved whole to the next segment."""
    limits = _LIMITS["GSM-7"]
    if septets <= limits.alone:
        return Segments("GSM-7", septets, min(septets, 1), limits.alone, limits.alone - septets, ())
    segments = -(-septets // limits.joined)
    return Segments("GSM-7", septets, segments, limits.joined, segments * limits.joined - septets, ())


def smart_encode(body: str) -> str:
    """A body with Twilio's look-alikes put in, if that brings all of it into GSM-7; else the body untouched.

    All or nothing, as Twilio announced it in 2017: beside an emoji the look-alikes would save nothing.
    """
    if all(map(_in_gsm, body)):
        return body
    plain = body.translate(_LOOK_ALIKES)
    return plain if all(map(_in_gsm, plain)) else body


def _in_gsm(letter: str) -> bool:
    return letter in _GSM_BASIC or letter in _GSM_EXTENSION


def _septets(letter: str) -> int:
    return 2 if letter in _GSM_EXTENSION else 1


def _utf16_units(letter: str) -> int:
    return 2 if letter > _LAST_OF_THE_BASIC_PLANE else 1


def _filled(costs: list[int], room: int) -> tuple[int, int]:
    """The number of segments and the units in the last one.

    Neither an escaped character nor a surrogate pair is cut in two: it moves whole to the next segment.
    So 153 brackets are 306 septets and yet three segments (message-segment-calculator issue 39).
    """
    segments, used = 1, 0
    for cost in costs:
        if used + cost > room:
            segments, used = segments + 1, 0
        used += cost
    return segments, used


# Twilio docs, messaging/services/smart-encoding-char-list, by what each character becomes. U+201E and U+200C
# were seen to go too (message-segment-calculator issue 66). How many spaces a tab or a no-break space becomes
# is not clear (unsure); one is what a reader expects.
_BECOMES = {
    '"': "\u00ab\u00bb\u201c\u201d\u201e\u201f\u02ba\u02ee\u275d\u275e\u301d\u301e",
    "'": "\u0060\u00b4\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u0313\u0314\u275b\u275c"
    "\ufe10\ufe11",
    "-": "\u2010\u2013\u2014\u2015\u2022\u2043\u23bc\u23bd\ufe63",
    "...": "\u2026",
    "/": "\u00f7\u0337\u0338\u2044\u2215\u29f8",
    "\\": "\u20e5\u29f5\u29f9\ufe68",
    "_": "\u0332\u2017",
    "|": "\u20d2\u20d3\u2223\u239c\u239f\u23b8\u23b9\u23d0",
    "1/4": "\u00bc",
    "1/2": "\u00bd",
    "3/4": "\u00be",
    "@": "\ufe6b",
    "$": "\ufe69",
    "!": "\u01c3\ufe15\ufe57",
    "!!": "\u203c",
    "#": "\ufe5f",
    "%": "\ufe6a",
    "&": "\ufe60",
    ",": "\u201a\u0326\u3001\ufe50\ufe51\uff64",
    "(": "\u2768\u276a\u27ee\u2985\ufe59",
    ")": "\u2769\u276b\u27ef\u2986\ufe5a",
    "*": "\u204e\u2217\u229b\u2722\u2723\u2724\u2725\u2731\u2732\u2733\u273a\u273b\u273c\u273d\u2743\u2749"
    "\u274a\u274b\u29c6\ufe61",
    "+": "\u02d6\ufe62",
    ".": "\u3002\ufe52\uff61",
    ":": "\u02d0\u02f8\u2982\ua789\ufe13",
    ";": "\u204f\ufe14\ufe54",
    "<": "\u2039\ufe64",
    "=": "\u0347\ua78a\ufe66",
    ">": "\u203a\ufe65",
    "?": "\ufe16\ufe56",
    "^": "\u02c6\u0302\u1dcd",
    "{": "\u2774\ufe5b",
    "}": "\u2775\ufe5c",
    "~": "\u02dc\u02f7\u0303\u0330\u0334\u223c",
    " ": "\t\u0080\u008d\u0090\u009b\u009f\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000",
    "": "\0\x03\x04\x10\x11\x12\x13\x14\x17\x19\u200b\u200c\u2060\ufeff",
}
_SMALL_CAPITALS = dict(
    zip(
        "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f\u1d18\u0280\ua731"
        "\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22",
        "ABCDEFGHIJKLMNOPRSTUVWYZ",
        strict=True,
    )
)
# The list has the fullwidth forms of ASCII up to the underscore and again from the brace; no small letters.
_FULLWIDTH = {chr(code + 0xFEE0): chr(code) for code in (*range(0x21, 0x60), *range(0x7B, 0x7F))}
_LOOK_ALIKES = str.maketrans(
    _FULLWIDTH | _SMALL_CAPITALS | {odd: plain for plain, odds in _BECOMES.items() for odd in odds}
)
