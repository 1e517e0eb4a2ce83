"""What a person may say became of an unknown job, and what must hold for it to be sent again."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from ringback.action import MASK
from ringback.actions import find
from ringback.errors import Conflict, FieldError
from ringback.store.endings import Ending, MadeMessage
from ringback.store.rows import Job, State

SETTLED_AS = (State.DONE, State.REFUSED, State.NOT_SENT)
MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of a job, who says so, and whether it is to be sent again."""

    state: State
    who: str
    message_sid: str | None = None
    send_again: bool = False

    def errors(self) -> list[FieldError]:
        """What is wrong with it."""
        state, sid = self.state, self.message_sid
        errors = []
        if state not in SETTLED_AS:
            errors.append(FieldError("state", f"Choose one of {', '.join(SETTLED_AS)}."))
        if sid is not None and not MESSAGE_SID.fullmatch(sid):
            errors.append(
                FieldError("message_sid", "Write the SID as Twilio shows it: SM or MM and 32 digits.")
            )
        if sid is not None and state is not State.DONE:
            errors.append(FieldError("message_sid", "A job with a message was sent: settle it as done."))
        if self.send_again and state is not State.NOT_SENT:
            errors.append(
                FieldError("send_again", "Only what was not sent is sent again: settle it as not_sent.")
            )
        return errors

    def ending(self, now: int, sent_again_as: str | None = None) -> Ending:
        """The job's end, in the words of its `error`; `sent_again_as` names the job that takes its place."""
        # Whether a callback is on its way nobody knows, so Twilio is asked what the message came to.
        message = (
            MadeMessage(sid=self.message_sid, status="queued", watched="polling", poll_at=now)
            if self.message_sid
            else None
        )
        return Ending(state=self.state, message=message, error=self._error(sent_again_as))

    def _error(self, sent_again_as: str | None) -> dict[str, Any] | None:
        if self.state is State.DONE:
            return None
        said = f"Settled as {self.state.value} by {self.who}"
        if sent_again_as is None:
            return {"message": f"{said}."}
        return {"message": f"{said}, and sent again as {sent_again_as}.", "sent_again_as": sent_again_as}


def inputs_again(job: Job, now: int) -> dict[str, Any]:
    """What an unknown job asked for, to ask for it again.

    An instant to send at that has passed is left out: what was due then is due now.

    Raises:
        Conflict: Its secrets or its texts were erased, or it has expired.
    """
    inputs: dict[str, Any] = orjson.loads(job.input)
    secrets = sorted(name for name in find(job.action).secrets if inputs.get(name) == MASK)
    if secrets:
        raise Conflict(ERASED.format(action=job.action, names=" and ".join(secrets)))
    if job.redacted_at is not None:
        raise Conflict(REDACTED)
    if job.expires_at is not None and job.expires_at <= now:
        raise Conflict(EXPIRED)
    if job.due_at <= now and inputs.get("scheduled_by") != "twilio":
        inputs.pop("send_at", None)
    return inputs


ERASED = (
    "This job cannot be sent again: its {names} was erased when its try ended, as every secret is. Run "
    "{action} anew with everything it needs."
)
REDACTED = "This job cannot be sent again: its texts and numbers were erased. Run the action anew."
EXPIRED = (
    "This job has passed its expires_at, so it is not sent again. If it should be sent all the same, run the "
    "action anew."
)
