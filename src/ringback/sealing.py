"""The sealing key and what is sealed under it: which versions there are, a new one, and everything anew."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ringback.accounts.sealing import secret_place
from ringback.errors import Conflict, Misconfigured
from ringback.key_file import add_key
from ringback.log import logger
from ringback.secrets import Keyring, header_of, job_place, version_of
from ringback.store.seals import Seal, SealTable

AT_ONCE = 200
IN_ENVIRONMENT = "The sealing key is set as RINGBACK_KEY, which only you can change."

log = logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """How many secrets are sealed under each version; the `newest` seals, a missing one opens nothing."""

    newest: int
    secrets: dict[int, int]
    missing: list[int]

    @property
    def outdated(self) -> int:
        """How many secrets are sealed under a version that is not the newest."""
        return sum(self.secrets.values()) - self.secrets[self.newest]


@dataclass(slots=True)
class Progress:
    """How far a pass over the ledger has come; `faults` tell what cannot be opened."""

    resealed: int = 0
    faults: dict[str, str] = field(default_factory=dict)


class Sealing:
    """Rotates the sealing key while everything runs. `key_file` is None where RINGBACK_KEY holds the key."""

    def __init__(
        self, seals: SealTable, keyring: Keyring, key_file: Path | None, at_once: int = AT_ONCE
    ) -> None:
        self._seals = seals
        self._keyring = keyring
        self.key_file = key_file
        self._at_once = at_once

    async def status(self) -> Sealed:
        """The versions that are known or in use."""
        self._keyring.learn()
        counted = {version_of(header): count for header, count in (await self._seals.by_version()).items()}
        known = self._keyring.keys.keys()
        secrets = {version: counted.get(version, 0) for version in sorted(known | counted.keys())}
        missing = sorted(counted.keys() - known)
        return Sealed(newest=self._keyring.newest, secrets=secrets, missing=missing)

    def add_key(self) -> int:
        """Add a new key to the key file, which seals from now on in every process; its version.

        Raises:
            Conflict: There is no key file.
            Misconfigured: The key file cannot be written.
        """
        if self.key_file is None:
            raise Conflict(IN_ENVIRONMENT)
        version = add_key(self.key_file)
        self._keyring.learn()
        log.info("sealing_key_added", reason=f"v{version}")
        return version

    def next_key(self) -> str:
        """What RINGBACK_KEY would have to be, so that a new key is on top."""
        return ",".join(self._keyring.rotated().text().split())

    async def reseal(self, tell: Callable[[Progress], None]) -> Progress:
        """Seal everything under the newest key, batch by batch, while others go on.

        What somebody changes meanwhile stays as they made it. It may be broken off at any place, begun again,
        and run twice at once.
        """
        progress = Progress()
        self._keyring.learn()
        before = -1
        while progress.resealed != before:  # until a whole pass finds nothing that it could do
            before = progress.resealed
            newest = header_of(self._keyring.newest)
            await self._replace(await self._seals.of_accounts(newest), progress)
            beyond = ""
            while batch := await self._seals.of_jobs(newest, beyond, self._at_once):
                await self._replace(batch, progress)
                beyond = batch[-1].id
                tell(progress)
        log.info("resealed", reason=f"{progress.resealed} under v{self._keyring.newest}")
        return progress

    async def _replace(self, found: Iterable[Seal], progress: Progress) -> None:
        anew: list[tuple[Seal, bytes]] = []
        for seal in found:
            place = job_place(seal.id) if seal.part == "secrets" else secret_place(seal.id, seal.part)
            try:
                anew.append((seal, self._keyring.seal(self._keyring.open(seal.sealed, place), place)))
            except Misconfigured as error:
                progress.faults[place] = error.message
        progress.resealed += await self._seals.replace(anew)
