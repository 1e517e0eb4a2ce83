"""Codes that were sent, and those that were found right, in Verify's list of attempts.

An attempt (VL…) is one delivery of a code; it says "converted" once its verification was approved (Twilio
docs, verify/api/list-verification-attempts).
"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import orjson

from ringback.action import Result
from ringback.actions import find
from ringback.clock import iso, milliseconds
from ringback.outbox.lookup.found import PAGE, Found, Inputs, Lookup, Search, proved
from ringback.store.rows import Job
from ringback.twilio import resources
from ringback.verifications import Run

DAY = 86_400_000
"""The longest that a verification can live, in milliseconds (verify/api/rate-limits-and-timeouts)."""

Attempt = dict[str, Any]


def place(inputs: Inputs) -> tuple[str, ...]:
    """One listing for each service and recipient."""
    return (str(inputs["service_sid"]), str(inputs["to"]))


def place_of_check(inputs: Inputs) -> tuple[str, ...]:
    """One listing for each service and recipient, or verification where that was named."""
    return (str(inputs["service_sid"]), str(inputs.get("to") or inputs["verification_sid"]))


async def _attempts(search: Search) -> list[Attempt]:
    """The deliveries, oldest first, from before the beginning of any verification that can live still."""
    service, whose = search.place
    asked: dict[str, Any] = {"VerifyServiceSid": service, "PageSize": PAGE}
    asked["DateCreatedAfter"] = iso(search.since - DAY)
    if whose.startswith("VE"):
        asked["VerificationSid"] = whose
    elif whose.startswith("+"):  # the filter is told to be for numbers; mail addresses are compared here
        asked["ChannelData.To"] = whose
    rows = [row async for row in search.twilio.items(resources.verify_attempts(), asked)]
    mine = [row for row in rows if whose in (row["verification_sid"], _to(row))]
    return sorted(mine, key=_made_at)


def _to(attempt: Attempt) -> str:
    """Whom it went to; nobody, where Twilio does not tell: the rows of a service are other programs', too."""
    return str((attempt.get("channel_data") or {}).get("to") or "")


def _made_at(attempt: Attempt) -> int:
    return _instant(attempt["date_created"])


def _instant(text: str) -> int:
    return milliseconds(datetime.fromisoformat(text))


async def deliveries(search: Search) -> AsyncIterator[Found]:
    """Each delivery since an instant, newest first, with how many there were of its verification by then."""
    sends: Counter[str] = Counter()
    found = []
    for attempt in await _attempts(search):
        sends[attempt["verification_sid"]] += 1
        facts = attempt | {"sends": sends[attempt["verification_sid"]]}
        found.append(Found(sid=attempt["sid"], to=_to(attempt), made_at=_made_at(attempt), facts=facts))
    for one in reversed(found):
        if one.made_at >= search.since:
            yield one


def fits(inputs: Inputs, found: Found) -> bool:
    """Whether this service sent it by the channel asked for; which one `auto` takes is Twilio's choice."""
    by = inputs.get("channel") in ("auto", found.facts["channel"].lower())
    return by and inputs["service_sid"] == found.facts["service_sid"]


def told(result: type[Result], found: Found) -> Result:
    """The delivery as the verification that it belongs to."""
    facts = found.facts
    return result.model_validate(
        {
            "sid": facts["verification_sid"],
            "service_sid": facts["service_sid"],
            "to": found.to,
            "channel": facts["channel"].lower(),
            "status": "approved" if _converted(facts) else "pending",
            "sends": facts["sends"],
            "attempt_sid": found.sid,
        }
    )


async def keep_started(search: Search, job: Job, found: Found) -> None:
    """Its deadline and limits hold from now on; it counts once, before it left or now."""
    sid = found.facts["verification_sid"]
    action = find(job.action)
    # Not validated: what was accepted once stays so, and its secrets are erased.
    wanted = action.input.model_construct(None, **orjson.loads(job.input))
    run = Run(action=action, wanted=wanted, account=search.account, twilio=search.twilio, use=job.id)
    await search.guard.keep(run, sid, found.made_at)


async def approvals(search: Search) -> AsyncIterator[Found]:
    """Each approved verification that Ringback started, unless a check of ours is known to have approved it.

    Whatever else the ledger takes for its end: a deadline that passed meanwhile, or a further check that
    Twilio did not know any more. Its instant is that of the last change to its attempts.
    """
    approved: dict[str, Attempt] = {}
    for attempt in await _attempts(search):
        if _converted(attempt):
            approved[attempt["verification_sid"]] = attempt
    for sid, attempt in approved.items():
        changed_at = _instant(attempt["date_updated"])
        kept = await search.verifications.by_sid(search.account.id, sid)
        if changed_at >= search.since and kept is not None and kept.state != "approved":
            yield Found(sid=sid, to=_to(attempt), made_at=changed_at, facts=attempt)


def fits_check(inputs: Inputs, found: Found) -> bool:
    """Whether the check was of this verification."""
    named = inputs.get("verification_sid")
    if named is not None:
        return bool(named == found.sid)
    return (inputs.get("to"), inputs["service_sid"]) == (found.to, found.facts["service_sid"])


def told_right(result: type[Result], found: Found) -> Result:
    """The code was right: that is what approved it."""
    return result.model_validate(
        {
            "verified": True,
            "outcome": "approved",
            "verification_sid": found.sid,
            "status": "approved",
            "to": found.to,
            "channel": found.facts["channel"].lower(),
        }
    )


async def keep_approved(search: Search, _job: Job, found: Found) -> None:
    """The verification is over."""
    await search.verifications.close(search.account.id, found.sid, "approved", search.clock())


def _converted(attempt: Any) -> bool:
    return str(attempt["conversion_status"]).lower() == "converted"


CODES = Lookup(
    what="code", place=place, listed=deliveries, fits=fits, told=told, ending=proved, kept=keep_started
)
APPROVALS = Lookup(
    what="approval",
    place=place_of_check,
    listed=approvals,
    fits=fits_check,
    told=told_right,
    ending=proved,
    kept=keep_approved,
)
