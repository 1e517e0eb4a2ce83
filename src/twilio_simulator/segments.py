"""How many segments a text takes (Twilio docs, message resource and glossary)."""

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_BOTH = _GSM | _EXTENDED
GSM_SINGLE, GSM_PART, UCS_SINGLE, UCS_PART = 160, 153, 70, 67
ESCAPED = 2
"""An extension character is sent as an escape and itself."""


def segments(body: str) -> int:
    """The number of parts: GSM-7 when every character allows it, UCS-2 otherwise."""
    if body.isascii() and len(body) <= UCS_SINGLE:
        return 1
    if _BOTH.issuperset(body):
        return _gsm_parts(body)
    units = len(body.encode("utf-16-le")) // 2
    if units <= UCS_SINGLE:
        return 1
    return _parts([2 if ord(character) > 0xFFFF else 1 for character in body], UCS_PART)  # noqa: PLR2004 - beyond the BMP


def _gsm_parts(body: str) -> int:
    costs = [ESCAPED if character in _EXTENDED else 1 for character in body]
    return 1 if sum(costs) <= GSM_SINGLE else _parts(costs, GSM_PART)


def _parts(costs: list[int], room: int) -> int:
    """Fill parts one after the other; a pair (escape or surrogate) is never torn apart."""
    parts, used = 1, 0
    for cost in costs:
        if used + cost > room:
            parts, used = parts + 1, 0
        used += cost
    return parts


SMART = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\u2009": " ",
        "\u200b": "",
    }
)
"""The look-alikes that SmartEncoded replaces before counting (Twilio docs name these groups)."""
