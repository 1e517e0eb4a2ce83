"""Reads the words and answers of Advanced Opt-Out, which Twilio has a console page for and no API."""

from typing import cast, get_args

from twilio_simulator.control.fields import Fields
from twilio_simulator.countries import COUNTRIES
from twilio_simulator.world.keywords import Keyword, Keywords, OptOutType, Rules

KINDS: tuple[OptOutType, ...] = get_args(OptOutType)
LONGEST_WORD, LONGEST_REPLY = 160, 1600


def keywords(fields: Fields, name: str, present: Keywords) -> Keywords:
    """`{stop: {words, reply}, start, help, countries: {MX: {...}}}`; what is not said stays as it is."""
    given = fields.part(name)
    rules = _rules(given, present.rules)
    found = Keywords({**present.rules, **rules}, dict(present.countries))
    overrides = given.part("countries")
    for country in overrides.names():
        if country not in COUNTRIES:
            overrides.wrong(country, "is no country", "Use ISO codes of countries, like MX.")
        part = overrides.part(country)
        found.countries[country] = _rules(part, found.rules)
        part.finished()
        _check_unique(part, found.of(country))
    overrides.finished()
    given.finished()
    _check_unique(given, found.rules)
    return found


def _rules(fields: Fields, present: Rules) -> Rules:
    found: Rules = {}
    for kind in KINDS:
        if not fields.has(kind.lower()):
            continue
        part = fields.part(kind.lower())
        words = part.texts("words") if part.has("words") else list(present[kind].words)
        reply = part.text("reply", present[kind].reply) or ""
        found[kind] = Keyword(tuple(dict.fromkeys(word.strip().upper() for word in words)), reply)
        _check(part, kind, found[kind])
        part.finished()
    return found


def _check(fields: Fields, kind: str, keyword: Keyword) -> None:
    if kind not in keyword.words:
        fields.wrong("words", f"lacks {kind}", f"{kind} cannot be removed, as in Twilio's Console.")
    if not all(0 < len(word) <= LONGEST_WORD for word in keyword.words):
        fields.wrong(
            "words", "has a word that is blank or too long", f"Stay within {LONGEST_WORD} characters."
        )
    if len(keyword.reply) > LONGEST_REPLY:
        fields.wrong("reply", f"has {len(keyword.reply)} characters", f"Stay within {LONGEST_REPLY}.")


def _check_unique(fields: Fields, rules: Rules) -> None:
    seen: dict[str, str] = {}
    for kind, keyword in rules.items():
        for word in keyword.words:
            if seen.setdefault(word, kind) != kind:
                name = cast("str", kind).lower()
                fields.wrong(name, f"has {word}, a word of {seen[word]}", "Take it out of one of them.")
