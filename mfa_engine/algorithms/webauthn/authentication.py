"""Logging in with a security key or passkey (WebAuthn, section 7.2)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from webauthn import generate_authentication_options, verify_authentication_response
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import AuthenticationCredential, AuthenticatorAssertionResponse

from mfa_engine.algorithms.webauthn.answers import AuthenticationAnswer
from mfa_engine.algorithms.webauthn.authenticator_data import (
    AuthenticatorData,
    check_signed_facts,
    read_authenticator_data,
)
from mfa_engine.algorithms.webauthn.ceremony import (
    TIMEOUT_MILLISECONDS,
    CredentialHandle,
    RelyingParty,
    UserVerification,
    descriptors,
)
from mfa_engine.algorithms.webauthn.client_data import GET, check_client_data
from mfa_engine.algorithms.webauthn.cose import KeyAlgorithm, check_public_key
from mfa_engine.algorithms.webauthn.errors import CeremonyRefused, Reason, malformed


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """A registered credential, as it is kept with its owner."""

    id: bytes
    public_key: bytes  # COSE
    sign_count: int
    backup_eligible: bool
    user_handle: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedAssertion:
    """What a good answer proves, and what to store. Without ``user_verified`` it is one factor only."""

    sign_count: int
    user_verified: bool
    backed_up: bool


def authentication_options(
    party: RelyingParty,
    challenge: bytes,
    allowed: Iterable[CredentialHandle],
    user_verification: UserVerification,
) -> dict[str, Any]:
    """``PublicKeyCredentialRequestOptionsJSON``; none allowed means that the person chooses."""
    return options_to_json_dict(
        generate_authentication_options(
            rp_id=party.id,
            challenge=challenge,
            timeout=TIMEOUT_MILLISECONDS,
            allow_credentials=descriptors(allowed),
            user_verification=user_verification.requirement,
        )
    )


def verify_authentication(
    party: RelyingParty,
    challenge: bytes,
    credential: StoredCredential,
    answer: AuthenticationAnswer,
    *,
    require_user_verification: bool,
    person_is_known: bool = True,
) -> VerifiedAssertion:
    """What ``answer`` proves. Raises CeremonyRefused.

    ``require_user_verification`` is the server's own policy, never what a client asked for.
    ``person_is_known`` is False when the key itself said who it is: then it must name its owner.
    """
    if answer.credential_id != credential.id:
        raise CeremonyRefused(Reason.CREDENTIAL_ID, "the key that answered is not the one looked up")
    _check_user_handle(credential, answer, person_is_known)
    check_client_data(answer.client_data, GET, challenge, party.origins)
    data = read_authenticator_data(answer.authenticator_data)
    if data.attested is not None:
        raise malformed("a login that carries a new credential")
    check_signed_facts(data, party.id, require_user_verification)
    if data.backup_eligible != credential.backup_eligible:
        raise CeremonyRefused(Reason.BACKUP_FLAGS, "the key changed whether it can be copied")
    check_public_key(credential.public_key, tuple(KeyAlgorithm))
    _ask_library(party, challenge, credential, answer, require_user_verification)
    _check_sign_count(credential, data)
    return VerifiedAssertion(data.sign_count, data.user_verified, data.backed_up)


def _check_user_handle(
    credential: StoredCredential, answer: AuthenticationAnswer, person_is_known: bool
) -> None:
    handle = answer.user_handle
    if handle is None and person_is_known:
        return
    if not handle or not hmac.compare_digest(handle, credential.user_handle):
        raise CeremonyRefused(Reason.USER_HANDLE, "the key does not belong to this person")


def _check_sign_count(credential: StoredCredential, data: AuthenticatorData) -> None:
    """Section 7.2, step 22: a counter that does not grow means a copy. 0 both times: there is none."""
    highest = credential.sign_count
    if (data.sign_count or highest) and data.sign_count <= highest:
        raise CeremonyRefused(Reason.SIGN_COUNT, "the counter of the key did not grow")


def _ask_library(
    party: RelyingParty,
    challenge: bytes,
    credential: StoredCredential,
    answer: AuthenticationAnswer,
    require_user_verification: bool,
) -> None:
    try:
        verify_authentication_response(
            credential=AuthenticationCredential(
                id=bytes_to_base64url(answer.credential_id),
                raw_id=answer.credential_id,
                response=AuthenticatorAssertionResponse(
                    client_data_json=answer.client_data,
                    authenticator_data=answer.authenticator_data,
                    signature=answer.signature,
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=credential.public_key,
            # Judged by us, after the signature: a forged counter is no sign of a copied key.
            credential_current_sign_count=0,
            require_user_verification=require_user_verification,
        )
    except WebAuthnException as error:
        raise CeremonyRefused(Reason.SIGNATURE, "the signature is not that of the key") from error
