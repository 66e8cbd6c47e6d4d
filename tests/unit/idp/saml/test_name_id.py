"""Names for a subject."""

import re
from dataclasses import replace

import pytest

from idp.saml.errors import StatusError
from idp.saml.name_id import (
    NameId,
    NameIdChoice,
    NameIdPolicy,
    choose,
    is_same,
    new_persistent_value,
    transient,
)
from metadata.saml.vocabulary import NameIdFormat
from tests.support import saml

EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


@pytest.mark.parametrize(
    ("listed", "given"),
    [
        ((), NameIdFormat.TRANSIENT),
        ((NameIdFormat.PERSISTENT,), NameIdFormat.PERSISTENT),
        ((EMAIL, NameIdFormat.PERSISTENT, NameIdFormat.TRANSIENT), NameIdFormat.PERSISTENT),
        ((EMAIL,), NameIdFormat.TRANSIENT),
    ],
)
@pytest.mark.parametrize("policy", [None, NameIdPolicy(format=NameIdFormat.UNSPECIFIED, allow_create=True)])
def test_without_a_wish_the_metadata_decides_and_transient_is_the_default(listed, given, policy):
    assert choose(policy, replace(saml.portal(), name_id_formats=listed)) == NameIdChoice(
        given, may_create=True
    )


def test_the_wish_of_the_request_goes_before_the_metadata():
    portal = replace(saml.portal(), name_id_formats=(NameIdFormat.TRANSIENT,))
    assert choose(NameIdPolicy(format=NameIdFormat.PERSISTENT), portal).format is NameIdFormat.PERSISTENT


def test_a_lasting_name_is_made_only_where_the_request_allows_it():
    assert not choose(NameIdPolicy(format=NameIdFormat.PERSISTENT), saml.portal()).may_create
    assert choose(NameIdPolicy(format=NameIdFormat.PERSISTENT, allow_create=True), saml.portal()).may_create


@pytest.mark.parametrize(
    "policy", [NameIdPolicy(format=EMAIL), NameIdPolicy(sp_name_qualifier="https://other.example.org/")]
)
def test_a_format_or_name_space_that_is_not_offered_is_refused(policy):
    with pytest.raises(StatusError, match="InvalidNameIDPolicy"):
        choose(policy, saml.portal())


def test_a_transient_name_is_bound_to_the_two_parties():
    assert transient("_n", saml.IDP, saml.SP) == NameId("_n", NameIdFormat.TRANSIENT, saml.IDP, saml.SP)


def test_values_of_lasting_names_are_base32_and_never_alike():
    values = {new_persistent_value() for _ in range(50)}
    assert len({value.lower() for value in values}) == 50
    assert all(re.fullmatch("[A-Z2-7]{32}", value) for value in values)


ISSUED = NameId("abc", NameIdFormat.PERSISTENT, saml.IDP, saml.SP)


@pytest.mark.parametrize(
    ("given", "same"),
    [
        (ISSUED, True),
        (NameId("abc", None, None, None), True),
        (replace(ISSUED, format=NameIdFormat.UNSPECIFIED), True),
        (replace(ISSUED, value="ABC"), False),
        (replace(ISSUED, format=NameIdFormat.TRANSIENT), False),
        (replace(ISSUED, name_qualifier="https://other.example.org/"), False),
        (replace(ISSUED, sp_name_qualifier="https://other.example.org/"), False),
    ],
)
def test_a_name_that_comes_back_is_compared_with_the_one_that_was_issued(given, same):
    assert is_same(given, ISSUED) is same
