"""`ringback keys`: make, list and revoke API keys."""

from collections.abc import Sequence
from typing import Annotated, Literal

from cyclopts import App, Parameter

from ringback.api_keys import SCOPES
from ringback.cli.options import Desk, Everywhere
from ringback.cli.tables import Column

NONE = Everywhere()
COLUMNS = (Column("name", 0), Column("scopes", 1), Column("accounts", 2), Column("created_at", 3))
NO_KEYS = "There are no keys. Make one with: ringback keys create NAME"

Name = Annotated[str, Parameter(help="Who will hold it, like sheet or till-3.")]
Scopes = Annotated[
    Sequence[Literal["read", "send", "verify", "admin"]],
    Parameter(help="What it may do; may be repeated. All, if not given."),
]
OnlyAccounts = Annotated[
    Sequence[str] | None,
    Parameter(metavar="NAME", help="Only this account; may be repeated. All, if not given."),
]


def keys_app(desk: Desk) -> App:
    """The group `keys`."""
    group = App(name="keys", help="API keys for apps, scripts and agents.")

    @group.command
    async def create(
        name: Name,
        *,
        scope: Scopes = SCOPES,  # type: ignore[assignment]
        account: OnlyAccounts = None,
        everywhere: Everywhere = NONE,
    ) -> int:
        """Make a key and print it, for the only time."""
        async with desk.open(everywhere) as connector:
            for known in account or ():
                await connector.accounts.find(known)
            key = await connector.keys.create(name, list(scope), account)
        everywhere.show.done({"name": name, "key": key}, key)
        return 0

    @group.command(name="list")
    async def list_keys(*, everywhere: Everywhere = NONE) -> int:
        """List the keys, without their secrets."""
        async with desk.open(everywhere) as connector:
            keys = await connector.keys.list()
        everywhere.show.rows(COLUMNS, keys, NO_KEYS)
        return 0

    @group.command
    async def revoke(name: Name, *, everywhere: Everywhere = NONE) -> int:
        """Take a key back; it stops working at once."""
        async with desk.open(everywhere) as connector:
            await connector.keys.revoke(name)
        everywhere.show.done({"name": name, "revoked": True}, f"{name} is revoked; it stopped working.")
        return 0

    return group
