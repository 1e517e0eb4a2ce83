"""Secrets at rest: sealed with AES-GCM under numbered keys."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
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
_REMEDY = "Put back the key file that belongs to this database, or enter the secret again."


class UnknownKey(Misconfigured):
    """Something is sealed under a key that this process has not; another process, or a later try, may."""


def _none() -> Mapping[int, bytes]:
    return {}


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys by version; the highest version seals, every version opens.

    Version 1 always stays: digests are made under a key derived from it, so that the same input has the same
    digest after any number of rotations. A later version may go once nothing is sealed under it.
    `added` tells what has come on top since: a rotation by another process is met while this one runs.
    """

    keys: dict[int, bytes] = field(repr=False)
    added: Callable[[], Mapping[int, bytes]] = field(default=_none, repr=False, compare=False)

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
        return type(self)(self.keys | {self.newest + 1: secrets.token_bytes(_KEY_BYTES)})

    @property
    def newest(self) -> int:
        """The version that seals."""
        return max(self.keys)

    def seal(self, plain: bytes, bound_to: str) -> bytes:
        """Two bytes of version, a nonce, and the ciphertext; it opens only for the same `bound_to`.

        `bound_to` says where it is kept, like `accounts/acc_1/auth_token`, so that no row passes for another.
        """
        self.learn()
        header = header_of(self.newest)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(self.keys[self.newest])
        return header + nonce + cipher.encrypt(nonce, plain, header + bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """What was sealed.

        Raises:
            UnknownKey: its key version is missing, from the key file as it is now, too.
            Misconfigured: it was changed, moved or sealed under other keys.
        """
        header, nonce = sealed[:_VERSION_BYTES], sealed[_VERSION_BYTES:][:_NONCE_BYTES]
        version = version_of(sealed)
        if version not in self.keys:
            self.learn()
        if version not in self.keys:
            raise UnknownKey(
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
        return version_of(sealed) != self.newest

    def learn(self) -> None:
        """Take up the versions that have come on top; what is known already never changes."""
        for version, key in self.added().items():
            self.keys.setdefault(version, key)

    def digest(self, message: bytes) -> bytes:
        """HMAC-SHA-256 under a key derived from version 1: the same message, the same digest, for good."""
        return hmac.digest(_digest_key(self.keys[1]), message, "sha256")


def header_of(version: int) -> bytes:
    """How what is sealed under a version begins."""
    return version.to_bytes(_VERSION_BYTES)


def version_of(sealed: bytes) -> int:
    """The version that something is sealed under."""
    return int.from_bytes(sealed[:_VERSION_BYTES])


def job_place(job_id: str) -> str:
    """What the secrets of a job's input are bound to."""
    return f"jobs/{job_id}/secrets"


@lru_cache(maxsize=4)
def _digest_key(key: bytes) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"ringback digest").derive(key)


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
