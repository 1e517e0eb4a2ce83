"""What keeps a verification from being started or polled: rate limits, guards, places."""

from typing import Any

import orjson

from twilio_simulator.addresses import is_dialable
from twilio_simulator.countries import country
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call
from twilio_simulator.world.verification import Verification, VerifyService
from twilio_simulator.world.verify_parts import Bucket

SANCTIONED = frozenset({"IR", "SY", "CU"})
"""Countries to which Verify sends nothing (errors/60238)."""
TOO_MANY = "Too many requests"
"""Verify's wording of 20429 in its specification; elsewhere both words are capitals."""


class RateLimitedError(RefusalError):
    """20429 with the headers that Verify's specification gives it."""

    def __init__(self, reached: str, wait_ms: int) -> None:
        super().__init__(20429)
        self.args = (TOO_MANY,)
        seconds = max(1, -(-wait_ms // 1000))
        self.headers = f"Retry-After: {seconds}\r\nTwilio-Reached-Rate-Limit: {reached}\r\n"


def check_rate_limits(call: Call, service: VerifyService) -> None:
    """Hold the keys of `RateLimits` against the buckets, and count this start if all of them have room.

    Raises:
        RateLimitedError: a bucket is full; the header names its rate limit.
    """
    text = call.said("RateLimits")
    if text is None or not service.rate_limits:
        return
    values: dict[str, Any] = orjson.loads(text)
    met: list[tuple[Bucket, str]] = []
    for limit in service.rate_limits.values():
        if limit.unique_name not in values:
            continue
        value = str(values[limit.unique_name])
        for bucket in limit.buckets.values():
            wait = bucket.wait(value, call.now)
            if wait:
                raise RateLimitedError(limit.unique_name, wait)
            met.append((bucket, value))
    for bucket, value in met:
        bucket.taken[value].append(call.now)


def check_place(call: Call, service: VerifyService, to: str, channel: str) -> None:
    """Refuse where Verify may not send: sanctions, vetting, geo permissions, Fraud Guard.

    Raises:
        RefusalError: 60238, 60220, 60605 or 60410.
    """
    if not is_dialable(to):
        return
    guards, place = service.guards, country(to)
    if place in SANCTIONED:
        raise RefusalError(60238)
    if place in guards.blocked_countries:
        raise RefusalError(60605)
    if place == "CN" and channel == "sms" and not guards.china_vetted:
        raise RefusalError(60220)
    if channel == "sms" and guards.fraud_guard and _is_fraud(call, service, to):
        raise RefusalError(60410)


def _is_fraud(call: Call, service: VerifyService, to: str) -> bool:
    if call.said("RiskCheck") == "disable" or to in call.account.safe_list:
        return False
    prefixes = service.guards.blocked_prefixes
    return any(to.startswith(prefix) and call.now < until for prefix, until in prefixes.items())


def check_pace(call: Call, service: VerifyService, verification: Verification | None) -> None:
    """Refuse a start that follows the last one for the same recipient too soon.

    Raises:
        RefusalError: 60212.
    """
    wait = service.guards.resend_seconds * 1000
    if wait and verification is not None and call.now < verification.attempts[-1].at + wait:
        raise RefusalError(60212)


def check_polls(call: Call, verification: Verification) -> None:
    """Count a fetch; the limits are 60 a minute, 180 an hour, 250 a day.

    Raises:
        RateLimitedError: with the time until the next fetch is let through.
    """
    limits, polls = call.world.rules.verify_poll_limits, verification.polls
    for seconds, most in limits:
        since = call.now - seconds * 1000
        recent = [at for at in polls if at > since]
        if len(recent) >= most:
            raise RateLimitedError("verification-fetch", recent[len(recent) - most] - since)
    polls.append(call.now)
    del polls[: -max(most for _, most in limits)]
