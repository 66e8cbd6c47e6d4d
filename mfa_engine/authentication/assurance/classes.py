"""The table of context classes: each a predicate over proofs, for OpenID Connect and SAML alike.

Every predicate is monotone: one proof more never makes a class untrue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from mfa_engine.authentication.assurance.proof import PASSWORD, Proof, two_kinds
from mfa_engine.tokentypes.worth import Worth

Predicate = Callable[[Sequence[Proof]], bool]

PHISHING_RESISTANT_HARDWARE = "phrh"
PHISHING_RESISTANT = "phr"
REFEDS_MFA = "https://refeds.org/profile/mfa"
MICROSOFT_MFA = "http://schemas.microsoft.com/claims/multipleauthn"
TIME_SYNC_TOKEN = "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken"
REFEDS_SFA = "https://refeds.org/profile/sfa"
PASSWORD_PROTECTED_TRANSPORT = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
PASSWORD_CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"


def _phishing_resistant_hardware(proofs: Sequence[Proof]) -> bool:
    # All three of one and the same key: a synced passkey beside a hardware code is not this.
    return any(
        proof.worth.phishing_resistant and proof.worth.hardware and proof.worth.device_bound
        for proof in proofs
    )


def _phishing_resistant(proofs: Sequence[Proof]) -> bool:
    return any(proof.worth.phishing_resistant for proof in proofs)


def _time_synchronous(proofs: Sequence[Proof]) -> bool:
    return any(proof.worth.time_synchronous for proof in proofs)


def _single_factor(proofs: Sequence[Proof]) -> bool:
    return any(proof.worth.factors for proof in proofs)


def _password(proofs: Sequence[Proof]) -> bool:
    return any("pwd" in proof.worth.methods for proof in proofs)


def _anything(proofs: Sequence[Proof]) -> bool:
    return len(proofs) > 0


# Most specific first: discovery lists them in this order.
CLASSES: Mapping[str, Predicate] = {
    PHISHING_RESISTANT_HARDWARE: _phishing_resistant_hardware,
    PHISHING_RESISTANT: _phishing_resistant,
    REFEDS_MFA: two_kinds,
    MICROSOFT_MFA: two_kinds,
    TIME_SYNC_TOKEN: _time_synchronous,
    REFEDS_SFA: _single_factor,
    PASSWORD_PROTECTED_TRANSPORT: _password,
    PASSWORD_CLASS: _password,
    UNSPECIFIED: _anything,
}

_UNASKED = (REFEDS_MFA, REFEDS_SFA, PASSWORD_PROTECTED_TRANSPORT)


def satisfied(context_class: str, proofs: Sequence[Proof]) -> bool:
    """Whether ``context_class`` is true of these proofs. A class that nobody knows never is."""
    predicate = CLASSES.get(context_class)
    return predicate is not None and predicate(proofs)


def default_class(proofs: Sequence[Proof], preferred: str | None = None) -> str:
    """The class to state when none was asked for: ``preferred`` of the application, if it is true."""
    candidates = _UNASKED if preferred is None else (preferred, *_UNASKED)
    return next((name for name in candidates if satisfied(name, proofs)), UNSPECIFIED)


def proven_at(context_class: str, proofs: Sequence[Proof]) -> datetime:
    """When the oldest factor was proven that the class rests on (``auth_time``, ``AuthnInstant``).

    Of several proofs that would do the newest ones count. Raises ValueError when the class is untrue.
    """
    newest_first = sorted(proofs, key=lambda proof: proof.at, reverse=True)
    for count, oldest in enumerate(newest_first, start=1):
        if satisfied(context_class, newest_first[:count]):
            return oldest.at
    raise ValueError(f"{context_class} is not true of these proofs")


def statable_classes(worths: Iterable[Worth]) -> tuple[str, ...]:
    """The classes that a password and tokens worth this can reach, most specific first (discovery)."""
    possible = [Proof("any", worth, datetime.min.replace(tzinfo=UTC)) for worth in (PASSWORD, *worths)]
    return tuple(name for name in CLASSES if satisfied(name, possible))
