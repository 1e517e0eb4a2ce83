"""Whether a verification was canceled, which Twilio alone does not tell.

It shows a verification while it lives, and may answer 404 from then on, whatever ended it (Twilio docs,
verify/api/verification). So one that is gone counts as canceled only if nothing else can have ended it: its
lifetime is not over, its checks are not used up, and Verify's attempts show no approval.
"""

from typing import Any

from ringback.clock import iso
from ringback.outbox.lookup.reading import Reading, Seen, read
from ringback.store.rows import Verification
from ringback.twilio import resources
from ringback.verifications import SECOND, SKEW, TWILIO_CHECKS

EARLY = 60 * SECOND  # how much earlier than the ledger Twilio may date an attempt
UNNAMED = "Ringback started no verification of this recipient before, so there is none to be read."
OVER = (
    "The verification is over, and nothing tells whether it was canceled, approved or expired. Its code no "
    "longer counts."
)


async def seen_of_cancel(reading: Reading) -> Seen:
    """Read the verification; the one of a recipient is that which lived when the job was accepted."""
    wanted = reading.wanted
    kept = await _kept(reading, wanted)
    sid = wanted.verification_sid or (kept.sid if kept is not None else None)
    if sid is None:
        return Seen(why=UNNAMED)
    seen = await read(reading, wanted.model_copy(update={"to": None, "verification_sid": sid}))
    if seen is not None:
        return seen
    return Seen(why=OVER) if kept is None else await _gone(reading, kept)


async def _kept(reading: Reading, wanted: Any) -> Verification | None:
    table, account = reading.verifications, reading.account.id
    if wanted.verification_sid is not None:
        return await table.by_sid(account, wanted.verification_sid)
    accepted_at = reading.job.created_at + reading.ahead
    return await table.newest_before(account, wanted.service_sid, wanted.to, accepted_at)


async def _gone(reading: Reading, kept: Verification) -> Seen:
    attempts = await _attempts(reading, kept)
    approved = any(str(one["conversion_status"]).lower() == "converted" for one in attempts)
    if approved or kept.state == "approved":
        return Seen()
    if not attempts or not _only_canceled(reading, kept):
        return Seen(why=OVER)
    channel = str(attempts[0]["channel"]).lower()
    told = {"sid": kept.sid, "to": kept.recipient, "channel": channel, "status": "canceled"}
    return Seen(result=reading.action.result.model_validate(told))


def _only_canceled(reading: Reading, kept: Verification) -> bool:
    """Whether nothing but a cancellation can have ended it by now."""
    if kept.state == "canceled":
        return True
    ends_at = kept.started_at + reading.account.verification_lifetime * SECOND - SKEW
    return kept.state == "open" and kept.checks < TWILIO_CHECKS and reading.now < ends_at


async def _attempts(reading: Reading, kept: Verification) -> list[dict[str, Any]]:
    asked = {
        "VerifyServiceSid": kept.service_sid,
        "VerificationSid": kept.sid,
        "DateCreatedAfter": iso(kept.started_at - EARLY),
    }
    rows = reading.twilio.items(resources.verify_attempts(), asked)
    return [row async for row in rows if row["verification_sid"] == kept.sid]
