"""What proofs add up to: methods (``amr``), context class, what is still missing. Pure.

One table serves OpenID Connect ``acr`` and SAML ``AuthnContextClassRef``, and one set of proofs both
of them and the audit, so that nobody is told another story. ``proof`` is what was presented,
``classes`` the table, ``demand`` what a request and the policies want and the next thing to ask for.

A class that no factor of today can meet is left out of the table and so treated as unknown:
certificates, Kerberos, smart cards, the AAL identifiers, and MobileTwoFactorContract, since nothing
proves yet that a code was made on a phone.

Start reading at demand.py.
"""

from mfa_engine.authentication.assurance.classes import (
    PASSWORD_PROTECTED_TRANSPORT,
    REFEDS_MFA,
    REFEDS_SFA,
    UNSPECIFIED,
    default_class,
    proven_at,
    satisfied,
    statable_classes,
)
from mfa_engine.authentication.assurance.demand import (
    Answer,
    Asked,
    Missing,
    Need,
    NotReached,
    Offer,
    Required,
    answer,
    counting,
    fresh_since,
    missing,
)
from mfa_engine.authentication.assurance.proof import Proof, methods, password_proof, pin_proof

__all__ = [
    "PASSWORD_PROTECTED_TRANSPORT",
    "REFEDS_MFA",
    "REFEDS_SFA",
    "UNSPECIFIED",
    "Answer",
    "Asked",
    "Missing",
    "Need",
    "NotReached",
    "Offer",
    "Proof",
    "Required",
    "answer",
    "counting",
    "default_class",
    "fresh_since",
    "methods",
    "missing",
    "password_proof",
    "pin_proof",
    "proven_at",
    "satisfied",
    "statable_classes",
]
