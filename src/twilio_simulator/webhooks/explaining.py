"""Explains a signature step by step: what was signed, what should have come out, and why it did not."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from twilio_simulator.webhooks.signature import Algorithm, Parameters, signature, signed_text
from twilio_simulator.world.account import Account

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Claim:
    """A request as its receiver saw it."""

    url: str
    parameters: Parameters
    given: str
    body: str | None = None
    """The raw body when it is JSON."""


class Guess(NamedTuple):
    """One way to have made the signature, and what it means when it fits."""

    url: str
    parameters: Parameters
    meaning: str


class Explanation(NamedTuple):
    """What `POST /_sim/webhooks/verify` answers."""

    valid: bool
    verdict: str
    steps: list[str]
    expected: str
    signed_text: str


def explained(claim: Claim, account: Account) -> Explanation:
    """Compute the signature as a receiver should, and look for the mistake when another one was given."""
    name, token, algorithm = _key(account)
    parameters = [] if claim.body is not None else claim.parameters
    expected = signature(token, claim.url, parameters, algorithm)
    steps = [
        f"1. Take the URL as configured, to the byte: {claim.url}",
        f"2. Append the names and values of the {len(parameters)} form parameters, names sorted: "
        + (" ".join(f"{one}={value}" for one, value in sorted(parameters)) or "none"),
        f"3. Take {algorithm} of that text with {name} as the key, and write it in base64: {expected}",
        f"4. Compare with X-Twilio-Signature: {claim.given}",
    ]
    hash_verdict = _body_verdict(claim)
    if hash_verdict is not None:
        steps.append(f"5. {hash_verdict}")
    fits = _fitting(claim, account, parameters)
    valid = fits == "" and not (hash_verdict or "").startswith("The body")
    verdict = "The signature is right." if valid else fits or hash_verdict or ""
    return Explanation(valid, verdict, steps, expected, signed_text(claim.url, parameters))


def _key(account: Account) -> tuple[str, str, Algorithm]:
    if account.signing_key is not None:
        return "the webhook signing key", account.signing_key[1], "HMAC_SHA256"
    return "the primary auth token", account.auth_token, "HMAC_SHA1"


def _body_verdict(claim: Claim) -> str | None:
    told = dict(parse_qsl(urlsplit(claim.url).query)).get("bodySHA256")
    if told is None or claim.body is None:
        return None
    if sha256(claim.body.encode()).hexdigest() == told.lower():
        return "bodySHA256 in the URL is the hash of the body."
    return "The body is not the one that was signed: bodySHA256 in the URL is another hash."


def _fitting(claim: Claim, account: Account, parameters: Parameters) -> str:
    """Blank when the signature is right or as good as; what went wrong otherwise."""
    keys = list(_keys(account))
    for guess in _guesses(claim.url, parameters):
        for index, (token, algorithm, meaning) in enumerate(keys):
            if signature(token, guess.url, guess.parameters, algorithm) == claim.given:
                reasons = [one for one in (guess.meaning, meaning if index else "") if one]
                return " ".join(reasons)
    return (
        "No known mistake explains it: the token is of another account, a parameter was added, dropped or "
        "changed (trimmed, decoded twice), or the URL differs from the one that Twilio was given."
    )


def _keys(account: Account) -> Iterator[tuple[str, Algorithm, str]]:
    _, token, algorithm = _key(account)
    yield token, algorithm, ""
    if account.signing_key is not None:
        yield account.auth_token, "HMAC_SHA1", "It is signed with the auth token, not with the signing key."
    if account.secondary_token is not None:
        yield (
            account.secondary_token,
            "HMAC_SHA1",
            "It is signed with the secondary token; Twilio never does.",
        )
    for old in account.past_tokens[:-1]:
        yield old, "HMAC_SHA1", "It is signed with a token that was rotated away."


def _guesses(url: str, parameters: Parameters) -> Iterator[Guess]:
    yield Guess(url, parameters, "")
    for variant in _with_other_port(url):
        # The official validators accept both, for Twilio itself is not consistent.
        yield Guess(variant, parameters, "")
    parts = urlsplit(url)
    swapped = parts._replace(scheme="http" if parts.scheme == "https" else "https").geturl()
    yield Guess(swapped, parameters, "The scheme differs: a proxy in front ended TLS.")
    yield Guess(url.rstrip("/"), parameters, "The URL was configured without the slash at its end.")
    yield Guess(url + "/", parameters, "The URL was configured with a slash at its end.")
    yield Guess(parts._replace(query="").geturl(), parameters, "The query string was left out when signing.")
    yield Guess(unquote(url), parameters, "The URL's percent signs were decoded.")
    yield Guess(url, [], "Only the URL is signed, as for GET: the form was left out.")
    filled = [pair for pair in parameters if pair[1]]
    yield Guess(url, filled, "Blank parameters were left out: they count.")
    trimmed = [(name, value.strip()) for name, value in parameters]
    yield Guess(url, trimmed, "Values were trimmed.")
    yield from _elsewhere(url, parameters)


def _with_other_port(url: str) -> list[str]:
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    if parts.port is None:
        return [parts._replace(netloc=f"{host}:{DEFAULT_PORTS.get(parts.scheme, 80)}").geturl()]
    return [parts._replace(netloc=host).geturl()]


def _elsewhere(url: str, parameters: Parameters) -> Iterator[Guess]:
    parts = urlsplit(url)
    for host in ("localhost", "127.0.0.1"):
        if parts.hostname != host:
            netloc = host if parts.port is None else f"{host}:{parts.port}"
            moved = parts._replace(netloc=netloc).geturl()
            yield Guess(moved, parameters, f"The URL that was signed names the host {host}.")
