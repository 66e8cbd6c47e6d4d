"""What a right answer proves: the facts that context classes and ``amr`` are concluded from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Factor(StrEnum):
    """The kinds of authentication factor (NIST SP 800-63B-4)."""

    KNOWLEDGE = "knowledge"
    POSSESSION = "possession"
    INHERENCE = "inherence"


@dataclass(frozen=True, slots=True)
class Worth:
    """What one proof is worth. A token type declares it; a single match may refine it.

    ``methods`` are RFC 8176 values of what was presented. ``user_verified``: the authenticator itself
    checked a PIN or biometric and signed that it did; which of the two it does not say, so this is a
    second kind of factor without a name. ``hardware`` only where attestation shows it.
    ``device_bound`` only where the signed flags say that the key cannot leave its device.

    Raises ValueError for a declaration that claims a conclusion or contradicts itself.
    """

    factors: frozenset[Factor]
    methods: frozenset[str]
    phishing_resistant: bool = False
    hardware: bool = False
    user_verified: bool = False
    device_bound: bool = False
    time_synchronous: bool = False

    def __post_init__(self) -> None:
        if "mfa" in self.methods:
            raise ValueError("mfa is concluded from kinds of factors, never declared")
        if (self.user_verified or self.hardware) and Factor.POSSESSION not in self.factors:
            raise ValueError("what verifies its user, or is hardware, is something one has")

    @property
    def two_kinds(self) -> bool:
        """Whether this alone proves two different kinds of factor."""
        return self.user_verified or len(self.factors) > 1
