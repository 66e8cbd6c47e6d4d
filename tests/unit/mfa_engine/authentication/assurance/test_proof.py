"""One thing proven: how long it counts, and how it is stored."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from mfa_engine.authentication.assurance import Asked, Proof, fresh_since
from mfa_engine.tokentypes.worth import Factor, Worth
from tests.unit.mfa_engine.authentication.assurance.worths import NOW, WORTHS, proof

TWELVE_HOURS = timedelta(hours=12)
A_MOMENT = timedelta(microseconds=1)
TOKENS = sorted(WORTHS)


@pytest.mark.parametrize("kind", TOKENS)
def test_what_a_token_proved_counts_for_twelve_hours(kind):
    assert proof(kind, TWELVE_HOURS - A_MOMENT).still_valid(NOW)
    assert not proof(kind, TWELVE_HOURS).still_valid(NOW)


@pytest.mark.parametrize("kind", ["password", "pin"])
def test_what_one_knows_counts_as_long_as_the_session(kind):
    assert proof(kind, timedelta(days=29)).still_valid(NOW)


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        ("password", True),
        ("pin", True),
        ("webauthn-uv", True),
        ("passkey", True),
        ("webauthn-up", False),
        ("hotp", False),
        ("totp", False),
        ("email", False),
    ],
)
def test_a_login_begins_with_something_known_or_a_key_that_knows_its_user(kind, begins):
    assert proof(kind).is_first_factor is begins


@pytest.mark.parametrize("kind", ["password", "pin", *TOKENS])
def test_a_proof_is_stored_as_plain_json_and_comes_back_as_it_was(kind):
    original = proof(kind, timedelta(minutes=3, microseconds=7))
    assert Proof.read(json.loads(json.dumps(original.document()))) == original


def test_the_same_proof_is_always_stored_as_the_same_text():
    key = proof("attested-key").document()
    assert key["worth"]["methods"] == sorted(key["worth"]["methods"])
    assert key["at"] == "2026-11-24T12:00:00Z"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": None},
        {"at": "yesterday"},
        {"worth": {"factors": ["luck"], "methods": []}},
        {"worth": {"factors": ["possession"], "methods": ["mfa"]}},
    ],
)
def test_a_stored_proof_that_was_tampered_with_is_refused(change):
    with pytest.raises(ValueError, match=r"Expected|Invalid|mfa is concluded"):
        Proof.read({**proof("totp").document(), **change})


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"factors": frozenset({Factor.POSSESSION}), "methods": frozenset({"otp", "mfa"})}, "concluded"),
        ({"factors": frozenset({Factor.KNOWLEDGE}), "methods": frozenset(), "user_verified": True}, "has"),
        ({"factors": frozenset(), "methods": frozenset(), "hardware": True}, "has"),
    ],
)
def test_a_token_type_cannot_declare_what_is_not_so(claims, reason):
    with pytest.raises(ValueError, match=reason):
        Worth(**claims)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(),
        Asked(("phr", "x"), essential=True, fresh_since=NOW),
        Asked(("a",), fresh_since=NOW + A_MOMENT),
    ],
)
def test_what_was_asked_is_stored_as_plain_json_and_comes_back_as_it_was(asked):
    assert Asked.read(json.loads(json.dumps(asked.document()))) == asked


@pytest.mark.parametrize(
    ("force", "max_age", "since"),
    [
        (False, None, None),
        (True, None, NOW),
        (True, 3600, NOW),
        (False, 0, NOW),
        (False, 3600, NOW - timedelta(hours=1)),
    ],
)
def test_freshness_is_counted_from_the_request(force, max_age, since):
    assert fresh_since(NOW, force=force, max_age_seconds=max_age) == since


def test_an_age_beyond_all_calendars_is_no_limit_and_no_error():
    assert fresh_since(NOW, force=False, max_age_seconds=10**30) < NOW - timedelta(days=3000)
