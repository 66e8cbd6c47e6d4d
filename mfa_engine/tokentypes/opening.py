"""Opening the secret of a stored token."""

from __future__ import annotations

from mfa_engine.secrets.keyring import Keyring
from mfa_engine.secrets.sealed import unseal
from mfa_engine.storage.token import TokenRow
from mfa_engine.tokentypes.base import Token


def opened(keyring: Keyring, row: TokenRow) -> Token:
    """The token with its secret. Raises IntegrityFailure when it does not open in its place (KEY-02)."""
    secret = unseal(keyring, "token", "secret", row.serial, row.secret) if row.secret else b""
    return Token(row, secret)
