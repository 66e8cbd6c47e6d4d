"""From attribute values to a person."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.identity.resolvers.ldap.entries import has_login, to_entry, wanted_attributes
from mfa_engine.identity.resolvers.ldap.settings import read_settings

MINIMAL = {"servers": ["ldaps://ldap.example.org"], "base_dn": "dc=example,dc=org"}
STANDARD = read_settings({**MINIMAL, "login_attributes": ["uid", "mail"]})
WINDOWS = read_settings({**MINIMAL, "product": "active_directory"})
GUID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
ALICE = {
    "entryuuid": [b"e1"],
    "uid": [b"alice"],
    "mail": [b"alice@example.org", b"a@example.org"],
    "sn": ["Müller".encode()],
    "telephonenumber": [b"\xff\xfe", b"123"],
}
WALT = {"objectguid": [GUID.bytes_le], "samaccountname": [b"walt"], "useraccountcontrol": [b"512"]}


def test_attributes_get_doorwards_names_and_lose_what_is_no_text():
    entry = to_entry(STANDARD, "uid=alice", ALICE)
    assert (entry.uid, entry.login, entry.handle, entry.enabled) == ("e1", "alice", "uid=alice", True)
    assert entry.attributes == {
        "family_name": ("Müller",),
        "email": ("alice@example.org", "a@example.org"),
        "phone": ("123",),
    }


def test_RES_03_the_login_is_the_same_one_whichever_name_was_typed():
    several = {**ALICE, "uid": [b"smith", b"alice"]}
    shuffled = {**ALICE, "uid": [b"alice", b"smith"]}
    assert to_entry(STANDARD, "x", several).login == to_entry(STANDARD, "x", shuffled).login == "alice"
    assert to_entry(STANDARD, "x", {**ALICE, "uid": []}).login == "a@example.org"


@pytest.mark.parametrize(
    "broken",
    [{"entryuuid": []}, {"entryuuid": [b"1", b"2"]}, {"entryuuid": [b"\xff"]}, {"uid": [b"\0"], "mail": []}],
)
def test_an_entry_without_usable_id_or_name_is_no_person(broken):
    assert to_entry(STANDARD, "x", {**ALICE, **broken}) is None


def test_a_binary_guid_becomes_the_text_that_administrators_know():
    assert to_entry(WINDOWS, "x", WALT).uid == str(GUID)
    assert to_entry(WINDOWS, "x", {**WALT, "objectguid": [b"short"]}) is None


@pytest.mark.parametrize(
    ("control", "enabled"),
    [([b"512"], True), ([b"514"], False), ([b"66050"], False), ([b"0"], True), ([], False), ([b"x"], False)],
)
def test_AUTH_10_active_directorys_disabled_bit_is_read_and_its_absence_fails_closed(control, enabled):
    assert to_entry(WINDOWS, "x", {**WALT, "useraccountcontrol": control}).enabled is enabled


@pytest.mark.parametrize(
    ("values", "enabled"), [([b"TRUE"], False), ([b"true"], False), ([b"no"], True), ([], True)]
)
def test_AUTH_10_other_directories_name_values_that_disable(values, enabled):
    settings = read_settings({**MINIMAL, "disabled": {"attribute": "nsAccountLock", "values": ["true"]}})
    assert to_entry(settings, "x", {**ALICE, "nsaccountlock": values}).enabled is enabled


@pytest.mark.parametrize("typed", ["alice", "ALICE", "A@EXAMPLE.ORG", "alice@example.org"])
def test_RES_03_a_found_entry_must_have_the_name_that_was_asked_for(typed):
    assert has_login(STANDARD, ALICE, typed)


@pytest.mark.parametrize("typed", ["alic\u00e9", "alicia", "123", "e1"])
def test_RES_03_an_entry_found_by_the_directorys_laxer_rule_is_not_the_person(typed):
    assert not has_login(STANDARD, ALICE, typed)


@given(
    st.dictionaries(
        st.sampled_from(["entryuuid", "uid", "mail", "sn", "memberof"]),
        st.lists(st.binary(max_size=20), max_size=3),
    )
)
def test_any_values_are_read_or_left_out(raw):
    entry = to_entry(STANDARD, "x", raw)
    assert entry is None or (entry.uid and entry.login)


def test_only_what_is_used_is_asked_for():
    assert wanted_attributes(WINDOWS) == (
        *("sAMAccountName", "userPrincipalName", "objectGUID"),
        *("givenName", "sn", "displayName", "mail", "telephoneNumber", "memberOf"),
        "userAccountControl",
    )
