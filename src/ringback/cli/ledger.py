"""`ringback jobs` and `ringback keys`."""

from collections.abc import Sequence
from typing import Literal

from cyclopts import App

from ringback.api_keys import SCOPES
from ringback.cli.options import WHO, Desk, Everywhere
from ringback.store.jobs import JobFilter
from ringback.store.rows import State

COLUMNS = ("id", "state", "action", "account", "status", "created_at")
NONE = Everywhere()


def jobs_app(desk: Desk) -> App:
    """The group `jobs`."""
    group = App(name="jobs", help="What was asked for and what became of it.")

    @group.command(name="list")
    async def list_jobs(
        *,
        state: State | None = None,
        action: str | None = None,
        account: str | None = None,
        to: str | None = None,
        limit: int = 50,
        everywhere: Everywhere = NONE,
    ) -> int:
        """List the newest jobs."""
        wanted = JobFilter(state=state, action=action, account=account, recipient=to)
        async with desk.open(everywhere) as connector:
            jobs = await connector.jobs(wanted, limit)
        rows = [job.model_dump(mode="json") for job in jobs]
        if not everywhere.json:
            rows = [row | {"status": (row["message"] or {}).get("status")} for row in rows]
        everywhere.show.rows(COLUMNS, rows, "There are no such jobs.")
        return 0

    @group.command
    async def show(job_id: str, *, everywhere: Everywhere = NONE) -> int:
        """Show one job with every try and all that happened to it."""
        async with desk.open(everywhere) as connector:
            return everywhere.show.timeline(await connector.job(job_id))

    @group.command
    async def withdraw(job_id: str, *, everywhere: Everywhere = NONE) -> int:
        """Take back a job that is still waiting."""
        async with desk.open(everywhere) as connector:
            everywhere.show.outcome(await connector.withdraw(job_id, WHO))
        return 0

    @group.command
    async def reconcile(job_id: str, *, everywhere: Everywhere = NONE) -> int:
        """Look at Twilio for what became of an unknown job."""
        async with desk.open(everywhere) as connector:
            return everywhere.show.outcome(await connector.reconcile(job_id, WHO))

    @group.command
    async def settle(
        job_id: str,
        state: Literal["done", "refused", "not_sent"],
        *,
        message_sid: str | None = None,
        everywhere: Everywhere = NONE,
    ) -> int:
        """Say what became of an unknown job, once you know."""
        async with desk.open(everywhere) as connector:
            everywhere.show.outcome(await connector.settle(job_id, State(state), WHO, message_sid))
        return 0

    return group


def keys_app(desk: Desk) -> App:
    """The group `keys`."""
    group = App(name="keys", help="API keys for apps, scripts and agents.")

    @group.command
    async def create(
        name: str,
        *,
        scope: Sequence[Literal["read", "send", "verify", "admin"]] = SCOPES,  # type: ignore[assignment]
        account: Sequence[str] | None = None,
        everywhere: Everywhere = NONE,
    ) -> int:
        """Make a key and print it, for the only time."""
        async with desk.open(everywhere) as connector:
            key = await connector.keys.create(name, list(scope), account)
        if everywhere.json:
            everywhere.show.data({"name": name, "key": key})
        else:
            everywhere.show.say(key)
        return 0

    @group.command(name="list")
    async def list_keys(*, everywhere: Everywhere = NONE) -> int:
        """List the keys, without their secrets."""
        async with desk.open(everywhere) as connector:
            keys = await connector.keys.list()
        everywhere.show.rows(("name", "scopes", "accounts", "created_at"), keys, "There are no keys.")
        return 0

    @group.command
    async def revoke(name: str, *, everywhere: Everywhere = NONE) -> int:
        """Take a key back; it stops working at once."""
        async with desk.open(everywhere) as connector:
            await connector.keys.revoke(name)
        everywhere.show.say(f"{name} is revoked.")
        return 0

    return group
