"""`ringback senders`: how fast each may send, and what waits for it."""

from typing import Annotated

from cyclopts import App, Parameter

from ringback.cli.options import Desk, Everywhere
from ringback.cli.tables import Column
from ringback.cli.wording import when
from ringback.errors import FieldError, InvalidInput
from ringback.outbox.throughput import SenderFacts

NONE = Everywhere()
KINDS_OWN = "default"
COLUMNS = (
    Column("sender", 0),
    Column("account", 3),
    Column("per_second", 1),
    Column("set", 5),
    Column("waiting", 1),
    Column("segments", 4),
    Column("done_by", 2),
    Column("held_until", 4),
)
NOTHING = "No sender has anything waiting, and none has a pace of its own."

OfAccount = Annotated[str | None, Parameter(metavar="NAME", help="Only senders of this account.")]
Account = Annotated[str, Parameter(metavar="NAME", help="The connected account.")]
Sender = Annotated[
    str, Parameter(help="As jobs name it: +14155550100, whatsapp:+14155550100, Ada-Shop or MG….")
]
PerSecond = Annotated[
    str,
    Parameter(
        metavar="NUMBER", help=f"Segments per second, like 10 or 0.5; {KINDS_OWN} for what its kind may send."
    ),
]


def senders_app(desk: Desk) -> App:
    """The group `senders`."""
    group = App(name="senders", help="How fast senders may send, and what waits for them.")

    @group.command(name="list")
    async def list_senders(*, account: OfAccount = None, everywhere: Everywhere = NONE) -> int:
        """List the senders that something waits for or whose pace was set."""
        async with desk.open(everywhere) as connector:
            found = await connector.senders(account)
        everywhere.show.rows(COLUMNS, found if everywhere.json else map(_row, found), NOTHING)
        return 0

    @group.command(name="set")
    async def set_pace(
        sender: Sender, *, account: Account, per_second: PerSecond, everywhere: Everywhere = NONE
    ) -> int:
        """Say how fast a sender may send; a running server follows within seconds."""
        pace = _pace(per_second)
        async with desk.open(everywhere) as connector:
            facts = await connector.set_throughput(account, sender, pace)
        everywhere.show.done(facts.model_dump(mode="json"), _sentence(facts))
        return 0

    return group


def _pace(given: str) -> float | None:
    if given == KINDS_OWN:
        return None
    try:
        return float(given)
    except ValueError:
        text = f"Give a number like 10 or 0.5, or {KINDS_OWN} for what the sender's kind may send."
        raise InvalidInput([FieldError("per_second", text)]) from None


def _sentence(facts: SenderFacts) -> str:
    pace = (
        "is sent from without a pace"
        if facts.per_second is None
        else f"sends {facts.per_second:g} segments/s"
    )
    return f"{facts.sender} {pace}{'' if facts.set else ', as its kind does'}."


def _row(facts: SenderFacts) -> dict[str, object]:
    shown = facts.model_dump(exclude={"held_until", "done_by"})
    pace = f"{facts.per_second:g}" if facts.per_second is not None else "unpaced"
    instants = {"held_until": facts.held_until, "done_by": facts.done_by}
    return shown | {"per_second": pace} | {name: when(at) if at else None for name, at in instants.items()}
