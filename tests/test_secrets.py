"""Secrets at rest, and the file their keys are in."""

import base64
import multiprocessing
import os
import stat
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import Misconfigured
from ringback.key_file import read_or_create
from ringback.secrets import Keyring, hash_key, new_api_key

TOKEN = "accounts/acc_1/auth_token"
ONE, TWO = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@given(plain=st.binary(max_size=200), place=st.text(max_size=40))
def test_what_is_sealed_opens_in_its_place(plain: bytes, place: str) -> None:
    keyring = Keyring.parse(f"v1:{ONE}")

    assert keyring.open(keyring.seal(plain, place), place) == plain


@given(bit=st.integers(min_value=0, max_value=8 * (2 + 12 + 6 + 16) - 1))
def test_one_changed_bit_anywhere_is_noticed(bit: int) -> None:
    keyring = Keyring.parse(f"v1:{ONE},v2:{TWO}")
    sealed = bytearray(keyring.seal(b"secret", TOKEN))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Misconfigured, match=f"^{TOKEN} (cannot be opened|was sealed under key)"):
        keyring.open(bytes(sealed), TOKEN)


@pytest.mark.parametrize("length", [0, 1, 2, 13, 14, 29, 35])
def test_a_row_cut_short_is_noticed(length: int) -> None:
    keyring = Keyring.generate()

    with pytest.raises(Misconfigured, match="Put back the key file"):
        keyring.open(keyring.seal(b"secret", TOKEN)[:length], TOKEN)


def test_a_row_put_in_another_place_is_noticed() -> None:
    keyring = Keyring.generate()

    with pytest.raises(Misconfigured, match="changed or moved"):
        keyring.open(keyring.seal(b"secret", TOKEN), "accounts/acc_2/auth_token")


def test_another_keyring_cannot_open_it() -> None:
    with pytest.raises(Misconfigured, match="sealed under another key v1"):
        Keyring.generate().open(Keyring.generate().seal(b"secret", TOKEN), TOKEN)


def test_sealing_the_same_twice_gives_different_rows() -> None:
    keyring = Keyring.generate()

    assert keyring.seal(b"secret", TOKEN) != keyring.seal(b"secret", TOKEN)
    assert b"secret" not in keyring.seal(b"secret", TOKEN)


def test_after_a_rotation_old_rows_open_and_want_resealing() -> None:
    old = Keyring.generate()
    sealed = old.seal(b"secret", TOKEN)

    new = old.rotated()

    assert new.open(sealed, TOKEN) == b"secret"
    assert new.needs_resealing(sealed)
    assert not old.needs_resealing(sealed)
    assert not new.needs_resealing(new.seal(b"secret", TOKEN))


def test_a_row_of_a_version_that_is_missing_names_the_version() -> None:
    old = Keyring.generate()

    with pytest.raises(Misconfigured, match="was sealed under key v2, which the keyring lacks"):
        old.open(old.rotated().seal(b"secret", TOKEN), TOKEN)


def test_digests_tell_messages_and_keyrings_apart_and_survive_rotation() -> None:
    keyring = Keyring.generate()

    assert keyring.digest(b"a") == keyring.digest(b"a") == keyring.rotated().rotated().digest(b"a")
    assert len({keyring.digest(b"a"), keyring.digest(b"b"), Keyring.generate().digest(b"a")}) == 3
    assert len(keyring.digest(b"")) == 32


def test_a_digest_is_the_same_for_good_since_an_upgrade_must_know_the_jobs_of_before() -> None:
    keyring = Keyring({1: bytes(range(32)), 2: bytes(32)})

    # By OpenSSL: HKDF-SHA-256 of the key without salt, info "ringback digest"; HMAC-SHA-256 with the outcome.
    assert keyring.digest(b'{"to":"+15005550006"}').hex() == (
        "73112c3a255bfb5c006e6aca525e76a0fe83d882ae9a3471f24924d474f41d78"
    )


def test_a_keyring_reads_back_from_its_text() -> None:
    keyring = Keyring.generate().rotated().rotated()

    assert Keyring.parse(keyring.text()) == keyring
    assert keyring.text().startswith("v1:")


@pytest.mark.parametrize(
    "text",
    [
        f"v1:{ONE}\nv2:{TWO}\n",
        f"v1:{ONE},v2:{TWO}",
        f" {ONE} , {TWO} ",
        f"# made by ringback, do not edit\n\n1: {ONE}\nv2:{TWO}",
        f"v1:{base64.urlsafe_b64encode(bytes([1]) * 32).decode()}\nv2:{TWO}",
    ],
)
def test_a_keyring_may_be_written_in_these_ways(text: str) -> None:
    assert Keyring.parse(text).keys == {1: bytes([1]) * 32, 2: bytes([2]) * 32}


def test_a_later_version_may_be_dropped_and_the_numbers_stay() -> None:
    assert list(Keyring.parse(f"v1:{ONE}\nv3:{TWO}").rotated().keys) == [1, 3, 4]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("# nothing\n", "is empty"),
        (f"v2:{TWO}", "has no v1"),
        (f"v2:{TWO},v1:{ONE}", "Key 2 of the keyring is v1. Number them upwards"),
        (f"v1:{ONE},v1:{TWO}", "Key 2 of the keyring is v1"),
        (f"v0:{ONE}", "Key 1 of the keyring is v0"),
        (f"v70000:{ONE}", "Key 1 of the keyring is v70000"),
        (f"first:{ONE}", "Key 1 of the keyring has no version"),
        (f"v{'9' * 5000}:{ONE}", "has no version"),
        ("v1:c2hvcnQ=", "Key 1 of the keyring is not 32 bytes"),
        (f"v1:{ONE[:-2]}", "is not 32 bytes"),
        (f"v1:{ONE},v2:*?!", "Key 2 of the keyring is not 32 bytes"),
        ("v1:caf\u00e9", "is not 32 bytes"),
    ],
)
def test_a_bad_keyring_is_refused_by_position_and_its_keys_are_not_shown(text: str, fault: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        Keyring.parse(text)

    assert fault in refused.value.message
    assert ONE[:8] not in refused.value.message


def test_a_keyring_never_shows_its_keys() -> None:
    assert repr(Keyring.parse(f"v1:{ONE}")) == "Keyring()"


def test_a_new_key_file_is_private_and_so_are_its_directories(tmp_path: Path) -> None:
    path = tmp_path / "state" / "ringback" / "keys"

    keyring = read_or_create(path, may_create=True)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [stat.S_IMODE(parent.stat().st_mode) for parent in list(path.parents)[:2]] == [0o700, 0o700]
    assert list(path.parent.iterdir()) == [path]
    assert read_or_create(path, may_create=False) == read_or_create(path, may_create=True) == keyring


def test_a_missing_key_file_stops_the_start_once_secrets_are_sealed(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="is missing, and the database holds secrets sealed under it"):
        read_or_create(tmp_path / "keys", may_create=False)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_open_to_others_is_refused_with_the_command_that_mends_it(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "keys"
    read_or_create(path, may_create=True)
    path.chmod(mode)

    with pytest.raises(Misconfigured, match=rf"mode 0{mode:o}\). Run: chmod 600 .*keys$"):
        read_or_create(path, may_create=True)


def test_a_directory_or_noise_in_place_of_the_key_file_is_refused(tmp_path: Path) -> None:
    noise = tmp_path / "noise"
    noise.write_bytes(b"\xff\xfe\x00")
    noise.chmod(0o600)
    place = tmp_path / "place"
    place.mkdir(0o700)

    for path, fault in [
        (noise, "it holds no text"),
        (place, "Is a directory"),
        (noise / "keys", "Not a directory"),
    ]:
        with pytest.raises(Misconfigured, match=f"cannot be used: {fault}"):
            read_or_create(path, may_create=True)


def test_an_empty_key_file_is_not_taken_for_a_missing_one(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    os.close(os.open(path, os.O_CREAT, 0o600))

    with pytest.raises(Misconfigured, match="is empty"):
        read_or_create(path, may_create=True)


def test_many_threads_that_create_at_once_agree_on_one_key(tmp_path: Path) -> None:
    start = threading.Barrier(16)

    def create(_: int) -> str:
        start.wait()
        return read_or_create(tmp_path / "new" / "keys", may_create=True).text()

    with ThreadPoolExecutor(16) as pool:
        texts = set(pool.map(create, range(16)))

    assert len(texts) == 1
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["keys"]


def test_two_processes_that_create_at_once_agree_on_one_key(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) / "keys" for number in range(50)]

    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        create = partial(read_or_create, may_create=True)
        texts = [keyring.text() for keyring in pool.map(create, [path for path in paths for _ in range(2)])]

    assert texts[::2] == texts[1::2]
    assert len(set(texts)) == len(paths)


def test_an_api_key_is_long_random_and_stored_as_its_hash() -> None:
    key = new_api_key()

    assert key.startswith("rb_")
    assert len(base64.urlsafe_b64decode(key[3:] + "=")) == 32
    assert new_api_key() != key
    assert hash_key(key) == hash_key(key) != hash_key(key + "x")
    assert len(hash_key(key)) == 32
