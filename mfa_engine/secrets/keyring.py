"""The keyring: versioned data keys under a key-encryption key, and one derived key a purpose.

The key-encryption key lives in a file outside the database (KEY-05); the data keys lie in the
database, wrapped by it. A value records the version it was sealed with, so old ones stay readable.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mfa_engine.errors import DoorwardError

KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyFileError(DoorwardError):
    """The key file cannot be used; the text is one plain line with the remedy."""


class Keyring:
    """The data keys of this installation, newest last. Holds keys: never printed, never pickled."""

    __slots__ = ("_derive", "newest")

    def __init__(self, data_keys: Mapping[int, bytes]) -> None:
        self.newest = max(data_keys)

        @cache
        def derive(purpose: str, version: int) -> bytes:
            return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"doorward/{purpose}".encode()).derive(
                data_keys[version]
            )

        self._derive = derive

    def __repr__(self) -> str:
        return f"<Keyring, newest {self.newest}>"

    def key(self, purpose: str, version: int | None = None) -> bytes:
        """32 bytes for one purpose, by HKDF-SHA-256 (RFC 5869): no key serves two purposes (KEY-03).

        Raises KeyError for a version that this keyring does not hold.
        """
        return self._derive(purpose, self.newest if version is None else version)


def create_key_file(path: Path) -> None:
    """Write a new key-encryption key, readable by this user alone. Never overwrites."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_key_file(path: Path) -> bytes:
    """The key-encryption key. Raises KeyFileError: missing, too open, truncated (KEY-05)."""
    try:
        mode = path.stat().st_mode
        text = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"key file {path}: {error.strerror}; restore it from your backup") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileError(f"key file {path}: others may read it; run chmod 600 on it")
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"key file {path}: does not hold {KEY_BYTES} bytes in base64; restore it from your backup"
        )
    return key


def wrap(key_encryption_key: bytes, version: int, data_key: bytes) -> bytes:
    """A data key as it lies in the database."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key_encryption_key).encrypt(nonce, data_key, _place(version))


def unwrap(key_encryption_key: bytes, version: int, wrapped: bytes) -> bytes:
    """The data key again. Raises KeyFileError when it was wrapped under another key file."""
    try:
        return AESGCM(key_encryption_key).decrypt(
            wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _place(version)
        )
    except (InvalidTag, ValueError):
        raise KeyFileError("key file: it is not the one that this database was sealed with") from None


def _place(version: int) -> bytes:
    return f"data_key:{version}".encode()
