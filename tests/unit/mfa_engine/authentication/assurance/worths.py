"""What each kind of proof is worth, as assurance.md section 1 has it, at a fixed time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mfa_engine.authentication.assurance import Asked, Offer, Proof, Required, password_proof, pin_proof
from mfa_engine.tokentypes.worth import Factor, Worth

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

_HAVE = frozenset({Factor.POSSESSION})
_KEY = frozenset({"pop", "swk", "user"})

WORTHS = {
    "hotp": Worth(_HAVE, frozenset({"otp"})),
    "totp": Worth(_HAVE, frozenset({"otp"}), time_synchronous=True),
    "email": Worth(frozenset(), frozenset({"otp"})),
    "webauthn-up": Worth(_HAVE, _KEY, phishing_resistant=True, device_bound=True),
    "webauthn-uv": Worth(_HAVE, _KEY, phishing_resistant=True, device_bound=True, user_verified=True),
    "passkey": Worth(_HAVE, _KEY, phishing_resistant=True, user_verified=True),
    "attested-key": Worth(
        _HAVE,
        frozenset({"hwk", "pop", "user"}),
        phishing_resistant=True,
        hardware=True,
        device_bound=True,
        user_verified=True,
    ),
}

TOKEN_TYPES = frozenset({"hotp", "totp", "webauthn-up", "webauthn-uv", "passkey", "attested-key"})


def proof(kind: str, ago: timedelta = timedelta()) -> Proof:
    """A proof of that kind, given ``ago`` before NOW."""
    if kind == "password":
        return password_proof(NOW - ago)
    if kind == "pin":
        return pin_proof(NOW - ago, "OATH0001")
    return Proof(kind, WORTHS[kind], NOW - ago, f"{kind.upper()}1")


def required(
    *classes: str,
    essential: bool = False,
    fresh_since: datetime | None = None,
    second_factor: bool = False,
    accepted: frozenset[str] = TOKEN_TYPES,
) -> Required:
    """A demand; without arguments anything that begins a login is enough."""
    return Required(Asked(classes, essential, fresh_since), second_factor, accepted)


def offers(*kinds: str) -> tuple[Offer, ...]:
    """What a person has, by kinds."""
    return tuple(Offer(kind, WORTHS[kind]) for kind in kinds)
