"""By what clients know people (``sub``) and sessions (``sid``): derived, so that nothing is stored."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Self

from idp.oidc import base64url
from idp.oidc.subject import public_subject
from mfa_engine.identity.user import UserKey
from mfa_engine.secrets.keyring import Keyring

SID_BYTES = 16
_PINNED = 1  # a newer data key would make another account of each at all applications


@dataclass(frozen=True, slots=True)
class Names:
    """The two derivations under their keys."""

    subject_key: bytes = field(repr=False)
    sid_key: bytes = field(repr=False)

    @classmethod
    def of(cls, keyring: Keyring) -> Self:
        """Under the first data key, whatever was rotated since."""
        return cls(keyring.key("oidc-subject", _PINNED), keyring.key("oidc-sid", _PINNED))

    def subject(self, user: UserKey) -> str:
        """The person's ``sub``, the same for every client."""
        return public_subject(self.subject_key, user)

    def sid(self, session_id: str, client_id: str) -> str:
        """What a client knows a session by; no two clients can tell by it that theirs is the same."""
        message = f"{session_id}\x00{client_id}".encode()
        return base64url.encoded(hmac.digest(self.sid_key, message, hashlib.sha256)[:SID_BYTES])
