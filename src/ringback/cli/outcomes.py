"""How a job is shown: what came of it, what to do next, and its history."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from ringback.cli.show import DONE, OPEN, REFUSED, STYLES, Show
from ringback.cli.tables import Column
from ringback.cli.wording import explained, harmless, local, plain, when
from ringback.outcome import MessageView, Outcome, Timeline
from ringback.store.rows import State
from ringback.store.statuses import SETTLED

EXIT_BY_STATE = {"done": DONE, "refused": REFUSED, "not_sent": REFUSED, "withdrawn": REFUSED}
HIDDEN = {"note", "watched", "next_poll_at", "error"}
"""What a message says about how it is followed; people get it as a sentence."""
HISTORY = (Column("time"), Column("event"), Column("by"), Column("detail", prose=True))

POLLED = "While `ringback serve` runs, the status is kept up to date. To ask Twilio now:"
ASK = "  ringback jobs show {id}"
NEXT = {
    State.UNKNOWN: (
        "To look for it at Twilio (or settle it, once you know):",
        "  ringback jobs reconcile {id}",
    ),
    State.WAITING: ("It is sent while `ringback serve` runs. To see:", "  ringback jobs show {id}"),
    State.RUNNING: ("It is being sent by another process. To see:", "  ringback jobs show {id}"),
}


def exit_code(outcome: Outcome) -> int:
    """0 done, 1 refused, not_sent, withdrawn or a wrong code, 3 unknown or still on its way."""
    if outcome.done and outcome.result is not None and outcome.result.get("verified") is False:
        return REFUSED
    return EXIT_BY_STATE.get(outcome.state, OPEN)


def tell_outcome(show: Show, outcome: Outcome) -> int:
    """A job and what came of it; the exit code."""
    if show.as_json:
        show.data(outcome.model_dump(mode="json"))
        return exit_code(outcome)
    if outcome.id is not None:
        show.lines([_heading(outcome)])
    _tell_result(show, outcome)
    for problem in (outcome.error, outcome.message.error if outcome.message else None):
        for line in explained(problem or {}):
            show.say(harmless(line), "red")
    for note in outcome.notes:
        show.say(f"Note: {harmless(note)}", "yellow")
    for line in _dates(outcome):
        show.say(line)
    for sentence, command in _next(outcome):
        show.say(sentence, "dim")
        show.lines([Text(command)])  # not wrapped, so that it can be copied
    return exit_code(outcome)


def tell_timeline(show: Show, job: Timeline) -> int:
    """A job with what was asked for and its history; the exit code."""
    if show.as_json:
        show.data(job.model_dump(mode="json"))
        return exit_code(job)
    tell_outcome(show, job)
    show.say("")
    key = f", key {job.idempotency_key}" if job.idempotency_key is not None else ""
    show.say(f"Asked for by {job.requested_by} on account {job.account}{key}:")
    show.facts(job.input)
    show.say("")
    show.say(f"What happened, from {when(job.created_at)}:")
    show.rows(HISTORY, [_happened(event) for event in job.events], "Nothing happened yet.")
    return exit_code(job)


def _heading(outcome: Outcome) -> Text:
    state = outcome.state.value
    # A wrong code is a job well done and no success: it must not look like one.
    style = "red" if exit_code(outcome) == REFUSED else STYLES[state]
    return Text.assemble(outcome.id or "", "  ", (state, style), f"  {outcome.action}")


def _tell_result(show: Show, outcome: Outcome) -> None:
    message = outcome.message.model_dump(exclude_none=True, exclude=HIDDEN) if outcome.message else {}
    result = outcome.result or {}
    known = {key: value for key, value in result.items() if key not in message}
    lists = {name: rows for name, rows in known.items() if _is_table(rows)}
    for rows in lists.values():
        columns = list(dict.fromkeys(name for row in rows for name in row))
        show.rows([Column(name, rank) for rank, name in enumerate(columns)], rows, "")
    show.facts({**message, **{name: value for name, value in known.items() if name not in lists}})
    if outcome.id is None and not any(known.values()):
        show.say("There is nothing.")


def _dates(outcome: Outcome) -> Iterator[str]:
    """What an instant to come, or one long past, has to do with it."""
    if outcome.due_at is not None and outcome.due_at > outcome.updated_at:
        yield f"It leaves no sooner than {when(outcome.due_at)}."
        yield f"To take it back before that: ringback jobs withdraw {outcome.id}"
    if outcome.expected_at is not None:
        yield f"Its sender has others to send first; it is expected to leave at {when(outcome.expected_at)}."
    if outcome.state is State.WAITING and outcome.expires_at is not None:
        yield f"If it still waits at {when(outcome.expires_at)}, it is withdrawn and never sent."
    if outcome.redacted_at is not None:
        yield f"Its texts and numbers were erased at {when(outcome.redacted_at)}."


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _next(outcome: Outcome) -> Iterator[tuple[str, str]]:
    if outcome.state in NEXT:
        sentence, command = NEXT[outcome.state]
        yield sentence, command.format(id=outcome.id)
    if outcome.message is not None and _is_polled(outcome.message):
        yield POLLED, ASK.format(id=outcome.id)


def _is_polled(message: MessageView) -> bool:
    return message.watched == "polling" and message.status not in SETTLED


def _happened(event: Mapping[str, Any]) -> dict[str, str]:
    detail = dict(event["detail"])
    at = local(event["at"]).strftime("%H:%M:%S.%f")[:-3]
    name = detail.pop("status") if event["kind"] == "status" else event["kind"].replace("_", " ")
    return {"time": at, "event": name, "by": event["who"], "detail": _in_words(detail)}


def _in_words(detail: dict[str, Any]) -> str:
    """The detail of an event: its sentence, else what is known; cause and remedy stand above."""
    if "message" in detail:
        return harmless(explained({"message": detail["message"], "code": detail.get("code")})[0])
    return plain({name.replace("_", " "): value for name, value in detail.items()})
