"""Values at rest that must be read back: AES-256-GCM, bound to their table, column and row (KEY-02)."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mfa_engine.errors import IntegrityFailure
from mfa_engine.secrets.keyring import Keyring

_VERSION_BYTES = 4
_NONCE_BYTES = 12


def seal(keyring: Keyring, table: str, column: str, row: str, value: bytes) -> bytes:
    """``value`` as it lies in the database: key version, random nonce, ciphertext with tag.

    ``row`` is the row's own unchanging name (a serial, a key id), known before it is inserted.
    """
    version = keyring.newest
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = AESGCM(keyring.key(f"seal/{table}/{column}", version))
    return (
        version.to_bytes(_VERSION_BYTES)
        + nonce
        + cipher.encrypt(nonce, value, _place(table, column, row, version))
    )


def unseal(keyring: Keyring, table: str, column: str, row: str, sealed: bytes) -> bytes:
    """The value again. Raises IntegrityFailure when it was altered or comes from another place."""
    version = int.from_bytes(sealed[:_VERSION_BYTES])
    nonce = sealed[_VERSION_BYTES : _VERSION_BYTES + _NONCE_BYTES]
    try:
        cipher = AESGCM(keyring.key(f"seal/{table}/{column}", version))
        return cipher.decrypt(
            nonce, sealed[_VERSION_BYTES + _NONCE_BYTES :], _place(table, column, row, version)
        )
    except (InvalidTag, KeyError, ValueError):
        raise IntegrityFailure(
            f"{table}.{column} of '{row}' does not open with the keys of this system"
        ) from None


def _place(table: str, column: str, row: str, version: int) -> bytes:
    return f"{table}:{column}:{row}:{version}".encode()
