"""Where each value of an account is found in Twilio's Console, as forms, commands and documents tell it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import Field


class Value(NamedTuple):
    """What a field holds and where it is found, and an example."""

    where: str
    example: str | int | bool


VALUES: Mapping[str, Value] = {
    "name": Value("How you call this account here: a letter, then letters, digits and underscores.", "shop"),
    "account_sid": Value(
        "Account SID: Console home page, under Account Info. AC and 32 hexadecimal digits.",
        "AC" + "0" * 32,
    ),
    "auth_token": Value(
        "Auth Token: Console home page, under Account Info, after Show. 32 hexadecimal digits. "
        "It is needed beside an API key, too: Twilio signs its callbacks with it.",
        "0" * 32,
    ),
    "api_key_sid": Value(
        "SID of an API key of type Standard: Console, Account > API keys & tokens. SK and 32 hexadecimal "
        "digits. With it, requests are made with the key instead of the Auth Token.",
        "SK" + "0" * 32,
    ),
    "api_key_secret": Value(
        "Secret of that API key: Console, Account > API keys & tokens, shown once, when the key is made.",
        "k" * 32,
    ),
    "environment": Value(
        "What the account is for. One labelled simulator never reaches Twilio.",
        "development",
    ),
    "region": Value(
        "Twilio Region that holds the account's data; us1 if left out. Console, Account > API keys & tokens: "
        "the region chosen there is the one that its Auth Token and keys belong to.",
        "ie1",
    ),
    "edge": Value(
        "Edge location through which Twilio is reached; for ie1 and au1 it follows from the region. "
        "It is not in the Console: Twilio's documents list the edge locations.",
        "dublin",
    ),
    "base_url": Value(
        "Only for a simulator: the address it printed when it started. Twilio's own hosts need none.",
        "http://127.0.0.1:4010",
    ),
    "default_country": Value(
        "Two-letter ISO 3166 code of the country in which numbers without a country code are read.",
        "IN",
    ),
    "default_sender": Value(
        "Whom messages come from when an action names no sender. A number: Console, Phone Numbers > Manage > "
        "Active numbers. A Messaging Service (MG…): Console, Messaging > Services.",
        "+15005550006",
    ),
    "default_verify_service": Value(
        "Verify service for actions that name none: Console, Verify > Services. VA and 32 hexadecimal "
        "digits; or the word create, which makes one at Twilio, named after this account.",
        "VA" + "0" * 32,
    ),
    "verification_lifetime": Value(
        "Seconds that Twilio keeps a verification of this account: 600, unless Twilio Support set another "
        "lifetime for it, from 120 to 86400. It is not in the Console.",
        600,
    ),
    "previous_token_lifetime": Value(
        "Seconds for which callbacks signed with the previous Auth Token are still accepted: 86400, a day, "
        "unless told; 0 for none, when it is in wrong hands. Requests are made with the new one alone.",
        86_400,
    ),
    "not_found_means": Value(
        "What becomes of a job whose answer was lost and that Twilio does not list after 10 minutes. "
        "unknown: it stays so until somebody settles it. not_sent: it ends so. send_again: it ends so and is "
        "sent once more, as a new job. A list may lag, and what is sent again may then arrive twice. It is "
        "not in the Console.",
        "unknown",
    ),
}


def found(name: str, default: Any = ..., **rules: Any) -> Any:
    """A field with its description and example."""
    value = VALUES[name]
    return Field(default, description=value.where, examples=[value.example], **rules)
