"""What of a person a service gets, and why."""

import pytest

from idp.saml.attributes import Explanation, Reason, ReleaseRule, SamlAttribute, release
from idp.saml.errors import StatusError
from metadata.saml.vocabulary import NameFormat, StatusCode

ALICE = {
    "mail": ["alice@example.org"],
    "groups": ["staff", "", "admin"],
    "phone": [],
    "birthday": ["2000-01-01"],
}
MAIL = ReleaseRule("mail", "urn:oid:0.9.2342.19200300.100.1.3", "mail")
GROUPS = ReleaseRule("groups", "groups", name_format=NameFormat.BASIC)
PHONE = ReleaseRule("phone", "urn:oid:2.5.4.20", "telephoneNumber")


def test_without_a_rule_nothing_is_released():
    released = release((), ALICE)
    assert released.attributes == ()
    assert {explanation.reason for explanation in released.because} == {Reason.NO_RULE}


def test_a_rule_releases_its_attribute_under_its_name_and_nothing_else():
    assert release((MAIL, GROUPS), ALICE).attributes == (
        SamlAttribute(MAIL.name, "mail", NameFormat.URI, ("alice@example.org",)),
        SamlAttribute("groups", None, NameFormat.BASIC, ("staff", "admin")),
    )


def test_an_attribute_without_a_value_is_left_out():
    assert release((PHONE, ReleaseRule("unknown", "x")), ALICE).attributes == ()


def test_every_attribute_is_accounted_for():
    assert release((MAIL, PHONE), ALICE).because == (
        Explanation("mail", Reason.RULE, MAIL.name),
        Explanation("phone", Reason.NO_VALUE, PHONE.name),
        Explanation("birthday", Reason.NO_RULE),
        Explanation("groups", Reason.NO_RULE),
    )


def test_one_attribute_may_go_out_under_two_names():
    twice = release((MAIL, ReleaseRule("mail", "email")), ALICE).attributes
    assert [attribute.name for attribute in twice] == [MAIL.name, "email"]


def test_SAML_14_a_value_that_xml_cannot_carry_is_refused_at_its_attribute():
    with pytest.raises(StatusError) as refusal:
        release((GROUPS, MAIL), {**ALICE, "mail": ["alice\x00@example.org"]})
    assert refusal.value.status.code is StatusCode.RESPONDER
    assert refusal.value.reason == "attribute_value:mail"
    assert release((GROUPS,), {**ALICE, "mail": ["alice\x00@example.org"]}).attributes
