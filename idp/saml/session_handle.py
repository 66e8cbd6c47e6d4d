"""What a service knows a session by: its SessionIndex there, and the transient name of whoever is in it.

Derived, so that nothing is stored and the same session is called the same at each answer; of one
service alone, so that two of them cannot compare; and marked, so that one that comes back is known to
be ours even when its session is long gone (SD-N01, SD-S06, SD-E31, SD-E32).
"""

from __future__ import annotations

import hmac

from mfa_engine.secrets.keyring import Keyring

_FIRST = 1  # of the data keys: a rotation must not make the service unable to name a session that lives
_NAME_BYTES, _MARK_BYTES = 16, 12


class SessionHandles:
    """Makes and recognises them with a secret key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of_keyring(cls, keyring: Keyring) -> SessionHandles:
        """With this installation's key for it."""
        return cls(keyring.key("saml session", _FIRST))

    def of(self, session_id: str, service: str) -> str:
        """The handle of a session at a service: 128 bits that tell nothing of either, and the mark."""
        name = self._digest("session", session_id, service)[:_NAME_BYTES]
        return f"_{name.hex()}{self._mark(name, service).hex()}"

    def is_ours(self, handle: str, service: str) -> bool:
        """Whether it was made here for that service."""
        try:
            octets = bytes.fromhex(handle.removeprefix("_"))
        except ValueError:
            return False
        name, mark = octets[:_NAME_BYTES], octets[_NAME_BYTES:]
        return hmac.compare_digest(mark, self._mark(name, service)) and handle == f"_{octets.hex()}"

    def _mark(self, name: bytes, service: str) -> bytes:
        return self._digest("handle", name.hex(), service)[:_MARK_BYTES]

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self._key, "\0".join(parts).encode(), "sha256")
