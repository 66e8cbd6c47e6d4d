"""Our own description: what others read in it, and who else can verify it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from metadata.entity import LocalizedText
from metadata.saml.document import DESCRIPTOR, parse
from metadata.saml.markup import UnwritableText
from metadata.saml.own import IdentityProvider, entity_descriptor
from metadata.saml.signature import verify
from tests.support import saml, xmlsec1

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
OWN = IdentityProvider(
    entity_id=saml.IDP,
    sso_redirect=saml.SSO_REDIRECT,
    slo_redirect=saml.SLO_REDIRECT,
    error_url="https://idp.example.org/error?a=1&b=2",
    display_names=(LocalizedText("en", 'Doorward & "friends" <x>'), LocalizedText("de", "Türwart")),
    contact_name="Help desk",
    contact_email="help@example.org",
    other_certificates=(saml.credential("sp").certificate,),
)


@pytest.fixture(scope="module")
def published():
    return entity_descriptor(OWN, saml.credential(), saml.NOW)


def test_it_verifies_by_our_own_means_by_xmlsec1_and_fits_the_schema(published, tmp_path):
    verify(parse(published.encode(), DESCRIPTOR), [saml.public_key("federation")])
    (tmp_path / "own.xml").write_text(published)
    assert xmlsec1.verifies(tmp_path / "own.xml", saml.VECTORS / "keys" / "federation-cert.pem")
    assert not xmlsec1.verifies(tmp_path / "own.xml", saml.VECTORS / "keys" / "sp-cert.pem")
    assert saml.schema_errors(published, "saml-schema-metadata-2.0.xsd") == []


def test_the_text_is_its_own_canonical_form(published):
    root = etree.fromstring(published.encode())
    assert etree.tostring(root, method="c14n", exclusive=True).decode() == published


def test_it_names_what_we_do_and_nothing_else(published):
    root = etree.fromstring(published.encode())
    role = root.find(f"{MD}IDPSSODescriptor")
    assert root.get("entityID") == saml.IDP
    endpoints = {
        (etree.QName(element).localname, element.get("Binding").rpartition(":")[2], element.get("Location"))
        for element in role
        if element.get("Location")
    }
    assert endpoints == {
        ("SingleSignOnService", "HTTP-Redirect", saml.SSO_REDIRECT),
        ("SingleLogoutService", "HTTP-Redirect", saml.SLO_REDIRECT),
    }
    assert [element.text.rpartition(":")[2] for element in role.findall(f"{MD}NameIDFormat")] == [
        "persistent",
        "transient",
    ]
    assert [element.get("use") for element in role.findall(f"{MD}KeyDescriptor")] == ["signing", "signing"]
    assert role.get("errorURL") == OWN.error_url
    assert role.get("WantAuthnRequestsSigned") is None
    assert root.find(f"{MD}ContactPerson/{MD}EmailAddress").text == "mailto:help@example.org"


def test_names_that_look_like_markup_stay_names(published):
    names = etree.fromstring(published.encode()).findall(
        ".//{urn:oasis:names:tc:SAML:metadata:ui}DisplayName"
    )
    assert [name.text for name in names] == [name.text for name in OWN.display_names]


def test_the_bytes_stay_the_same_within_a_day(published):
    later = saml.NOW.replace(hour=23, minute=59)
    assert entity_descriptor(OWN, saml.credential(), later) == published
    assert entity_descriptor(OWN, saml.credential(), later + timedelta(minutes=1)) != published


def test_it_is_good_for_thirteen_days_at_least(published):
    valid_until = etree.fromstring(published.encode()).get("validUntil")
    assert valid_until == "2026-01-15T00:00:00Z"


def test_a_wish_for_signed_requests_is_published():
    strict = entity_descriptor(replace(OWN, want_authn_requests_signed=True), saml.credential(), saml.NOW)
    root = etree.fromstring(strict.encode())
    assert root.find(f"{MD}IDPSSODescriptor").get("WantAuthnRequestsSigned") == "true"
    assert etree.tostring(root, method="c14n", exclusive=True).decode() == strict


def test_SAML_14_a_control_character_in_a_name_is_refused():
    with pytest.raises(UnwritableText):
        entity_descriptor(replace(OWN, contact_name="Help\x00desk"), saml.credential(), saml.NOW)


def test_a_credential_does_not_show_its_key():
    assert "PrivateKey" not in repr(saml.credential())
