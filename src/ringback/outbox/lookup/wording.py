"""What a look at Twilio came to, in words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ringback.outbox.lookup.matching import Judgement
from ringback.store.rows import Job

MINUTE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look found that settles nothing: so many `things`, like messages, for so many `owners`, jobs.

    Things that are `near` would fit but for their time, or for a text that may have been erased.
    """

    what: str
    things: int = 0
    owners: int = 1
    near: int = 0

    @property
    def absent(self) -> bool:
        """Whether nothing was found at all."""
        return self.things == self.near == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a listing came to: who made what, how many things nearly fit a job, and who is judged later."""

    what: str
    judged: Judgement[str, str]
    near: Mapping[str, int]
    undecided: frozenset[str]

    def settles(self, job_id: str) -> bool:
        """Whether it is known now what the job made."""
        return job_id in self.judged.proved

    def seen_by(self, job_id: str) -> Look:
        """What there was to see for one job."""
        things, owners = self.judged.ambiguous.get(job_id, (0, 1))
        return Look(what=self.what, things=things, owners=owners, near=self.near.get(job_id, 0))


def seen(look: Look) -> str:
    """A sentence about what was found, and what it proves."""
    if look.absent:
        return NOT_FOUND.format(what=look.what)
    kinds = look.what if max(look.things, look.near) == 1 else f"{look.what}s"
    if look.near:
        return NEAR.format(things=look.near, kinds=kinds)
    if look.owners == 1:
        return TOO_MANY.format(things=look.things, kinds=kinds)
    return AMBIGUOUS.format(things=look.things, kinds=kinds, owners=look.owners)


def seen_for_now(look: Look, wait: int) -> str:
    """The same, with when it is looked for again; `wait` in milliseconds."""
    return again_in(seen(look), wait)


def again_in(told: str, wait: int) -> str:
    """What a look came to, with when the next one is; `wait` in milliseconds."""
    return f"{told} It is looked for again in {_minutes(wait)}."


def last_error(job: Job, look: Look, waited: int) -> dict[str, Any]:
    """A job's `error` once it has been looked for in vain for `waited` milliseconds."""
    before: dict[str, Any] = json.loads(job.error or "{}")
    message = NOT_AFTER.format(minutes=_minutes(waited)) if look.absent else seen(look)
    remedy = ABSENT_REMEDY if look.absent else AMBIGUOUS_REMEDY
    if look.what == APPROVAL:
        remedy = CHECK_REMEDY
    return before | {"message": message, "cause": before.get("message", LOST), "remedy": remedy}


def absent_error(job: Job, look: Look, waited: int) -> dict[str, Any]:
    """The `error` of a job that its account's setting settles as not_sent."""
    facts = last_error(job, look, waited)
    remedy = CHECK_ANEW if look.what == APPROVAL else SEND_ANEW
    return facts | {"message": f"{facts['message']} {COUNTS_AS_NOT_SENT}", "remedy": remedy}


def replaced(error: Mapping[str, Any], new: str) -> dict[str, Any]:
    """The `error` of a job that the setting settles, and sends again as another job."""
    message = f"{error['message']} It was sent again as {new}."
    return {**error, "message": message, "remedy": FOLLOW, "sent_again_as": new}


def untraceable_error(job: Job, why: str) -> dict[str, Any]:
    """The `error` of a job that cannot be looked for."""
    before: dict[str, Any] = json.loads(job.error or "{}")
    return before | {"message": why, "cause": before.get("message", LOST), "remedy": SETTLE_YOURSELF}


def unchanged_for_now(job: Job, wait: int) -> str:
    """What a job was to change is otherwise still, and is read again; `wait` in milliseconds."""
    return f"{UNCHANGED.format(action=job.action)} It is read again in {_minutes(wait)}."


def unchanged_error(job: Job, waited: int) -> dict[str, Any]:
    """The `error` of a job that had changed nothing after `waited` milliseconds, and is not_sent."""
    before: dict[str, Any] = json.loads(job.error or "{}")
    message = UNCHANGED_AFTER.format(action=job.action, minutes=_minutes(waited))
    remedy = REPEAT.format(action=job.action)
    return before | {"message": message, "cause": before.get("message", LOST), "remedy": remedy}


def _minutes(milliseconds: int) -> str:
    minutes = max(1, round(milliseconds / MINUTE))
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


APPROVAL = "approval"
LOST = "No answer came."
NOT_FOUND = (
    "No such {what} was found at Twilio. That alone does not prove that there is none: a list may lag behind."
)
TOO_MANY = "{things} {kinds} at Twilio fit this job, and it can have made only one, so it stays unknown."
NEAR = (
    "{things} {kinds} at Twilio would fit this job but for the time, or for a text that is gone. A clock may "
    "be wrong, and a text may have been redacted, so it stays unknown."
)
AMBIGUOUS = (
    "{things} {kinds} at Twilio fit {owners} jobs that asked for the same, so it is not plain which of them "
    "were sent."
)
NOT_AFTER = "Not found at Twilio after {minutes}."
ABSENT_REMEDY = (
    "That does not prove that it was not sent. Look at Twilio's own log; then settle the job as done, or as "
    "not_sent and send it again in the same step."
)
AMBIGUOUS_REMEDY = (
    "Compare the times in Twilio's own log; then settle the job as done with the SID of its message, or as "
    "not_sent and send it again in the same step."
)
CHECK_REMEDY = "The code counts as not verified. Settle the job as not_sent, and check the code anew."
CHECK_ANEW = "The code counts as not verified. Check it anew."
COUNTS_AS_NOT_SENT = "The account's setting not_found_means takes that for not sent."
FOLLOW = "Look at the new job for what came of it."
SEND_ANEW = "Send it again under a new intent."
SETTLE_YOURSELF = "Settle the job once you know what became of it."
NO_PROOF = "Nothing that Twilio lists shows whether {action} was carried out."
UNREADABLE = "Twilio answered what Ringback cannot read, so it does not tell what became of this job."
REFUSED = "Twilio would not tell what became of this job. {answer}"
UNDECIDED = (
    "A job that asked for the same is being sent, so nothing is decided. Look again once it has ended."
)
ACCOUNT_GONE = "The account {account} was removed, so Twilio cannot be asked what became of this job."
AS_WANTED = "Read at Twilio, it is as {action} was to make it, whoever did so: matched by reading."
UNCHANGED = "Read at Twilio, it is not as {action} was to make it."
UNCHANGED_AFTER = (
    "Read at Twilio after {minutes}, it is not as {action} was to make it: that was not carried out."
)
REPEAT = "To repeat it does no harm: run {action} anew if it is still wanted."
