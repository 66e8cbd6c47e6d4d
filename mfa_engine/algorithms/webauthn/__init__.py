"""Security keys and passkeys: WebAuthn Level 3, the relying party's side, pure.

``registration`` and ``authentication`` hold one ceremony each: the options for the browser, and the
verdict on its answer. ``answers`` reads what a browser or a validating client sends. Our own checks
come first, on the signed bytes and with limits of size and depth; py_webauthn judges last what they
let through, so both must agree. Challenges are the caller's: it stores them, spends them by the
first attempt and lets them expire (threat FIDO-01).

Attestation is not asked for. Statements of the formats "none" and "packed" by the key itself are
checked; those with certificates are refused, since nothing here could trust them. What a key says
about itself (AAGUID, transports) is therefore a hint.
"""

from mfa_engine.algorithms.webauthn.answers import (
    AuthenticationAnswer,
    RegistrationAnswer,
    authentication_from_fields,
    authentication_from_json,
    registration_from_fields,
    registration_from_json,
)
from mfa_engine.algorithms.webauthn.authentication import (
    StoredCredential,
    VerifiedAssertion,
    authentication_options,
    verify_authentication,
)
from mfa_engine.algorithms.webauthn.ceremony import (
    CredentialHandle,
    RelyingParty,
    UserVerification,
    new_challenge,
)
from mfa_engine.algorithms.webauthn.cose import KeyAlgorithm
from mfa_engine.algorithms.webauthn.errors import CeremonyRefused, Reason
from mfa_engine.algorithms.webauthn.registration import (
    Account,
    Attachment,
    RegisteredCredential,
    RegistrationRules,
    registration_options,
    verify_registration,
)

__all__ = [
    "Account",
    "Attachment",
    "AuthenticationAnswer",
    "CeremonyRefused",
    "CredentialHandle",
    "KeyAlgorithm",
    "Reason",
    "RegisteredCredential",
    "RegistrationAnswer",
    "RegistrationRules",
    "RelyingParty",
    "StoredCredential",
    "UserVerification",
    "VerifiedAssertion",
    "authentication_from_fields",
    "authentication_from_json",
    "authentication_options",
    "new_challenge",
    "registration_from_fields",
    "registration_from_json",
    "registration_options",
    "verify_authentication",
    "verify_registration",
]
