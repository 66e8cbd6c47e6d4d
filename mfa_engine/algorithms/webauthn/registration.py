"""Registering a security key or passkey (WebAuthn, section 7.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from webauthn import generate_registration_options, verify_registration_response
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorAttachment,
    AuthenticatorAttestationResponse,
    AuthenticatorSelectionCriteria,
    RegistrationCredential,
    ResidentKeyRequirement,
)

from mfa_engine.algorithms.webauthn.answers import RegistrationAnswer
from mfa_engine.algorithms.webauthn.authenticator_data import (
    AttestedCredential,
    AuthenticatorData,
    check_signed_facts,
    read_authenticator_data,
)
from mfa_engine.algorithms.webauthn.cbor import read_whole
from mfa_engine.algorithms.webauthn.ceremony import (
    TIMEOUT_MILLISECONDS,
    CredentialHandle,
    RelyingParty,
    UserVerification,
    descriptors,
)
from mfa_engine.algorithms.webauthn.client_data import CREATE, check_client_data
from mfa_engine.algorithms.webauthn.cose import KeyAlgorithm, check_public_key
from mfa_engine.algorithms.webauthn.errors import CeremonyRefused, Reason, malformed

OFFERED: Final = (KeyAlgorithm.ES256, KeyAlgorithm.EDDSA, KeyAlgorithm.RS256)


class Attachment(StrEnum):
    """Where the key is: in the device itself, or one that roams."""

    PLATFORM = "platform"
    CROSS_PLATFORM = "cross-platform"


@dataclass(frozen=True, slots=True)
class Account:
    """The person as the authenticator shows them. The handle is random bytes, at most 64."""

    handle: bytes
    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class RegistrationRules:
    """What a new key must be like: said in the options, and checked again on the answer (FIDO-05)."""

    user_verification: UserVerification = UserVerification.PREFERRED
    algorithms: tuple[KeyAlgorithm, ...] = OFFERED
    attachment: Attachment | None = None
    resident_key: bool = False
    device_bound: bool = False
    aaguids: frozenset[UUID] | None = None  # None: any model


@dataclass(frozen=True, slots=True)
class RegisteredCredential:
    """The facts to store. Signed, except transports; no attestation stands behind the AAGUID."""

    id: bytes
    public_key: bytes  # COSE, as signed
    algorithm: KeyAlgorithm
    sign_count: int
    user_verified: bool
    backup_eligible: bool
    backed_up: bool
    aaguid: UUID
    transports: tuple[str, ...]
    attestation_format: str


def registration_options(
    party: RelyingParty,
    account: Account,
    challenge: bytes,
    rules: RegistrationRules,
    registered: Iterable[CredentialHandle] = (),
) -> dict[str, Any]:
    """``PublicKeyCredentialCreationOptionsJSON``; keys among ``registered`` will not answer again."""
    attachment = rules.attachment
    return options_to_json_dict(
        generate_registration_options(
            rp_id=party.id,
            rp_name=party.name,
            user_id=account.handle,
            user_name=account.name,
            user_display_name=account.display_name,
            challenge=challenge,
            timeout=TIMEOUT_MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                authenticator_attachment=AuthenticatorAttachment(attachment.value) if attachment else None,
                resident_key=(
                    ResidentKeyRequirement.REQUIRED
                    if rules.resident_key
                    else ResidentKeyRequirement.DISCOURAGED
                ),
                user_verification=rules.user_verification.requirement,
            ),
            exclude_credentials=descriptors(registered),
            supported_pub_key_algs=_for_library(rules.algorithms),
        )
    )


def verify_registration(
    party: RelyingParty, rules: RegistrationRules, challenge: bytes, answer: RegistrationAnswer
) -> RegisteredCredential:
    """The new credential. Raises CeremonyRefused.

    That the id is not registered to somebody else, and that the challenge is fresh and theirs, is
    the caller's to know.
    """
    check_client_data(answer.client_data, CREATE, challenge, party.origins)
    form, statement, signed = _read_attestation_object(answer.attestation_object)
    data = read_authenticator_data(signed)
    check_signed_facts(data, party.id, rules.user_verification is UserVerification.REQUIRED)
    credential = data.attested
    if credential is None:
        raise malformed("the answer holds no credential")
    if answer.credential_id not in (None, credential.id):
        raise CeremonyRefused(Reason.CREDENTIAL_ID, "the id is not that of the signed credential")
    algorithm = check_public_key(credential.public_key, rules.algorithms)
    _check_rules(rules, data, credential, answer)
    _check_statement(form, statement)
    _ask_library(party, rules, challenge, answer, credential)
    return RegisteredCredential(
        id=credential.id,
        public_key=credential.public_key,
        algorithm=algorithm,
        sign_count=data.sign_count,
        user_verified=data.user_verified,
        backup_eligible=data.backup_eligible,
        backed_up=data.backed_up,
        aaguid=credential.aaguid,
        transports=answer.transports,
        attestation_format=form,
    )


def _read_attestation_object(raw: bytes) -> tuple[str, dict[object, object], bytes]:
    """Format, statement and authenticator data (section 6.5.4)."""
    content = read_whole(raw)
    if not isinstance(content, dict) or content.keys() != {"fmt", "attStmt", "authData"}:
        raise malformed("the attestation object has other members than fmt, attStmt and authData")
    form, statement, signed = content["fmt"], content["attStmt"], content["authData"]
    if not (isinstance(form, str) and isinstance(statement, dict) and isinstance(signed, bytes)):
        raise malformed("the attestation object has a member of the wrong type")
    return form, statement, signed


def _check_rules(
    rules: RegistrationRules,
    data: AuthenticatorData,
    credential: AttestedCredential,
    answer: RegistrationAnswer,
) -> None:
    if rules.device_bound and data.backup_eligible:
        raise CeremonyRefused(Reason.DEVICE_BOUND, "the key can be copied to other devices")
    if rules.aaguids is not None and credential.aaguid not in rules.aaguids:
        raise CeremonyRefused(Reason.AAGUID, "this model of key is not allowed")
    if rules.attachment is not None and answer.attachment != rules.attachment:
        raise CeremonyRefused(Reason.ATTACHMENT, f"the key has to be {rules.attachment}")
    if rules.resident_key and answer.discoverable is not True:
        raise CeremonyRefused(Reason.RESIDENT_KEY, "the key did not keep the account")


def _check_statement(form: str, statement: dict[object, object]) -> None:
    """Sections 8.7 and 8.2, the latter by the key itself: algorithm and signature are the library's."""
    if form == "none":
        if statement:
            raise CeremonyRefused(Reason.ATTESTATION, "a statement where none is announced")
    elif form != "packed" or "x5c" in statement:
        raise CeremonyRefused(
            Reason.ATTESTATION, "statements with certificates are not accepted: ask for none"
        )
    elif statement.keys() != {"alg", "sig"} or not isinstance(statement["sig"], bytes):
        raise CeremonyRefused(Reason.ATTESTATION, "the statement is not one that a key makes by itself")


def _ask_library(
    party: RelyingParty,
    rules: RegistrationRules,
    challenge: bytes,
    answer: RegistrationAnswer,
    credential: AttestedCredential,
) -> None:
    try:
        verify_registration_response(
            credential=RegistrationCredential(
                id=bytes_to_base64url(credential.id),
                raw_id=credential.id,
                response=AuthenticatorAttestationResponse(
                    client_data_json=answer.client_data, attestation_object=answer.attestation_object
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=rules.user_verification is UserVerification.REQUIRED,
            supported_pub_key_algs=_for_library(rules.algorithms),
        )
    except WebAuthnException as error:
        raise CeremonyRefused(Reason.ATTESTATION, "the statement does not fit the key") from error


def _for_library(algorithms: Iterable[KeyAlgorithm]) -> list[COSEAlgorithmIdentifier]:
    return [COSEAlgorithmIdentifier(algorithm) for algorithm in algorithms]
