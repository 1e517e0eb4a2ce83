"""`ringback sealing`: the key under which secrets are sealed, and its rotation."""

from collections.abc import Callable
from typing import Annotated

from cyclopts import App, Parameter
from rich.text import Text

from ringback.cli.options import Desk, Everywhere
from ringback.cli.show import DONE, REFUSED, Show
from ringback.cli.tables import Column
from ringback.sealing import Progress, Sealed, Sealing

NONE = Everywhere()
COLUMNS = (Column("version", 0), Column("secrets", 1), Column("use", 2))
NOTHING = "There is no sealing key yet."
USES = {True: "seals and opens", False: "opens what was sealed before"}
MISSING = "missing here: put back the key file that holds it"

AddOnly = Annotated[
    bool,
    Parameter(
        help="Add the key and seal nothing anew yet: copy the key file to the other machines, then run "
        "`ringback sealing reseal`."
    ),
]
ABOUT = "The key under which the ledger's secrets are sealed. It is neither an API key nor an Auth Token."
SET_IT = (
    "Set this for every process in the place of what is set now, and restart them one after the other. "
    "Then run: ringback sealing reseal"
)
BACK_UP = "Back up {file} now: without it, nobody opens these secrets. The older keys in it stay needed."
COPY = "Copy {file} to every machine that runs Ringback on this ledger, then run: ringback sealing reseal"
LEFT = "Run `ringback sealing reseal` to seal {secrets} of older versions anew."


def sealing_app(desk: Desk) -> App:
    """The group `sealing`."""
    group = App(name="sealing", help=ABOUT)

    @group.command
    async def status(*, everywhere: Everywhere = NONE) -> int:
        """Show which versions of the key there are, and how many secrets are sealed under each."""
        async with desk.open(everywhere) as connector:
            _tell_status(everywhere.show, connector.sealing, await connector.sealing.status())
        return DONE

    @group.command
    async def rotate(*, add_only: AddOnly = False, everywhere: Everywhere = NONE) -> int:
        """Add a new key, then seal every secret anew under it, while everything runs.

        Servers and workers that share the key file take the new key up by themselves. Where the key is set as
        RINGBACK_KEY, what to set instead is printed.
        """
        show = everywhere.show
        async with desk.open(everywhere) as connector:
            sealing = connector.sealing
            if sealing.key_file is None:
                return _tell_next_key(show, sealing.next_key())
            version = sealing.add_key()
            if not add_only:
                return await _reseal(show, sealing)
            facts = {"version": version, "key_file": str(sealing.key_file)}
            show.done(facts, f"v{version} is added, and seals what is new.")
            show.say(COPY.format(file=sealing.key_file))
        return DONE

    @group.command
    async def reseal(*, everywhere: Everywhere = NONE) -> int:
        """Seal what is left under older versions anew; also after a rotation that was broken off."""
        async with desk.open(everywhere) as connector:
            return await _reseal(everywhere.show, connector.sealing)

    return group


def _tell_status(show: Show, sealing: Sealing, sealed: Sealed) -> None:
    rows = [
        {
            "version": f"v{version}",
            "secrets": count,
            "use": MISSING if version in sealed.missing else USES[version == sealed.newest],
        }
        for version, count in sealed.secrets.items()
    ]
    if show.as_json:
        show.data({"key_file": str(sealing.key_file) if sealing.key_file else None, "versions": rows})
        return
    show.say(f"The sealing key is {sealing.key_file or 'set as RINGBACK_KEY'}.")
    show.rows(COLUMNS, rows, NOTHING)
    if sealed.outdated:
        show.say(LEFT.format(secrets=_secrets(sealed.outdated)))


def _tell_next_key(show: Show, key: str) -> int:
    if show.as_json:
        show.data({"RINGBACK_KEY": key, "next": SET_IT})
    else:
        show.lines([Text(f"RINGBACK_KEY={key}")])
        show.complain(SET_IT, style="")
    return DONE


async def _reseal(show: Show, sealing: Sealing) -> int:
    before = await sealing.status()
    progress = await sealing.reseal(_teller(show, before.outdated))
    faults = list(progress.faults.values())
    facts = {"version": before.newest, "resealed": progress.resealed, "faults": faults}
    if show.as_json:
        show.data(facts)
    else:
        _tell_end(show, sealing, before.newest, progress)
    return REFUSED if faults else DONE


def _tell_end(show: Show, sealing: Sealing, version: int, progress: Progress) -> None:
    was = "was" if progress.resealed == 1 else "were"
    show.say(f"v{version} seals from now on; {_secrets(progress.resealed)} {was} sealed anew.", "green")
    show.complain(*progress.faults.values())
    if sealing.key_file is not None:
        show.say(BACK_UP.format(file=sealing.key_file))


def _secrets(count: int) -> str:
    return "1 secret" if count == 1 else f"{count} secrets"


def _teller(show: Show, total: int) -> Callable[[Progress], None]:
    """Tells how far it is, where there is more than a batch."""

    def tell(progress: Progress) -> None:
        show.say(f"{progress.resealed} of {total} sealed anew", "dim")

    return tell
