"""What happened to a job: what was noted, and what its row and its tries tell, which nobody writes twice."""

from collections.abc import Iterator
from dataclasses import replace

from ringback.store.rows import Attempt, Event, Job, State

ANSWERED = frozenset({"done", "answered", "settled"})
"""Events after which the answer of a try is no news: a callback, a late answer or a person was first."""

SENT_AGAIN = "sent_again"
"""Noted as a job is accepted in place of another."""

NOT_BEGUN = "not_begun"
"""Noted where a job was taken and put back without a try."""

BEFORE_A_TRY = frozenset({SENT_AGAIN, NOT_BEGUN})

LOST = "restored"
"""Who owns a try that a restored ledger has lost: nobody saw it begin."""


def attempts_with(job: Job | None, ended: list[Attempt]) -> list[Attempt]:
    """Every try in order. The one that runs has no row of its own yet."""
    if job is None or job.state is not State.RUNNING:
        return ended
    running = Attempt(
        account_id=job.account_id,
        job_id=job.id,
        number=job.attempts,
        owner=job.lease_owner or "",
        started_at=job.updated_at,
        ended_at=None,
        verdict=None,
        detail=None,
    )
    return [*ended, running]


def history(job: Job | None, attempts: list[Attempt], noted: list[Event]) -> list[Event]:
    """All events of a job in order: that it was accepted, when its tries began, that one was answered.

    No instants are compared, for each process noted its own: a try begins after what put the job back.
    """
    if job is None:
        return noted
    answered = any(event.kind in ANSWERED for event in noted)
    tries = (_told(one, answered=answered) for one in attempts if one.owner != LOST)
    events = [_event(job.account_id, job.id, job.created_at, "accepted", job.requested_by)]
    may_begin = True
    for event in noted:
        if may_begin and event.kind not in BEFORE_A_TRY:
            events += next(tries, ())
            may_begin = False
        events.append(event)
        may_begin = may_begin or event.kind == "put_back"
    events += next(tries, ()) if may_begin else ()
    return [replace(event, number=number) for number, event in enumerate(events, 1)]


def _told(attempt: Attempt, *, answered: bool) -> Iterator[Event]:
    """That a try began and, unless somebody noted it, that it was answered."""
    place, who = (attempt.account_id, attempt.job_id), attempt.owner
    yield _event(*place, attempt.started_at, "running", who, f'{{"attempt":{attempt.number}}}')
    if attempt.verdict == State.DONE and attempt.ended_at is not None and not answered:
        yield _event(*place, attempt.ended_at, "done", who)


def _event(account_id: str, job_id: str, at: int, kind: str, who: str, detail: str = "{}") -> Event:
    return Event(account_id=account_id, job_id=job_id, number=0, at=at, kind=kind, who=who, detail=detail)
