"""Words that stop, start and explain texts, and what is answered to them."""

from dataclasses import dataclass, field
from typing import Any, Literal

OptOutType = Literal["STOP", "START", "HELP"]


@dataclass(frozen=True, slots=True)
class Keyword:
    """The words of one kind, in capitals, and the answer to them; a blank one answers nothing."""

    words: tuple[str, ...]
    reply: str

    def shown(self) -> dict[str, Any]:
        """As the control API shows it."""
        return {"words": list(self.words), "reply": self.reply}


Rules = dict[OptOutType, Keyword]
# Words: Twilio docs, advanced opt-out and TwiML for messaging. The texts of the first two stand in Twilio's
# OpenAPI examples (messaging v3), the third in 10DLC samples.
STANDARD: Rules = {
    "STOP": Keyword(
        ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        "You have successfully been unsubscribed. You will not receive any more messages from this number. "
        "Reply START to resubscribe.",
    ),
    "START": Keyword(
        ("START", "YES", "UNSTOP"),
        "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
        "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    ),
    "HELP": Keyword(("HELP", "INFO"), "Reply STOP to unsubscribe. Msg&Data Rates May Apply."),
}


@dataclass(slots=True)
class Keywords:
    """What a Messaging Service listens to under Advanced Opt-Out."""

    rules: Rules = field(default_factory=lambda: dict(STANDARD))
    countries: dict[str, Rules] = field(default_factory=dict)
    """What differs for phones of a country, by its ISO code."""

    def of(self, country: str) -> Rules:
        """The rules for a phone of this country."""
        return {**self.rules, **self.countries.get(country, {})}

    def shown(self) -> dict[str, Any]:
        """As the control API shows them, and takes them."""
        overrides = {name: _shown(rules) for name, rules in self.countries.items()}
        return {**_shown(self.rules), "countries": overrides}


def _shown(rules: Rules) -> dict[str, Any]:
    return {kind.lower(): one.shown() for kind, one in rules.items()}
