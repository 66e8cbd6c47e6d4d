"""One thing that a person has proven, and what several add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mfa_engine.tokentypes.worth import Factor, Worth

PASSWORD = Worth(frozenset({Factor.KNOWLEDGE}), frozenset({"pwd"}))
"""A password, in whatever directory it was checked."""

PIN = Worth(frozenset({Factor.KNOWLEDGE}), frozenset({"pin"}))
"""The PIN of a token, checked by Doorward."""

SECOND_FACTOR_VALIDITY = timedelta(hours=12)
"""How long what a token proved counts in a session; what one knows counts as long as the session."""

_PASSWORD_KIND = "password"
_PIN_KIND = "pin"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was presented, when, and what it is worth.

    ``kind`` is the name of the token type, or what ``password_proof`` and ``pin_proof`` write there;
    ``serial`` the token's. What proves no factor at all, a code by e-mail, is a proof all the same: a
    policy may want it, and no class is concluded from it.
    """

    kind: str
    worth: Worth
    at: datetime
    serial: str | None = None

    def document(self) -> dict[str, Any]:
        """As plain JSON-able values, to be stored with a login transaction or session."""
        plain: dict[str, Any] = msgspec.to_builtins(self, order="deterministic")
        return plain

    @classmethod
    def read(cls, document: object) -> Proof:
        """The proof that was stored. Raises ValueError for anything but ``document``'s own output."""
        return msgspec.convert(document, cls)

    @property
    def is_known_by_heart(self) -> bool:
        """Whether this was a password or PIN, and no token."""
        return self.kind in (_PASSWORD_KIND, _PIN_KIND)

    @property
    def is_first_factor(self) -> bool:
        """Whether this can begin a login: something known, or a token that verified its user itself."""
        return Factor.KNOWLEDGE in self.worth.factors or self.worth.two_kinds

    def still_valid(self, now: datetime) -> bool:
        """Whether this counts at ``now``, in a session that is itself alive (assurance.md, section 4)."""
        return self.is_known_by_heart or now - self.at < SECOND_FACTOR_VALIDITY


def password_proof(at: datetime) -> Proof:
    """A right password, whichever directory checked it."""
    return Proof(_PASSWORD_KIND, PASSWORD, at)


def pin_proof(at: datetime, serial: str) -> Proof:
    """The right PIN of the token ``serial``, where it is the token's own."""
    return Proof(_PIN_KIND, PIN, at, serial)


def two_kinds(proofs: Iterable[Proof]) -> bool:
    """Whether two different kinds of factor were proven: what ``mfa`` means, and all that it means."""
    worths = [proof.worth for proof in proofs]
    kinds = frozenset[Factor]().union(*(worth.factors for worth in worths))
    return len(kinds) > 1 or any(worth.two_kinds for worth in worths)


def methods(proofs: Iterable[Proof]) -> tuple[str, ...]:
    """The authentication methods of these proofs, sorted (OIDC ``amr``, RFC 8176)."""
    proofs = tuple(proofs)
    presented = frozenset[str]().union(*(proof.worth.methods for proof in proofs))
    return tuple(sorted(presented | {"mfa"} if two_kinds(proofs) else presented))
