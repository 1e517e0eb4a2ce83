"""`ringback jobs`: the ledger, and what a person can do about a job."""

from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from cyclopts.validators import Number

from ringback.actions import find
from ringback.cli.options import WHO, Desk, Everywhere
from ringback.cli.outcomes import tell_outcome, tell_timeline
from ringback.cli.tables import Column
from ringback.cli.wording import age, local
from ringback.clock import milliseconds
from ringback.connector import WAIT, Connector
from ringback.store.listing import JobFilter
from ringback.store.rows import State

NONE = Everywhere()
MOST = 200
COLUMNS = (
    Column("id", 0),
    Column("state", 1),
    Column("status", 5),
    Column("action", 2),
    Column("to", 4),
    Column("account", 6),
    Column("age", 3),
)

JobId = Annotated[str, Parameter(help="The job's id, job_….")]
OneState = Literal["waiting", "running", "done", "refused", "not_sent", "unknown", "withdrawn"]
OfState = Annotated[OneState | None, Parameter(help="Only jobs in this state.")]
OfAction = Annotated[str | None, Parameter(metavar="ACTION", help="Only jobs of this action.")]
OfAccount = Annotated[str | None, Parameter(metavar="NAME", help="Only jobs of this account.")]
Recipient = Annotated[str | None, Parameter(metavar="NUMBER", help="Only jobs to this recipient.")]
Limit = Annotated[
    int,
    Parameter(
        metavar="COUNT",
        validator=Number(gte=1, lte=MOST),
        help=f"How many, the newest first: 50, at most {MOST}.",
    ),
]
Became = Annotated[Literal["done", "refused", "not_sent"], Parameter(help="What became of it.")]
SendAgain = Annotated[
    bool, Parameter(negative=(), help="With not_sent: send the same once more, as a new job.")
]
MessageSid = Annotated[str | None, Parameter(metavar="SM…", help="Its message at Twilio, if there is one.")]


def jobs_app(desk: Desk) -> App:
    """The group `jobs`."""
    group = App(name="jobs", help="What was asked for and what became of it.")
    _add_looking(group, desk)
    _add_settling(group, desk)
    return group


def _add_looking(group: App, desk: Desk) -> None:
    @group.command(name="list")
    async def list_jobs(
        *,
        state: OfState = None,
        action: OfAction = None,
        account: OfAccount = None,
        to: Recipient = None,
        limit: Limit = 50,
        everywhere: Everywhere = NONE,
    ) -> int:
        """List the newest jobs."""
        name = find(action).name if action is not None else None
        accounts = (account,) if account is not None else None
        wanted = JobFilter(state=state, action=name, accounts=accounts, recipient=to)
        async with desk.open(everywhere) as connector:
            jobs = await connector.jobs(wanted, limit)
            rows: list[Any] = list(jobs)
            if not everywhere.json:
                rows = [await _row(desk, connector, str(job.id)) for job in jobs]
        everywhere.show.rows(COLUMNS, rows, "There are no such jobs.")
        if len(rows) == limit:
            everywhere.show.say(f"These are the newest {limit}; --limit shows more.", "dim")
        return 0

    @group.command
    async def show(job_id: JobId, *, everywhere: Everywhere = NONE) -> int:
        """Show one job with every try and all that happened to it."""
        async with desk.open(everywhere) as connector:
            await connector.refresh(job_id)
            return tell_timeline(everywhere.show, await connector.job(job_id))


def _add_settling(group: App, desk: Desk) -> None:
    @group.command
    async def withdraw(job_id: JobId, *, everywhere: Everywhere = NONE) -> int:
        """Take back a job that is still waiting."""
        async with desk.open(everywhere) as connector:
            outcome = await connector.withdraw(job_id, WHO)
        everywhere.show.say("Withdrawn: it will not be sent.", "green")
        tell_outcome(everywhere.show, outcome)
        return 0

    @group.command
    async def reconcile(job_id: JobId, *, everywhere: Everywhere = NONE) -> int:
        """Look at Twilio for what became of an unknown job."""
        async with desk.open(everywhere) as connector:
            outcome = await connector.reconcile(job_id, WHO)
            history = (await connector.job(job_id)).events
        everywhere.show.say(_found(history[-1]))
        return tell_outcome(everywhere.show, outcome)

    @group.command
    async def settle(
        job_id: JobId,
        state: Became,
        *,
        message_sid: MessageSid = None,
        send_again: SendAgain = False,
        everywhere: Everywhere = NONE,
    ) -> int:
        """Say what became of an unknown job, once you know."""
        show = everywhere.show
        async with desk.open(everywhere, dispatch=send_again) as connector:
            outcome = await connector.settle(job_id, State(state), WHO, message_sid, send_again=send_again)
            show.say(f"Settled as {state}; the ledger says that you said so.", "green")
            if send_again:
                # The job that takes its place is what is of interest now, and what the exit code tells.
                return tell_outcome(
                    show, await connector.wait(str((outcome.error or {})["sent_again_as"]), WAIT)
                )
        tell_outcome(show, outcome)
        return 0


def _found(event: dict[str, Any]) -> str:
    message = event["detail"].get("message")
    return str(message or "Its message was found at Twilio, so the job is settled.")


async def _row(desk: Desk, connector: Connector, job_id: str) -> dict[str, Any]:
    job = await connector.job(job_id)
    asked = milliseconds(local(job.created_at))
    return job.model_dump(include={"id", "state", "action", "account"}) | {
        "status": job.message.status if job.message else None,
        "to": job.input.get("to"),
        "age": age(desk.doors.clock() - asked),
    }
