"""Secrets sealed anew under a new key, on both kinds of database, while others go on."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.conftest import NOBODY, a_job, an_account

from ringback.accounts.sealing import secret_place
from ringback.errors import Conflict
from ringback.key_file import read_or_create
from ringback.sealing import Progress, Sealing
from ringback.secrets import Keyring, header_of, job_place
from ringback.store import Store

pytestmark = pytest.mark.anyio

SHOP = "acc_shop"


class BrokenOff(Exception):
    """The process that sealed anew is gone."""


def silent(_progress: Progress) -> None:
    """Nobody looks on."""


def break_off(_progress: Progress) -> None:
    raise BrokenOff


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "key"


@pytest.fixture
def keyring(path: Path) -> Keyring:
    """The keyring of a process that runs all the time."""
    return read_or_create(path, may_create=True)


async def fill(store: Store, keyring: Keyring, jobs: int = 5) -> None:
    """Seal an account's three secrets and those of some jobs."""
    account = await store.accounts.by_id(SHOP)
    assert account is not None
    full = replace(
        account,
        auth_token=keyring.seal(b"token", secret_place(SHOP, "auth_token")),
        api_key_secret=keyring.seal(b"secret", secret_place(SHOP, "api_key_secret")),
        previous_token=keyring.seal(b"previous", secret_place(SHOP, "previous_token")),
    )
    await store.accounts.replace(account, full)
    for number in range(jobs):
        job_id = f"job_{number}"
        new = replace(a_job(job_id), sealed=keyring.seal(job_id.encode(), job_place(job_id)))
        await store.jobs.accept(new, NOBODY)


async def opened(store: Store, keyring: Keyring, jobs: int = 5) -> list[bytes]:
    """All the secrets that `fill` sealed."""
    account = await store.accounts.by_id(SHOP)
    assert account is not None
    assert account.api_key_secret is not None
    assert account.previous_token is not None
    secrets = [
        keyring.open(account.auth_token, secret_place(SHOP, "auth_token")),
        keyring.open(account.api_key_secret, secret_place(SHOP, "api_key_secret")),
        keyring.open(account.previous_token, secret_place(SHOP, "previous_token")),
    ]
    for number in range(jobs):
        job = await store.jobs.get(f"job_{number}")
        assert job is not None
        assert job.sealed is not None
        secrets.append(keyring.open(job.sealed, job_place(job.id)))
    return secrets


async def test_a_rotation_seals_every_secret_anew_and_loses_none(
    store: Store, keyring: Keyring, path: Path
) -> None:
    await fill(store, keyring)
    before = await opened(store, keyring)
    sealing = Sealing(store.seals, keyring, path, at_once=2)

    old = await sealing.status()
    version = sealing.add_key()
    progress = await sealing.reseal(silent)
    new = await sealing.status()

    assert (old.newest, old.secrets, old.outdated) == (1, {1: 8}, 0)
    assert (version, progress.resealed, progress.faults) == (2, 8, {})
    assert (new.newest, new.secrets, new.outdated) == (2, {1: 0, 2: 8}, 0)
    assert await opened(store, keyring) == before
    assert await opened(store, read_or_create(path, may_create=False)) == before


async def test_a_process_that_started_before_opens_all_of_it_afterwards(
    store: Store, keyring: Keyring, path: Path
) -> None:
    await fill(store, keyring)
    other = Sealing(store.seals, read_or_create(path, may_create=False), path)

    other.add_key()
    await other.reseal(silent)

    assert len(await opened(store, keyring)) == 8


async def test_a_pass_that_was_broken_off_is_taken_up_where_it_was(
    store: Store, keyring: Keyring, path: Path
) -> None:
    await fill(store, keyring)
    sealing = Sealing(store.seals, keyring, path, at_once=2)
    sealing.add_key()

    with pytest.raises(BrokenOff):
        await sealing.reseal(break_off)
    halfway = await sealing.status()
    progress = await Sealing(store.seals, read_or_create(path, may_create=False), path).reseal(silent)

    assert halfway.secrets == {1: 3, 2: 5}
    assert progress.resealed == 3
    assert (await sealing.status()).secrets == {1: 0, 2: 8}


async def test_two_at_once_do_it_together(store: Store, keyring: Keyring, path: Path) -> None:
    await fill(store, keyring)
    one, other = (Sealing(store.seals, keyring, path, at_once=1) for _ in range(2))
    one.add_key()

    ends = await asyncio.gather(one.reseal(silent), other.reseal(silent))

    assert sum(end.resealed for end in ends) == 8
    assert len(await opened(store, keyring)) == 8
    assert (await one.status()).outdated == 0


async def test_what_somebody_changes_meanwhile_stays_as_they_made_it(
    store: Store, keyring: Keyring, path: Path
) -> None:
    await fill(store, keyring)
    Sealing(store.seals, keyring, path).add_key()
    keyring.learn()
    found = await store.seals.of_accounts(header_of(2)) + await store.seals.of_jobs(header_of(2), "", 10)
    account = await store.accounts.by_id(SHOP)
    assert account is not None
    rotated = replace(account, auth_token=b"another", updated_at=account.updated_at + 1)

    assert await store.accounts.replace(account, rotated)
    assert await store.jobs.withdraw("job_0", "test", 2_000)
    replaced = await store.seals.replace([(seal, b"old secret, sealed anew") for seal in found])

    assert replaced == 6
    now, withdrawn = await store.accounts.by_id(SHOP), await store.jobs.get("job_0")
    assert now is not None
    assert now.auth_token == b"another"
    assert withdrawn is not None
    assert withdrawn.sealed is None


async def test_a_change_of_an_account_is_not_disturbed_by_a_rotation_of_the_key(
    store: Store, keyring: Keyring, path: Path
) -> None:
    await fill(store, keyring)
    seen = await store.accounts.by_id(SHOP)
    assert seen is not None
    sealing = Sealing(store.seals, keyring, path)
    sealing.add_key()
    await sealing.reseal(silent)

    assert await store.accounts.replace(seen, replace(seen, default_country="IN"))

    assert len(await opened(store, keyring)) == 8
    assert (await sealing.status()).outdated == 3
    assert (await sealing.reseal(silent)).resealed == 3


async def test_what_cannot_be_opened_is_told_and_all_else_is_sealed_anew(
    store: Store, keyring: Keyring, path: Path
) -> None:
    await fill(store, keyring)
    await store.jobs.accept(replace(a_job("job_torn"), sealed=b"\0\1torn"), NOBODY)
    sealing = Sealing(store.seals, keyring, path, at_once=2)
    sealing.add_key()

    progress = await sealing.reseal(silent)

    assert progress.resealed == 8
    assert list(progress.faults) == ["jobs/job_torn/secrets"]
    assert "cannot be opened" in progress.faults["jobs/job_torn/secrets"]


async def test_a_version_that_the_keyring_lacks_is_named(store: Store, keyring: Keyring, path: Path) -> None:
    await fill(store, keyring.rotated().rotated())

    status = await Sealing(store.seals, keyring, path).status()

    assert status.missing == [3]
    assert status.secrets == {1: 0, 3: 8}


async def test_a_removed_account_has_nothing_to_seal_anew(store: Store, keyring: Keyring, path: Path) -> None:
    await store.accounts.insert(replace(an_account("gone"), auth_token=keyring.seal(b"x", "gone")))
    await store.accounts.remove("acc_gone", 2_000)
    await fill(store, keyring, jobs=0)
    sealing = Sealing(store.seals, keyring, path)
    sealing.add_key()

    assert (await sealing.reseal(silent)).resealed == 3
    assert (await sealing.status()).secrets == {1: 0, 2: 3}


async def test_a_key_in_the_environment_is_told_and_not_changed(store: Store) -> None:
    keyring = Keyring.generate()
    sealing = Sealing(store.seals, keyring, None)

    following = Keyring.parse(sealing.next_key())

    assert list(following.keys) == [1, 2]
    assert following.keys[1] == keyring.keys[1]
    with pytest.raises(Conflict, match="RINGBACK_KEY"):
        sealing.add_key()
