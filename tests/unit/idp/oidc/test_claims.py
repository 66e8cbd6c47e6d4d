"""What a relying party learns about a person: by scope, from the directory, and a stable subject."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.claims import CLAIMS_SUPPORTED, SCOPES_SUPPORTED, userinfo_claims
from idp.oidc.subject import public_subject
from mfa_engine.identity.user import User, UserKey

KEY = b"k" * 32
ALICE = User(
    key=UserKey("staff", "5f2c"),
    realm="example",
    login="alice",
    attributes={
        "given_name": ("Alice",),
        "family_name": ("Archer",),
        "email": ("alice@example.org", "second@example.org"),
        "email_verified": ("TRUE",),
        "phone": ("+49 30 1",),
        "phone_verified": ("",),
        "groups": ("library", "staff"),
        "locale": ("",),
        "sub": ("admin",),
        "shoe_size": ("44",),
    },
)


def test_no_claim_but_sub_is_given_unless_a_scope_asks_for_it() -> None:
    assert userinfo_claims("s", ALICE, ()) == {"sub": "s"}
    assert userinfo_claims("s", ALICE, ("openid", "unknown")) == {"sub": "s"}


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        (
            "profile",
            {
                "name": "Alice Archer",
                "given_name": "Alice",
                "family_name": "Archer",
                "preferred_username": "alice",
            },
        ),
        ("email", {"email": "alice@example.org", "email_verified": True}),
        ("phone", {"phone_number": "+49 30 1"}),
        ("groups", {"groups": ["library", "staff"]}),
    ],
)
def test_a_scope_brings_its_claims_and_leaves_out_those_without_value(
    scope: str, claims: dict[str, object]
) -> None:
    assert userinfo_claims("s", ALICE, ("openid", scope)) == {"sub": "s", **claims}


def test_a_person_without_attributes_has_a_login_name_and_no_empty_claims() -> None:
    nobody = User(UserKey("staff", "1"), "example", "bob")
    assert userinfo_claims("s", nobody, SCOPES_SUPPORTED) == {"sub": "s", "preferred_username": "bob"}


@given(st.dictionaries(st.text(), st.lists(st.text(), max_size=2).map(tuple)))
def test_whatever_a_directory_says_only_listed_claims_go_out_and_sub_is_ours(
    attributes: dict[str, tuple[str, ...]],
) -> None:
    claims = userinfo_claims("s", replace(ALICE, attributes=attributes), SCOPES_SUPPORTED)
    assert set(claims) <= set(CLAIMS_SUPPORTED)
    assert claims["sub"] == "s"
    assert all(value not in (None, "", []) for value in claims.values())


def test_OIDC_22_a_subject_outlives_a_change_of_name_realm_and_attributes() -> None:
    renamed = replace(ALICE, login="alice.archer-bow", realm="other", attributes={})
    assert public_subject(KEY, renamed.key) == public_subject(KEY, ALICE.key)


def test_OIDC_22_a_person_recreated_under_the_same_name_is_another_subject() -> None:
    recreated = replace(ALICE, key=UserKey("staff", "5f2d"))
    assert public_subject(KEY, recreated.key) != public_subject(KEY, ALICE.key)


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), unique=True, min_size=2, max_size=8))
def test_OIDC_22_no_two_people_share_a_subject_however_their_keys_are_cut(
    people: list[tuple[str, str]],
) -> None:
    subjects = {public_subject(KEY, UserKey(resolver, uid)) for resolver, uid in people}
    assert len(subjects) == len(people)


def test_OIDC_22_where_a_directory_ends_and_an_id_begins_makes_a_difference() -> None:
    assert public_subject(KEY, UserKey("ab", "c")) != public_subject(KEY, UserKey("a", "bc"))


def test_a_subject_tells_nothing_and_depends_on_the_secret() -> None:
    subject = public_subject(KEY, ALICE.key)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", subject)
    assert subject != public_subject(b"x" * 32, ALICE.key)
