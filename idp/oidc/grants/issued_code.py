"""What an authorization code stands for, from its issue until it is redeemed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import msgspec

from idp.oidc.grants.authorization_code import LIFETIME, StoredCode
from idp.oidc.tokens import access_token
from idp.sessions.transaction import Person

PURPOSE = "authorization_code"
KEPT = LIFETIME + access_token.LIFETIME
"""How long a code is kept, spent or not: a replay must be noticed while what it gave is good (OIDC-05)."""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """Plain values, so that they can lie in the database. ``expires_at`` is the code's own end."""

    client_id: str
    redirect_uri: str
    code_challenge: str | None
    expires_at: datetime
    grant_id: str
    session_id: str
    sid: str
    person: Person
    scope: tuple[str, ...]
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    nonce: str | None = field(default=None, repr=False)

    def document(self) -> dict[str, Any]:
        """As plain JSON-able values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @classmethod
    def read(cls, document: object) -> Self:
        """What was stored."""
        return msgspec.convert(document, cls)

    def state(self, *, spent: bool, holder_allowed: bool) -> StoredCode:
        """As ``authorization_code.redeem`` judges it."""
        return StoredCode(
            self.client_id, self.redirect_uri, self.code_challenge, self.expires_at, spent, holder_allowed
        )
