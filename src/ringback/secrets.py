"""Secrets at rest: sealed with AES-GCM under numbered keys, from a key file that is checked before use."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ringback.errors import Misconfigured

_KEY_BYTES = 32
# Random nonces of 96 bits stay unique enough for 2**32 seals under one key (NIST SP 800-38D, 8.3).
_NONCE_BYTES = 12
_VERSION_BYTES = 2
_LAST_VERSION = 2 ** (8 * _VERSION_BYTES) - 1
_PRIVATE_FILE, _PRIVATE_DIRECTORY, _OTHERS = 0o600, 0o700, 0o077
_REMEDY = "Put back the key file that belongs to this database, or enter the secret again."


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys by version; the highest version seals, every version opens.

    Version 1 always stays: digests are made under a key derived from it, so that the same input has the same
    digest after any number of rotations. A later version may go once nothing is sealed under it.
    """

    keys: dict[int, bytes] = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """A keyring with one new key."""
        return cls({1: secrets.token_bytes(_KEY_BYTES)})

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `v1:` and 32 bytes in base64 for each key, by lines or commas, the newest last.

        Lines that begin with # are passed over. A key without a version follows the one before.

        Raises:
            Misconfigured: a key that cannot be read, versions out of order, or no version 1.
        """
        keys: dict[int, bytes] = {}
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        for position, entry in enumerate(filter(None, map(str.strip, ",".join(lines).split(","))), 1):
            version, key = _entry(entry, position, max(keys, default=0))
            keys[version] = key
        if not keys:
            raise Misconfigured("The keyring is empty. Put back the file from your backup.")
        if 1 not in keys:
            raise Misconfigured(
                "The keyring has no v1. It must keep its first key: digests are made under it."
            )
        return cls(keys)

    def text(self) -> str:
        """The keyring as its file holds it, one key a line."""
        encoded = {version: base64.b64encode(key).decode() for version, key in self.keys.items()}
        return "".join(f"v{version}:{key}\n" for version, key in encoded.items())

    def rotated(self) -> Self:
        """The same keyring with a new key on top, which seals from now on."""
        return type(self)(self.keys | {self._newest() + 1: secrets.token_bytes(_KEY_BYTES)})

    def seal(self, plain: bytes, bound_to: str) -> bytes:
        """Two bytes of version, a nonce, and the ciphertext; it opens only for the same `bound_to`.

        `bound_to` says where it is kept, like `accounts/acc_1/auth_token`, so that no row passes for another.
        """
        header = self._newest().to_bytes(_VERSION_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(self.keys[self._newest()])
        return header + nonce + cipher.encrypt(nonce, plain, header + bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """What was sealed.

        Raises:
            Misconfigured: its key version is missing, or it was changed, moved or sealed under other keys.
        """
        header, nonce = sealed[:_VERSION_BYTES], sealed[_VERSION_BYTES:][:_NONCE_BYTES]
        version = int.from_bytes(header)
        if version not in self.keys:
            raise Misconfigured(
                f"{bound_to} was sealed under key v{version}, which the keyring lacks. {_REMEDY}"
            )
        ciphertext = sealed[_VERSION_BYTES + _NONCE_BYTES :]
        try:
            return AESGCM(self.keys[version]).decrypt(nonce, ciphertext, header + bound_to.encode())
        except (InvalidTag, ValueError):
            why = f"it was changed or moved, or sealed under another key v{version}"
            raise Misconfigured(f"{bound_to} cannot be opened: {why}. {_REMEDY}") from None

    def needs_resealing(self, sealed: bytes) -> bool:
        """Whether it was sealed under another key than the newest."""
        return int.from_bytes(sealed[:_VERSION_BYTES]) != self._newest()

    def digest(self, message: bytes) -> bytes:
        """HMAC-SHA-256 under a key derived from version 1: the same message, the same digest, for good."""
        return hmac.digest(_digest_key(self.keys[1]), message, "sha256")

    def _newest(self) -> int:
        return max(self.keys)


@lru_cache(maxsize=4)
def _digest_key(key: bytes) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"ringback digest").derive(key)


def read_or_create(path: Path, *, may_create: bool) -> Keyring:
    """The keyring in a file; a new one if there is no file and `may_create` says that nothing is sealed yet.

    Raises:
        Misconfigured: the file is absent, unreadable, open to others, or holds no keyring.
    """
    try:
        if may_create and not path.exists():
            _create(path)
        return _read(path)
    except FileNotFoundError:
        raise Misconfigured(
            f"The key file {path} is missing, and the database holds secrets sealed under it. "
            "Put back the file from your backup; without it they cannot be opened."
        ) from None
    except (OSError, UnicodeDecodeError) as failure:
        reason = getattr(failure, "strerror", None) or "it holds no text"
        raise Misconfigured(
            f"The key file {path} cannot be used: {reason}. Check the path and its owner."
        ) from None


def new_api_key() -> str:
    """A key for a caller: `rb_` and 32 random bytes as URL-safe text."""
    return f"rb_{secrets.token_urlsafe(32)}"


def hash_key(key: str) -> bytes:
    """What is stored of an API key.

    SHA-256 suffices: a slow hash protects what people can guess, and nobody guesses 256 random bits.
    """
    return hashlib.sha256(key.encode()).digest()


def _entry(entry: str, position: int, previous: int) -> tuple[int, bytes]:
    """One key with its version; errors tell its position and never repeat it."""
    prefix, colon, encoded = entry.rpartition(":")
    version = _version(prefix, position) if colon else previous + 1
    if not previous < version <= _LAST_VERSION:
        raise Misconfigured(
            f"Key {position} of the keyring is v{version}. Number them upwards, the newest last."
        )
    try:
        key = base64.b64decode(encoded.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise Misconfigured(
            f"Key {position} of the keyring is not {_KEY_BYTES} bytes in base64. Copy it whole."
        )
    return version, key


def _version(prefix: str, position: int) -> int:
    digits = prefix.strip().removeprefix("v")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(_LAST_VERSION))):
        raise Misconfigured(
            f"Key {position} of the keyring has no version. Write it as v{position}: and the key."
        )
    return int(digits)


def _read(path: Path) -> Keyring:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & _OTHERS:
        raise Misconfigured(f"The key file {path} is open to others (mode {mode:04o}). Run: chmod 600 {path}")
    return Keyring.parse(path.read_text(encoding="utf-8"))


def _create(path: Path) -> None:
    """Write a whole file beside it and link it into place: of many processes one wins, none reads half."""
    _make_private(path.parent)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_durably(beside, Keyring.generate().text())
        os.link(beside, path)
    except FileExistsError:
        return
    finally:
        beside.unlink(missing_ok=True)
    _flush_directory(path.parent)


def _make_private(directory: Path) -> None:
    """`mkdir(parents=True)` would give the mode to the last directory only."""
    for parent in (*reversed(directory.parents), directory):
        if not parent.exists():
            parent.mkdir(_PRIVATE_DIRECTORY, exist_ok=True)


def _write_durably(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
