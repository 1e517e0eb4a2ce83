"""Adding a key to the key file, and processes that run meanwhile."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ringback.errors import Misconfigured
from ringback.key_file import add_key, read_or_create
from ringback.secrets import Keyring, UnknownKey, version_of

PLACE = "accounts/acc_1/auth_token"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A key file with one key."""
    read_or_create(tmp_path / "key", may_create=True)
    return tmp_path / "key"


def test_a_key_comes_on_top_of_those_there_are(path: Path) -> None:
    before = read_or_create(path, may_create=False)

    assert add_key(path) == 2
    assert add_key(path) == 3

    after = read_or_create(path, may_create=False)
    assert list(after.keys) == [1, 2, 3]
    assert after.keys[1] == before.keys[1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_what_somebody_wrote_beside_the_keys_stays(path: Path) -> None:
    path.write_text(f"# of the shop\n{path.read_text().strip()}")

    add_key(path)

    assert path.read_text().startswith("# of the shop\nv1:")
    assert list(read_or_create(path, may_create=False).keys) == [1, 2]


def test_of_many_who_add_at_once_none_loses_a_key(path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        versions = list(threads.map(lambda _: add_key(path), range(16)))

    assert sorted(versions) == list(range(2, 18))
    assert list(read_or_create(path, may_create=False).keys) == list(range(1, 18))


def test_a_link_to_the_key_file_stays_a_link(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)

    add_key(link)

    assert link.is_symlink()
    assert list(read_or_create(path, may_create=False).keys) == [1, 2]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_key_file_keeps_its_owner_when_root_adds_a_key(path: Path) -> None:
    os.chown(path, 65534, 65534)

    add_key(path)

    assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)


def test_a_key_file_that_cannot_be_read_is_left_alone(path: Path) -> None:
    path.write_text("no key")

    with pytest.raises(Misconfigured, match="Key 1 of the keyring"):
        add_key(path)

    assert path.read_text() == "no key"
    assert list(path.parent.iterdir()) == [path]


def test_a_key_file_that_is_missing_is_not_made_by_adding_a_key(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="could not be given a new key"):
        add_key(tmp_path / "key")

    assert list(tmp_path.iterdir()) == []


def test_a_running_process_opens_what_is_sealed_under_a_key_added_meanwhile(path: Path) -> None:
    running = read_or_create(path, may_create=False)

    add_key(path)
    sealed = read_or_create(path, may_create=False).seal(b"secret", PLACE)

    assert version_of(sealed) == 2
    assert running.open(sealed, PLACE) == b"secret"


def test_a_running_process_seals_under_a_key_as_soon_as_it_is_added(path: Path) -> None:
    running = read_or_create(path, may_create=False)
    add_key(path)

    assert version_of(running.seal(b"secret", PLACE)) == 2


def test_a_key_that_the_file_lacks_is_looked_for_there_once(path: Path) -> None:
    looks: list[Path] = []

    def added() -> dict[int, bytes]:
        looks.append(path)
        return {}

    running = Keyring(read_or_create(path, may_create=False).keys, added)
    sealed = running.rotated().seal(b"secret", PLACE)

    with pytest.raises(UnknownKey, match="key v2, which the keyring lacks"):
        running.open(sealed, PLACE)

    assert looks == [path]


def test_a_running_process_keeps_its_keys_when_the_file_goes_away(path: Path) -> None:
    running = read_or_create(path, may_create=False)
    sealed = running.seal(b"secret", PLACE)

    path.unlink()

    assert running.open(sealed, PLACE) == b"secret"
    assert running.open(running.seal(b"other", PLACE), PLACE) == b"other"


def test_another_keyring_in_the_place_of_the_file_changes_no_key_that_is_known(path: Path) -> None:
    running = read_or_create(path, may_create=False)
    sealed = running.seal(b"secret", PLACE)

    path.write_text(Keyring.generate().rotated().text())
    running.learn()

    assert running.open(sealed, PLACE) == b"secret"
