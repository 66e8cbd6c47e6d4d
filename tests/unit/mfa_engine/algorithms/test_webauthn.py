"""Security keys: what a browser sends, what is asked of a key, and what no key may do."""

from __future__ import annotations

import copy
import json
import secrets
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.algorithms import webauthn
from mfa_engine.algorithms.webauthn import (
    Account,
    Attachment,
    AuthenticationAnswer,
    CeremonyRefused,
    CredentialHandle,
    KeyAlgorithm,
    Reason,
    RegisteredCredential,
    RegistrationAnswer,
    RegistrationRules,
    RelyingParty,
    StoredCredential,
    UserVerification,
    VerifiedAssertion,
    cbor,
)
from tests.unit.mfa_engine.algorithms.soft_authenticator import (
    AT,
    BE,
    BS,
    ED,
    ORIGIN,
    RP_ID,
    UP,
    UV,
    SoftAuthenticator,
    b64u,
)

PARTY = RelyingParty(RP_ID, "Example", (ORIGIN, "https://login.example.org"))
CHALLENGE = bytes(range(32))
ANY_KEY = RegistrationRules()


@pytest.fixture
def key() -> SoftAuthenticator:
    return SoftAuthenticator()


def register(
    sent: dict[str, Any], rules: RegistrationRules = ANY_KEY, challenge: bytes = CHALLENGE
) -> RegisteredCredential:
    return webauthn.verify_registration(PARTY, rules, challenge, webauthn.registration_from_json(sent))


def stored(key: SoftAuthenticator, *, backup_eligible: bool = False) -> StoredCredential:
    return StoredCredential(
        key.credential_id, cbor2.dumps(key.cose), key.sign_count, backup_eligible, key.user_handle
    )


def authenticate(
    sent: dict[str, Any],
    credential: StoredCredential,
    *,
    challenge: bytes = CHALLENGE,
    require_user_verification: bool = False,
    person_is_known: bool = True,
) -> VerifiedAssertion:
    return webauthn.verify_authentication(
        PARTY,
        challenge,
        credential,
        webauthn.authentication_from_json(sent),
        require_user_verification=require_user_verification,
        person_is_known=person_is_known,
    )


def refused(reason: Reason) -> Any:
    return pytest.raises(CeremonyRefused, match=f"^{reason.value}: ")


# --- the way in -----------------------------------------------------------------------------


def test_a_key_is_registered_and_logs_in(key: SoftAuthenticator) -> None:
    aaguid = UUID("fdb141b2-5d84-443e-8a35-4698c205a502")
    sent = key.create(CHALLENGE, key.registration_data(UP | UV | BE | BS, aaguid=aaguid.bytes))
    registered = register(sent)
    assert registered == RegisteredCredential(
        id=key.credential_id,
        public_key=cbor2.dumps(key.cose),
        algorithm=KeyAlgorithm.ES256,
        sign_count=0,
        user_verified=True,
        backup_eligible=True,
        backed_up=True,
        aaguid=aaguid,
        transports=("nfc", "usb"),
        attestation_format="none",
    )
    credential = StoredCredential(registered.id, registered.public_key, 0, True, key.user_handle)
    other = secrets.token_bytes(32)
    proven = authenticate(key.get(other, UP | BE), credential, challenge=other)
    assert proven == VerifiedAssertion(sign_count=0, user_verified=False, backed_up=False)


def test_each_origin_of_the_list_is_ours(key: SoftAuthenticator) -> None:
    assert authenticate(key.get(CHALLENGE, origin="https://login.example.org"), stored(key))
    assert register(key.create(CHALLENGE, origin="https://login.example.org"))


def test_an_old_browser_that_says_nothing_of_frames_is_heard(key: SoftAuthenticator) -> None:
    assert authenticate(key.get(CHALLENGE, crossOrigin=...), stored(key))


def test_extensions_of_the_key_are_read_over(key: SoftAuthenticator) -> None:
    extensions = cbor2.dumps({"credProtect": 2, "hmac-secret": True})
    assert authenticate(key.get(CHALLENGE, UP | ED, extensions=extensions), stored(key))


def test_the_wire_fields_of_a_validating_client_mean_the_same(key: SoftAuthenticator) -> None:
    sent = key.get(CHALLENGE)
    response = sent["response"]
    as_json = webauthn.authentication_from_json(sent)
    fields = [
        sent["id"],
        response["clientDataJSON"],
        response["authenticatorData"],
        response["signature"],
        response["userHandle"],
    ]
    assert webauthn.authentication_from_fields(*fields) == as_json
    standard = [text.translate(str.maketrans("-_", "+/")) + "=" * (-len(text) % 4) for text in fields]
    assert webauthn.authentication_from_fields(*standard) == as_json
    assert webauthn.authentication_from_fields(*fields[:4], "").user_handle is None


def test_a_registration_on_the_wire_needs_no_id_apart(key: SoftAuthenticator) -> None:
    sent = key.create(CHALLENGE)
    fields = (sent["response"]["clientDataJSON"], sent["response"]["attestationObject"])
    answer = webauthn.registration_from_fields(*fields)
    assert webauthn.verify_registration(PARTY, ANY_KEY, CHALLENGE, answer).id == key.credential_id
    named = webauthn.registration_from_fields(
        *fields, credential_id=sent["id"], raw_id=sent["rawId"], attachment="platform"
    )
    assert (named.credential_id, named.attachment) == (key.credential_id, "platform")


# --- options --------------------------------------------------------------------------------


def test_registration_options_say_what_the_rules_demand() -> None:
    rules = RegistrationRules(
        UserVerification.REQUIRED,
        algorithms=(KeyAlgorithm.ES256,),
        attachment=Attachment.PLATFORM,
        resident_key=True,
    )
    account = Account(b"handle", "alice", "Alice Example")
    had = CredentialHandle(b"old", ("usb", "carrier-pigeon"))
    options = webauthn.registration_options(PARTY, account, CHALLENGE, rules, [had])
    assert json.loads(json.dumps(options)) == {
        "rp": {"id": RP_ID, "name": "Example"},
        "user": {"id": b64u(b"handle"), "name": "alice", "displayName": "Alice Example"},
        "challenge": b64u(CHALLENGE),
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "timeout": 300_000,
        "excludeCredentials": [{"id": b64u(b"old"), "type": "public-key", "transports": ["usb"]}],
        "authenticatorSelection": {
            "authenticatorAttachment": "platform",
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def test_registration_options_of_a_second_factor_ask_for_little() -> None:
    options = webauthn.registration_options(PARTY, Account(b"h", "alice", "Alice"), CHALLENGE, ANY_KEY)
    assert [parameter["alg"] for parameter in options["pubKeyCredParams"]] == [-7, -8, -257]
    assert options["authenticatorSelection"] == {
        "residentKey": "discouraged",
        "requireResidentKey": False,
        "userVerification": "preferred",
    }


def test_authentication_options_name_the_keys_that_may_answer() -> None:
    allowed = [CredentialHandle(b"one", ("usb",)), CredentialHandle(b"two")]
    options = webauthn.authentication_options(PARTY, CHALLENGE, allowed, UserVerification.DISCOURAGED)
    assert json.loads(json.dumps(options)) == {
        "challenge": b64u(CHALLENGE),
        "timeout": 300_000,
        "rpId": RP_ID,
        "allowCredentials": [
            {"id": b64u(b"one"), "type": "public-key", "transports": ["usb"]},
            {"id": b64u(b"two"), "type": "public-key"},
        ],
        "userVerification": "discouraged",
    }


def test_JOSE_10_a_challenge_is_32_random_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_bytes", lambda length: b"\x01" * length)
    assert webauthn.new_challenge() == b"\x01" * 32


# --- refusals -------------------------------------------------------------------------------


def test_FIDO_01_an_answer_to_another_challenge_is_refused(key: SoftAuthenticator) -> None:
    with refused(Reason.CHALLENGE):
        register(key.create(CHALLENGE), challenge=bytes(32))
    with refused(Reason.CHALLENGE):
        authenticate(key.get(CHALLENGE), stored(key), challenge=bytes(32))


def test_FIDO_01_the_answer_of_one_ceremony_is_none_of_the_other(key: SoftAuthenticator) -> None:
    with refused(Reason.TYPE):
        register(key.create(CHALLENGE, type="webauthn.get"))
    with refused(Reason.TYPE):
        authenticate(key.get(CHALLENGE, type="webauthn.create"), stored(key))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"origin": "http://example.org"}, Reason.ORIGIN),
        ({"origin": "https://www.example.org"}, Reason.ORIGIN),
        ({"origin": "https://example.org:8443"}, Reason.ORIGIN),
        ({"origin": "https://example.org.evil.example"}, Reason.ORIGIN),
        ({"origin": "HTTPS://EXAMPLE.ORG"}, Reason.ORIGIN),
        ({"origin": "example.org"}, Reason.ORIGIN),
        ({"origin": "null"}, Reason.ORIGIN),
        ({"crossOrigin": True}, Reason.CROSS_ORIGIN),
        ({"crossOrigin": "false"}, Reason.CROSS_ORIGIN),
        ({"crossOrigin": None}, Reason.CROSS_ORIGIN),
        ({"topOrigin": ORIGIN}, Reason.CROSS_ORIGIN),
        ({"topOrigin": "https://evil.example"}, Reason.CROSS_ORIGIN),
        ({"origin": ...}, Reason.MALFORMED),
        ({"origin": [ORIGIN]}, Reason.MALFORMED),
        ({"origin": "https://ex\ud800ample.org"}, Reason.MALFORMED),
    ],
)
def test_FIDO_02_only_our_own_unframed_pages_are_heard(
    changes: dict[str, Any], reason: Reason, key: SoftAuthenticator
) -> None:
    with refused(reason):
        register(key.create(CHALLENGE, **changes))
    with refused(reason):
        authenticate(key.get(CHALLENGE, **changes), stored(key))


@pytest.mark.parametrize("rp_id", ["evil.example", "login.example.org", ORIGIN, ""])
def test_FIDO_02_an_answer_for_another_rp_id_or_appid_is_refused(rp_id: str, key: SoftAuthenticator) -> None:
    with refused(Reason.RP_ID):
        register(key.create(CHALLENGE, key.registration_data(rp_id=rp_id)))
    sent = key.get(CHALLENGE, rp_id=rp_id)
    sent["clientExtensionResults"] = {"appid": True}
    with refused(Reason.RP_ID):
        authenticate(sent, stored(key))


def test_FIDO_03_a_person_has_to_be_present(key: SoftAuthenticator) -> None:
    with refused(Reason.USER_PRESENCE):
        register(key.create(CHALLENGE, key.registration_data(UV)))
    with refused(Reason.USER_PRESENCE):
        authenticate(key.get(CHALLENGE, UV), stored(key))


def test_FIDO_03_verification_is_read_from_signed_flags_against_our_policy(key: SoftAuthenticator) -> None:
    required = RegistrationRules(UserVerification.REQUIRED)
    with refused(Reason.USER_VERIFICATION):
        register(key.create(CHALLENGE), required)
    with refused(Reason.USER_VERIFICATION):
        authenticate(key.get(CHALLENGE), stored(key), require_user_verification=True)
    assert register(key.create(CHALLENGE, key.registration_data(UP | UV)), required).user_verified
    proven = authenticate(key.get(CHALLENGE, UP | UV), stored(key), require_user_verification=True)
    assert proven.user_verified


def test_FIDO_03_without_verification_the_answer_says_so(key: SoftAuthenticator) -> None:
    assert not register(key.create(CHALLENGE)).user_verified
    assert not authenticate(key.get(CHALLENGE), stored(key)).user_verified


def test_FIDO_04_the_key_of_another_credential_is_refused(key: SoftAuthenticator) -> None:
    with refused(Reason.CREDENTIAL_ID):
        authenticate(key.get(CHALLENGE), replace(stored(key), id=b"of-bob"))


@pytest.mark.parametrize("member", ["id", "rawId"])
def test_FIDO_04_id_and_raw_id_are_the_signed_one(member: str, key: SoftAuthenticator) -> None:
    created, got = key.create(CHALLENGE), key.get(CHALLENGE)
    for sent in (created, got):
        sent[member] = b64u(b"of-bob")
    with refused(Reason.CREDENTIAL_ID):
        register(created)
    with refused(Reason.CREDENTIAL_ID):
        authenticate(got, stored(key))


def test_FIDO_04_a_claimed_id_is_that_of_the_signed_credential(key: SoftAuthenticator) -> None:
    sent = key.create(CHALLENGE)
    sent["id"] = sent["rawId"] = b64u(b"of-bob")
    with refused(Reason.CREDENTIAL_ID):
        register(sent)
    response = sent["response"]
    with refused(Reason.CREDENTIAL_ID):
        webauthn.registration_from_fields(
            response["clientDataJSON"], response["attestationObject"], credential_id="AAAA", raw_id="AAAB"
        )


def test_FIDO_04_a_user_handle_that_comes_is_the_owners(key: SoftAuthenticator) -> None:
    bobs = replace(stored(key), user_handle=b"handle-of-bob")
    with refused(Reason.USER_HANDLE):
        authenticate(key.get(CHALLENGE), bobs)
    sent = key.get(CHALLENGE)
    sent["response"]["userHandle"] = None
    assert authenticate(sent, bobs)


@pytest.mark.parametrize("handle", [None, ""])
@pytest.mark.parametrize("owner", [b"handle-of-alice", b""])
def test_FIDO_04_a_key_that_says_who_it_is_has_to_name_its_owner(
    handle: str | None, owner: bytes, key: SoftAuthenticator
) -> None:
    sent = key.get(CHALLENGE)
    sent["response"]["userHandle"] = handle
    with refused(Reason.USER_HANDLE):
        authenticate(sent, replace(stored(key), user_handle=owner), person_is_known=False)
    assert authenticate(key.get(CHALLENGE), stored(key), person_is_known=False)


@pytest.mark.parametrize("member", ["clientDataJSON", "authenticatorData", "signature"])
def test_FIDO_04_what_was_signed_is_the_bytes_that_came(member: str, key: SoftAuthenticator) -> None:
    sent = key.get(CHALLENGE, UP, extra="0")
    other = key.get(CHALLENGE, UP | UV, extra="1")
    sent["response"][member] = other["response"][member]
    with refused(Reason.SIGNATURE):
        authenticate(sent, stored(key))


def test_FIDO_04_a_stored_key_of_another_algorithm_verifies_nothing(key: SoftAuthenticator) -> None:
    for changed in (key.cose | {3: -36}, key.cose | {3: -8}, key.cose | {3: -35}, key.cose | {1: 1}):
        with pytest.raises(CeremonyRefused):
            authenticate(key.get(CHALLENGE), replace(stored(key), public_key=cbor2.dumps(changed)))


def test_FIDO_05_an_algorithm_that_was_not_offered_is_refused(key: SoftAuthenticator) -> None:
    with refused(Reason.ALGORITHM):
        register(key.create(CHALLENGE), RegistrationRules(algorithms=(KeyAlgorithm.EDDSA,)))


def test_FIDO_05_the_rules_are_checked_again_on_the_answer(key: SoftAuthenticator) -> None:
    model = UUID("00000000-0000-0000-0000-000000000007")
    sent = key.create(CHALLENGE)
    with refused(Reason.ATTACHMENT):
        register(sent, RegistrationRules(attachment=Attachment.PLATFORM))
    with refused(Reason.RESIDENT_KEY):
        register(sent, RegistrationRules(resident_key=True))
    with refused(Reason.AAGUID):
        register(sent, RegistrationRules(aaguids=frozenset({model})))
    good = key.create(CHALLENGE, key.registration_data(aaguid=model.bytes))
    good["clientExtensionResults"] = {"credProps": {"rk": True}}
    rules = RegistrationRules(
        attachment=Attachment.CROSS_PLATFORM, resident_key=True, aaguids=frozenset({model})
    )
    assert register(good, rules).aaguid == model


@pytest.mark.parametrize(
    ("form", "statement"),
    [
        ("none", {"x": 0}),
        ("packed", {}),
        ("packed", {"alg": -7, "sig": "text"}),
        ("packed", {"alg": -7, "sig": 0}),
        ("packed", {"alg": -7, "sig": None}),
        ("packed", {"alg": None, "sig": b"signature"}),
        ("packed", {"alg": [-7], "sig": b"signature"}),
        ("packed", {"alg": -7, "sig": b"signature"}),
    ],
)
def test_FIDO_05_a_statement_of_the_wrong_shape_or_signature_is_refused(
    form: str, statement: dict[str, object], key: SoftAuthenticator
) -> None:
    with refused(Reason.ATTESTATION):
        register(key.create(CHALLENGE, form=form, statement=statement))


def test_FIDO_05_a_statement_by_the_key_itself_is_taken_without_additions(key: SoftAuthenticator) -> None:
    statement = key.self_attestation(CHALLENGE)
    assert register(key.create(CHALLENGE, form="packed", statement=statement)).attestation_format == "packed"
    with refused(Reason.ATTESTATION):
        register(key.create(CHALLENGE, form="packed", statement=statement | {"ecdaaKeyId": b"x"}))


@pytest.mark.parametrize("form", ["packed", "tpm", "apple", "fido-u2f", "android-safetynet", "made-up", ""])
def test_FIDO_05_certificates_and_other_forms_are_refused_with_the_remedy(
    form: str, key: SoftAuthenticator
) -> None:
    statement = key.self_attestation(CHALLENGE) | ({"x5c": [b"certificate"]} if form == "packed" else {})
    with pytest.raises(CeremonyRefused, match=r"^attestation: .* ask for none$"):
        register(key.create(CHALLENGE, form=form, statement=statement))


@pytest.mark.parametrize("missing", [{}, {"credProps": {}}, {"credProps": {"rk": "true"}}, None, []])
def test_FIDO_05_silence_on_a_demanded_resident_key_is_a_no(missing: object, key: SoftAuthenticator) -> None:
    sent = key.create(CHALLENGE)
    sent["clientExtensionResults"] = missing
    with refused(Reason.RESIDENT_KEY):
        register(sent, RegistrationRules(resident_key=True))


def test_FIDO_06_a_key_without_a_counter_logs_in_again_and_again(key: SoftAuthenticator) -> None:
    for _ in range(2):
        assert authenticate(key.get(CHALLENGE), stored(key)).sign_count == 0


@pytest.mark.parametrize(("had", "says"), [(6, 5), (6, 6), (6, 0), (2**32 - 1, 1)])
def test_FIDO_06_a_counter_that_does_not_grow_is_a_copy(had: int, says: int, key: SoftAuthenticator) -> None:
    key.sign_count = says
    with refused(Reason.SIGN_COUNT):
        authenticate(key.get(CHALLENGE), replace(stored(key), sign_count=had))


def test_FIDO_06_a_counter_that_grows_is_given_back(key: SoftAuthenticator) -> None:
    key.sign_count = 7
    assert authenticate(key.get(CHALLENGE), replace(stored(key), sign_count=0)).sign_count == 7


def test_FIDO_06_a_forged_counter_does_not_tell_of_a_copy(key: SoftAuthenticator) -> None:
    sent = key.get(CHALLENGE)
    sent["response"]["signature"] = b64u(b"forged")
    with refused(Reason.SIGNATURE):
        authenticate(sent, replace(stored(key), sign_count=6))


@pytest.mark.parametrize(("registered", "now"), [(False, UP | BE), (True, UP), (False, UP | BE | BS)])
def test_FIDO_08_a_key_does_not_change_whether_it_can_be_copied(
    registered: bool, now: int, key: SoftAuthenticator
) -> None:
    with refused(Reason.BACKUP_FLAGS):
        authenticate(key.get(CHALLENGE, now), stored(key, backup_eligible=registered))


def test_FIDO_08_no_key_is_backed_up_that_cannot_be(key: SoftAuthenticator) -> None:
    with refused(Reason.BACKUP_FLAGS):
        register(key.create(CHALLENGE, key.registration_data(UP | BS)))
    with refused(Reason.BACKUP_FLAGS):
        authenticate(key.get(CHALLENGE, UP | BS), stored(key))


def test_FIDO_08_a_synced_key_is_refused_where_a_device_bound_one_is_demanded(key: SoftAuthenticator) -> None:
    rules = RegistrationRules(device_bound=True)
    with refused(Reason.DEVICE_BOUND):
        register(key.create(CHALLENGE, key.registration_data(UP | BE)), rules)
    assert not register(key.create(CHALLENGE), rules).backup_eligible


# --- bombs and broken bytes -----------------------------------------------------------------


def nested(levels: int) -> bytes:
    return b"\xa1\x61x" * levels + b"\x00"


def attestation(statement: bytes, signed: bytes, form: bytes = b"\x64none") -> bytes:
    return b"\xa3\x63fmt" + form + b"\x67attStmt" + statement + b"\x68authData" + cbor2.dumps(signed)


SIGNED = SoftAuthenticator().registration_data()
COSE = cbor2.dumps(SoftAuthenticator().cose)
BOMBS = {
    "deep statement": attestation(nested(1000), SIGNED),
    "deep extensions": attestation(b"\xa0", SoftAuthenticator().registration_data(UP | ED) + nested(1000)),
    "five levels of extensions": attestation(
        b"\xa0", SoftAuthenticator().registration_data(UP | ED) + nested(5)
    ),
    "array of 2**62": attestation(b"\x9b" + b"\x40" + bytes(7), SIGNED),
    "map of 2**62": attestation(b"\xbb" + b"\x40" + bytes(7), SIGNED),
    "wide array": attestation(b"\x99\xff\xff" + b"\x80" * 65_535, SIGNED),
    "text that lies": b"\xa1\x7b" + b"\xff" * 8,
    "tag": attestation(b"\xc2\x41\x01", SIGNED),
    "shared reference": attestation(b"\xa1\x61x\xd8\x1d\x00", SIGNED),
    "float": attestation(b"\xa1\x61x\xf9\x7e\x00", SIGNED),
    "float with the bits of false": attestation(b"\xa1\x61x\xf9\x00\x14", SIGNED),
    "undefined": attestation(b"\xa1\x61x\xf7", SIGNED),
    "indefinite map": b"\xbf\x63fmt\x64none\x67attStmt\xa0\x68authData" + cbor2.dumps(SIGNED) + b"\xff",
    "indefinite text": attestation(b"\xa0", SIGNED, b"\x7f\x64none\xff"),
    "map key is an array": attestation(b"\xa1\x80\x00", SIGNED),
    "map key is true": attestation(b"\xa2\x01\x00\xf5\x00", SIGNED),
    "key twice, spelled twice": attestation(b"\xa2\x01\x00\x18\x01\x00", SIGNED),
    "text that is not UTF-8": attestation(b"\xa1\x61\xff\x00", SIGNED),
    "cut off": attestation(b"\xa0", SIGNED)[:-1],
    "cut in a length": b"\xa3\x63fmt\x79\x00",
    "cut in a number": b"\xa1\x63fmt\x19\x00",
    "not a map": cbor2.dumps([1, 2, 3]),
    "member too many": b"\xa4" + attestation(b"\xa0", SIGNED)[1:] + b"\x65extra\x00",
    "format is a number": attestation(b"\xa0", SIGNED, b"\x01"),
    "statement is a list": attestation(b"\x80", SIGNED),
    "larger than any key writes": attestation(b"\xa1\x61x" + cbor2.dumps(bytes(16_400)), SIGNED),
    "byte after the key": attestation(b"\xa0", SIGNED + b"\x00"),
    "byte after the object": attestation(b"\xa0", SIGNED) + b"\x00",
    "extensions are a list": attestation(b"\xa0", SoftAuthenticator().registration_data(UP | ED) + b"\x80"),
    "authenticator data of 10 bytes": attestation(b"\xa0", SIGNED[:10]),
    "credential id cut off": attestation(b"\xa0", SIGNED[:60]),
    "no credential id": attestation(b"\xa0", SoftAuthenticator(credential_id=b"").registration_data()),
    "aaguid cut off": attestation(b"\xa0", SoftAuthenticator().header(UP | AT) + bytes(9)),
    "nothing behind the credential id": attestation(b"\xa0", SIGNED[: -len(COSE)]),
}


# What only a decoder can tell, or what is CBOR and something else is wrong with it.
WELL_FORMED = {
    "deep extensions",
    "five levels of extensions",
    "key twice, spelled twice",
    "text that is not UTF-8",
    "not a map",
    "member too many",
    "format is a number",
    "statement is a list",
    "byte after the key",
    "byte after the object",
    "extensions are a list",
    "authenticator data of 10 bytes",
    "credential id cut off",
    "no credential id",
    "aaguid cut off",
    "nothing behind the credential id",
}


@pytest.mark.parametrize("name", BOMBS)
def test_FIDO_09_a_cbor_bomb_is_refused_before_a_decoder_sees_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[bytes] = []
    decode = cbor.parse_cbor
    monkeypatch.setattr(cbor, "parse_cbor", lambda data: decoded.append(data) or decode(data))
    sent = SoftAuthenticator().create(CHALLENGE)
    answer = replace(webauthn.registration_from_json(sent), attestation_object=BOMBS[name])
    started = time.process_time()
    with refused(Reason.MALFORMED):
        webauthn.verify_registration(PARTY, ANY_KEY, CHALLENGE, answer)
    assert time.process_time() - started < 0.050
    assert bool(decoded) == (name in WELL_FORMED)
    assert not any(nested(5) in data for data in decoded if data != BOMBS[name])


RSA = {1: 3, 3: -257, -1: b"\xc0" + bytes(254) + b"\x01", -2: b"\x01\x00\x01"}
ED25519 = {
    1: 1,
    3: -8,
    -1: 6,
    -2: bytes.fromhex("44e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832"),
}
EC = SoftAuthenticator().cose
BAD_KEYS: dict[str, tuple[object, Reason]] = {
    "no map": (b"\x80", Reason.PUBLIC_KEY),
    "no algorithm": ({1: 2}, Reason.ALGORITHM),
    "algorithm is a list": (EC | {3: [-7]}, Reason.ALGORITHM),
    "ES384": (EC | {3: -35, -1: 2}, Reason.ALGORITHM),
    "RS1": (RSA | {3: -65535}, Reason.ALGORITHM),
    "not on the curve": (EC | {-3: bytes(31) + b"\x01"}, Reason.PUBLIC_KEY),
    "point at zero": (EC | {-2: bytes(32), -3: bytes(32)}, Reason.PUBLIC_KEY),
    "other curve": (EC | {-1: 2}, Reason.PUBLIC_KEY),
    "other kind": (EC | {1: 3}, Reason.PUBLIC_KEY),
    "compressed point": (EC | {-3: True}, Reason.PUBLIC_KEY),
    "short coordinate": (EC | {-2: bytes(31)}, Reason.PUBLIC_KEY),
    "long coordinate": (EC | {-2: b"\x00" + SoftAuthenticator().x}, Reason.PUBLIC_KEY),
    "no y": ({label: value for label, value in EC.items() if label != -3}, Reason.PUBLIC_KEY),
    "private part": (EC | {-4: bytes(32)}, Reason.PUBLIC_KEY),
    "Ed25519 on another curve": (ED25519 | {-1: 7}, Reason.PUBLIC_KEY),
    "Ed25519 cut": (ED25519 | {-2: bytes(31)}, Reason.PUBLIC_KEY),
    "Ed25519 with y": (ED25519 | {-3: bytes(32)}, Reason.PUBLIC_KEY),
    "RSA e=1": (RSA | {-2: b"\x01"}, Reason.PUBLIC_KEY),
    "RSA e=3": (RSA | {-2: b"\x03"}, Reason.PUBLIC_KEY),
    "RSA e even": (RSA | {-2: b"\x01\x00\x02"}, Reason.PUBLIC_KEY),
    "RSA e huge": (RSA | {-2: b"\x01" + bytes(100) + b"\x01"}, Reason.PUBLIC_KEY),
    "RSA e larger than n": (RSA | {-2: b"\xff" * 256}, Reason.PUBLIC_KEY),
    "RSA 2047 bits": (RSA | {-1: b"\x40" + bytes(254) + b"\x01"}, Reason.PUBLIC_KEY),
    "RSA 512 bits": (RSA | {-1: b"\xc0" + bytes(62) + b"\x01"}, Reason.PUBLIC_KEY),
    "RSA 8192 bits": (RSA | {-1: b"\xc0" + bytes(1022) + b"\x01"}, Reason.PUBLIC_KEY),
    "RSA numbers are integers": (RSA | {-2: 65537}, Reason.PUBLIC_KEY),
}


@pytest.mark.parametrize(("cose", "reason"), BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_FIDO_09_a_public_key_that_is_broken_or_weak_is_refused(
    cose: object, reason: Reason, key: SoftAuthenticator
) -> None:
    with refused(reason):
        register(key.create(CHALLENGE, key.registration_data(cose=cose)))


@pytest.mark.parametrize("cose", [EC, ED25519, RSA], ids=["ES256", "EdDSA", "RS256"])
def test_each_offered_kind_of_key_is_registered(cose: dict[int, object], key: SoftAuthenticator) -> None:
    assert register(key.create(CHALLENGE, key.registration_data(cose=cose))).algorithm == cose[3]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"[" * 10_000,
        b'{"a":' * 2_500,
        b'{"type":' + b"9" * 5_000 + b"}",
        b'{"type":"' + b"x" * 17_000 + b'"}',
        b'{"type":"webauthn.create","type":"webauthn.create"}',
        b"\xff\xfe{\x00}\x00",
        '{"type":"webauthn.create"}'.encode("utf-16"),
        b'{"type":null}',
    ],
    ids=range(11),
)
def test_FIDO_09_client_data_that_no_browser_writes_is_refused(raw: bytes, key: SoftAuthenticator) -> None:
    created = replace(webauthn.registration_from_json(key.create(CHALLENGE)), client_data=raw)
    with refused(Reason.MALFORMED):
        webauthn.verify_registration(PARTY, ANY_KEY, CHALLENGE, created)


def test_FIDO_09_a_login_that_carries_a_new_credential_is_refused(key: SoftAuthenticator) -> None:
    answer = webauthn.authentication_from_json(key.get(CHALLENGE))
    with refused(Reason.MALFORMED):
        webauthn.verify_authentication(
            PARTY,
            CHALLENGE,
            stored(key),
            replace(answer, authenticator_data=key.registration_data()),
            require_user_verification=False,
        )


@pytest.mark.parametrize(
    "text",
    ["", "A", "AA A", "AA\n", "AA*A", "AA.A", "AAB", "AAAA=AAA", "ＡＡＡＡ", 7, None, ["AAAA"], "A" * 32_772],
)
def test_what_is_not_base64_in_its_one_spelling_is_refused(text: object, key: SoftAuthenticator) -> None:
    sent = key.get(CHALLENGE)
    sent["response"]["signature"] = text
    with refused(Reason.MALFORMED):
        webauthn.authentication_from_json(sent)


@pytest.mark.parametrize("member", ["id", "rawId", "type", "response"])
@pytest.mark.parametrize("value", [None, 7, [], {}, "\ud800"])
def test_a_credential_of_the_wrong_shape_is_refused(
    member: str, value: object, key: SoftAuthenticator
) -> None:
    for read, sent in (
        (webauthn.registration_from_json, key.create(CHALLENGE)),
        (webauthn.authentication_from_json, key.get(CHALLENGE)),
    ):
        sent[member] = value
        with refused(Reason.MALFORMED):
            read(sent)


@pytest.mark.parametrize("credential", [None, "text", [], 7, b"{}"])
def test_what_is_no_object_is_no_credential(credential: object) -> None:
    with refused(Reason.MALFORMED):
        webauthn.registration_from_json(credential)
    with refused(Reason.MALFORMED):
        webauthn.authentication_from_json(credential)


def test_unknown_transports_are_dropped_and_known_ones_kept_once(key: SoftAuthenticator) -> None:
    sent = key.create(CHALLENGE)
    sent["response"]["transports"] = ["usb", "usb", "carrier-pigeon", 7, None, "internal"]
    assert webauthn.registration_from_json(sent).transports == ("internal", "usb")
    sent["response"]["transports"] = "usb"
    assert webauthn.registration_from_json(sent).transports == ()


# --- whatever comes -------------------------------------------------------------------------

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
RESPONSE_MEMBERS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]


@given(member=st.sampled_from(RESPONSE_MEMBERS), value=JSON_VALUES, outer=JSON_VALUES)
def test_json_of_any_shape_is_refused_or_read(member: str, value: object, outer: object) -> None:
    key = SoftAuthenticator()
    for read, sent in (
        (webauthn.registration_from_json, key.create(CHALLENGE)),
        (webauthn.authentication_from_json, key.get(CHALLENGE)),
    ):
        changed = copy.deepcopy(sent)
        changed["response"][member] = value
        changed["clientExtensionResults"] = outer
        for candidate in (changed, outer, sent | {"response": outer}):
            with suppress(CeremonyRefused):
                assert read(candidate).client_data


GOOD_CREATE = webauthn.registration_from_json(SoftAuthenticator().create(CHALLENGE))
GOOD_GET = webauthn.authentication_from_json(SoftAuthenticator().get(CHALLENGE))


@st.composite
def altered(draw: st.DrawFn, original: bytes) -> bytes:
    """``original`` with a stretch of bytes replaced, or something else altogether."""
    start = draw(st.integers(0, len(original)))
    stop = draw(st.integers(start, min(len(original), start + 4)))
    return original[:start] + draw(st.binary(max_size=6)) + original[stop:]


@given(
    attestation_object=altered(GOOD_CREATE.attestation_object) | st.binary(max_size=200),
    client_data=altered(GOOD_CREATE.client_data),
)
def test_FIDO_09_altered_registrations_are_refused_or_still_ours(
    attestation_object: bytes, client_data: bytes
) -> None:
    for answer in (
        RegistrationAnswer(GOOD_CREATE.client_data, attestation_object),
        RegistrationAnswer(client_data, GOOD_CREATE.attestation_object),
    ):
        try:
            registered = webauthn.verify_registration(PARTY, ANY_KEY, CHALLENGE, answer)
        except CeremonyRefused:
            continue
        assert registered.attestation_format == "none"
        assert registered.algorithm in (KeyAlgorithm.ES256, KeyAlgorithm.EDDSA)


@given(
    client_data=altered(GOOD_GET.client_data),
    authenticator_data=altered(GOOD_GET.authenticator_data),
    signature=altered(GOOD_GET.signature),
)
def test_FIDO_04_an_altered_login_is_refused(
    client_data: bytes, authenticator_data: bytes, signature: bytes
) -> None:
    credential = stored(SoftAuthenticator())
    answer = AuthenticationAnswer(GOOD_GET.credential_id, client_data, authenticator_data, signature)
    try:
        webauthn.verify_authentication(PARTY, CHALLENGE, credential, answer, require_user_verification=False)
    except CeremonyRefused:
        return
    assert client_data == GOOD_GET.client_data
    assert authenticator_data == GOOD_GET.authenticator_data


@given(key=st.binary(max_size=120) | altered(COSE))
def test_FIDO_09_a_stored_key_of_any_bytes_verifies_or_is_refused(key: bytes) -> None:
    credential = replace(stored(SoftAuthenticator()), public_key=key)
    try:
        webauthn.verify_authentication(
            PARTY, CHALLENGE, credential, GOOD_GET, require_user_verification=False
        )
    except CeremonyRefused:
        return
    assert cbor2.loads(key) == cbor2.loads(COSE)


def test_the_handle_of_a_person_is_not_in_a_repr(key: SoftAuthenticator) -> None:
    assert "handle-of-alice" not in repr(stored(key))
