"""Filters as ldap3 encodes them for the wire: a value never becomes syntax (RES-01)."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.operation.search import compile_filter, parse_filter

from mfa_engine.errors import InvalidField
from mfa_engine.identity.realms import normalised
from mfa_engine.identity.resolvers.ldap.filters import by_login, by_uid, containing

PERSON = "(objectClass=person)"
SYNTAX = st.text(st.sampled_from("*()\\&|!=<>~:;, \0a\u00eb\u4e16"), max_size=12)
TYPED = st.one_of(SYNTAX, st.text(st.characters(exclude_categories=("Cs",)), max_size=40))


def sent(text: str):
    """The filter as LDAP's own structure, read back from what is sent."""
    return compile_filter(parse_filter(text, None, False, False, None, False).elements[0])


def choices(text: str):
    both = sent(text)["and"]
    assert len(both) == 2
    assert bytes(both[0]["equalityMatch"]["assertionValue"]) == b"person"
    return both[1]["or"]


@given(TYPED)
def test_RES_01_any_name_is_sent_as_one_assertion_value(typed):
    try:
        login = normalised(typed)
    except InvalidField:
        return
    for choice, attribute in zip(
        choices(by_login(PERSON, ("uid", "mail"), login)), ("uid", "mail"), strict=True
    ):
        assert str(choice["equalityMatch"]["attributeDesc"]) == attribute
        assert bytes(choice["equalityMatch"]["assertionValue"]) == login.encode()


@given(TYPED.filter(bool))
def test_RES_01_any_text_searched_for_is_sent_as_one_substring(typed):
    (choice,) = choices(containing(PERSON, ("cn",), typed))
    (substring,) = choice["substringFilter"]["substrings"]
    assert bytes(substring["any"]) == typed.encode()


@given(st.text("*()\\=abc", min_size=1, max_size=12))
def test_RES_01_any_unique_id_is_sent_as_one_assertion_value(uid):
    wanted = sent(by_uid(PERSON, "entryUUID", uid))["and"][1]
    assert bytes(wanted["equalityMatch"]["assertionValue"]) == uid.encode()


@given(st.uuids())
def test_a_guid_is_asked_for_in_the_byte_order_of_active_directory(guid):
    wanted = sent(by_uid(PERSON, "objectGUID", str(guid)))["and"][1]
    assert bytes(wanted["equalityMatch"]["assertionValue"]) == guid.bytes_le


@pytest.mark.parametrize("uid", ["", "7", "*", "not-a-guid", str(uuid.UUID(int=7))[:-1]])
def test_what_is_no_guid_is_not_asked_for(uid):
    assert by_uid(PERSON, "objectGUID", uid) is None


def test_an_empty_text_asks_for_everybody():
    (choice,) = choices(containing(PERSON, ("cn",), ""))
    assert str(choice["present"]) == "cn"
