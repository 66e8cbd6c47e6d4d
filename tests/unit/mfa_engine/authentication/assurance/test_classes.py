"""What each kind of proof, alone and with a password, is called: assurance.md sections 1 and 2."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.authentication.assurance import (
    PASSWORD_PROTECTED_TRANSPORT,
    REFEDS_MFA,
    REFEDS_SFA,
    UNSPECIFIED,
    default_class,
    methods,
    proven_at,
    satisfied,
    statable_classes,
)
from mfa_engine.authentication.assurance.classes import (
    CLASSES,
    MICROSOFT_MFA,
    PASSWORD_CLASS,
    PHISHING_RESISTANT,
    PHISHING_RESISTANT_HARDWARE,
    TIME_SYNC_TOKEN,
)
from mfa_engine.tokentypes.worth import Factor
from tests.unit.mfa_engine.authentication.assurance.worths import NOW, WORTHS, proof

PASSWORD_ROWS = {PASSWORD_PROTECTED_TRANSPORT, PASSWORD_CLASS}
MFA_ROWS = {REFEDS_MFA, MICROSOFT_MFA}
PR = {PHISHING_RESISTANT}

# proofs; amr; all classes that are true beside "unspecified"; the one stated when none was asked for
TABLE = [
    ("password", "pwd", PASSWORD_ROWS | {REFEDS_SFA}, REFEDS_SFA),
    ("pin", "pin", {REFEDS_SFA}, REFEDS_SFA),
    ("hotp", "otp", {REFEDS_SFA}, REFEDS_SFA),
    ("totp", "otp", {REFEDS_SFA, TIME_SYNC_TOKEN}, REFEDS_SFA),
    ("email", "otp", set(), UNSPECIFIED),
    ("webauthn-up", "pop swk user", PR | {REFEDS_SFA}, REFEDS_SFA),
    ("webauthn-uv", "mfa pop swk user", PR | MFA_ROWS | {REFEDS_SFA}, REFEDS_MFA),
    ("passkey", "mfa pop swk user", PR | MFA_ROWS | {REFEDS_SFA}, REFEDS_MFA),
    (
        "attested-key",
        "hwk mfa pop user",
        PR | MFA_ROWS | {REFEDS_SFA, PHISHING_RESISTANT_HARDWARE},
        REFEDS_MFA,
    ),
    ("password pin", "pin pwd", PASSWORD_ROWS | {REFEDS_SFA}, REFEDS_SFA),
    ("password hotp", "mfa otp pwd", PASSWORD_ROWS | MFA_ROWS | {REFEDS_SFA}, REFEDS_MFA),
    (
        "password totp",
        "mfa otp pwd",
        PASSWORD_ROWS | MFA_ROWS | {REFEDS_SFA, TIME_SYNC_TOKEN},
        REFEDS_MFA,
    ),
    ("password email", "otp pwd", PASSWORD_ROWS | {REFEDS_SFA}, REFEDS_SFA),
    (
        "password webauthn-up",
        "mfa pop pwd swk user",
        PASSWORD_ROWS | MFA_ROWS | PR | {REFEDS_SFA},
        REFEDS_MFA,
    ),
    (
        "password webauthn-uv",
        "mfa pop pwd swk user",
        PASSWORD_ROWS | MFA_ROWS | PR | {REFEDS_SFA},
        REFEDS_MFA,
    ),
    (
        "password passkey",
        "mfa pop pwd swk user",
        PASSWORD_ROWS | MFA_ROWS | PR | {REFEDS_SFA},
        REFEDS_MFA,
    ),
    ("pin hotp", "mfa otp pin", MFA_ROWS | {REFEDS_SFA}, REFEDS_MFA),
    ("pin email", "otp pin", {REFEDS_SFA}, REFEDS_SFA),
    ("hotp totp", "otp", {REFEDS_SFA, TIME_SYNC_TOKEN}, REFEDS_SFA),
    ("hotp webauthn-up", "otp pop swk user", PR | {REFEDS_SFA}, REFEDS_SFA),
]


def proofs_of(kinds):
    return [proof(kind) for kind in kinds.split()]


@pytest.mark.parametrize(("kinds", "amr", "classes", "stated"), TABLE)
def test_every_kind_alone_and_with_others_is_called_what_it_is(kinds, amr, classes, stated):
    proofs = proofs_of(kinds)
    assert " ".join(methods(proofs)) == amr
    assert {name for name in CLASSES if satisfied(name, proofs)} == classes | {UNSPECIFIED}
    assert default_class(proofs) == stated


def test_nothing_proven_is_nothing_at_all():
    assert methods([]) == ()
    assert not any(satisfied(name, []) for name in CLASSES)


def test_a_class_that_nobody_knows_is_never_true():
    everything = [proof(kind) for kind in ("password", *WORTHS)]
    assert all(satisfied(name, everything) for name in CLASSES)
    assert not satisfied("https://example.org/loa/4", everything)
    assert not satisfied("", everything)


def test_hardware_and_phishing_resistance_of_two_different_keys_do_not_add_up():
    hardware_code = proof("hotp")
    both = [proof("passkey"), hardware_code]
    assert not satisfied(PHISHING_RESISTANT_HARDWARE, both)


@pytest.mark.parametrize("lacking", ["phishing_resistant", "hardware", "device_bound"])
def test_a_key_that_lacks_one_of_three_things_is_no_hardware_bound_key(lacking):
    key = proof("attested-key")
    assert satisfied(PHISHING_RESISTANT_HARDWARE, [key])
    lesser = replace(key, worth=replace(key.worth, **{lacking: False}))
    assert not satisfied(PHISHING_RESISTANT_HARDWARE, [lesser])


def test_the_applications_own_default_is_stated_when_it_is_true():
    both = proofs_of("password totp")
    assert default_class(both, PASSWORD_PROTECTED_TRANSPORT) == PASSWORD_PROTECTED_TRANSPORT
    assert default_class(both, PHISHING_RESISTANT) == REFEDS_MFA


def test_a_class_was_proven_when_its_oldest_factor_was():
    password, code = proof("password", timedelta(hours=3)), proof("totp", timedelta(minutes=1))
    assert proven_at(REFEDS_MFA, [password, code]) == password.at
    assert proven_at(PASSWORD_PROTECTED_TRANSPORT, [password, code]) == password.at
    assert proven_at(TIME_SYNC_TOKEN, [password, code]) == code.at


def test_of_two_proofs_that_would_do_the_newer_one_counts():
    old, new = proof("password", timedelta(hours=3)), proof("password", timedelta(minutes=5))
    code = proof("totp", timedelta(hours=1))
    assert proven_at(PASSWORD_PROTECTED_TRANSPORT, [old, new]) == new.at
    assert proven_at(REFEDS_MFA, [old, new, code]) == code.at


def test_a_later_code_by_mail_does_not_make_a_password_younger():
    password, mail = proof("password", timedelta(hours=3)), proof("email")
    assert proven_at(REFEDS_SFA, [password, mail]) == password.at


def test_an_untrue_class_was_never_proven():
    with pytest.raises(ValueError, match="is not true of these proofs"):
        proven_at(REFEDS_MFA, [proof("password"), proof("email")])


def test_only_classes_that_some_token_can_reach_are_published():
    without_attestation = [WORTHS[kind] for kind in ("hotp", "totp", "email", "webauthn-uv")]
    assert statable_classes(without_attestation) == tuple(
        name for name in CLASSES if name != PHISHING_RESISTANT_HARDWARE
    )
    assert statable_classes([]) == (
        REFEDS_SFA,
        PASSWORD_PROTECTED_TRANSPORT,
        PASSWORD_CLASS,
        UNSPECIFIED,
    )


any_proofs = st.lists(
    st.builds(
        proof, st.sampled_from(["password", "pin", *WORTHS]), st.timedeltas(timedelta(), timedelta(days=1))
    ),
    max_size=6,
)


@given(any_proofs)
def test_no_proofs_ever_yield_a_class_or_method_that_they_do_not_bear_out(proofs):
    kinds = {factor for given in proofs for factor in given.worth.factors}
    multi = len(kinds) > 1 or any(
        given.kind in ("webauthn-uv", "passkey", "attested-key") for given in proofs
    )
    resistant = {given.kind for given in proofs} & {"webauthn-up", "webauthn-uv", "passkey", "attested-key"}
    assert ("mfa" in methods(proofs)) == multi
    assert satisfied(REFEDS_MFA, proofs) == multi
    assert satisfied(MICROSOFT_MFA, proofs) == multi
    assert satisfied(PHISHING_RESISTANT, proofs) == bool(resistant)
    assert satisfied(PHISHING_RESISTANT_HARDWARE, proofs) == ("attested-key" in resistant)
    stated = default_class(proofs)
    assert not proofs or satisfied(stated, proofs)
    assert (stated == REFEDS_MFA) == multi
    assert Factor.INHERENCE not in kinds


@given(any_proofs, any_proofs)
def test_one_proof_more_never_makes_a_class_untrue(proofs, more):
    for name in CLASSES:
        assert satisfied(name, [*proofs, *more]) or not satisfied(name, proofs)


@given(any_proofs)
def test_a_class_rests_on_proofs_that_suffice_and_that_none_older_is_needed_for(proofs):
    for name in CLASSES:
        if satisfied(name, proofs):
            at = proven_at(name, proofs)
            assert satisfied(name, [given for given in proofs if given.at >= at])
            assert not satisfied(name, [given for given in proofs if given.at > at])
            assert at <= NOW
