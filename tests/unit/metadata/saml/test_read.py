"""An EntityDescriptor as a service provider, or its refusal by name."""

import re
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from metadata.entity import Endpoint, LocalizedText, RequestedAttribute
from metadata.errors import InvalidDocument
from metadata.saml.document import DESCRIPTOR, parse
from metadata.saml.read import service_provider
from metadata.saml.signature import verify
from metadata.saml.validity import is_over
from tests.support import saml

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
PLAIN_ACS = f'<md:AssertionConsumerService Binding="{POST}" Location="{saml.ACS}" index="0"/>'


def described(role="", *, role_attributes="", attributes="", after="", acs=PLAIN_ACS) -> bytes:
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
        ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui"'
        f' entityID="{saml.SP}" {attributes}>'
        '<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"'
        f" {role_attributes}>{role}{acs}</md:SPSSODescriptor>{after}</md:EntityDescriptor>"
    ).encode()


def read(xml: bytes, **options):
    return service_provider(parse(xml, DESCRIPTOR), **options)


def key_descriptor(name: str, use: str = "") -> str:
    pem = (saml.VECTORS / "keys" / f"{name}-cert.pem").read_text()
    body = "".join(pem.splitlines()[1:-1])
    used = f' use="{use}"' if use else ""
    return (
        f"<md:KeyDescriptor{used}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n{body}\n"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def refusal(xml: bytes, **options) -> str:
    with pytest.raises(InvalidDocument) as refused:
        read(xml, **options)
    return refused.value.reason


def test_the_description_of_the_vectors_is_read_whole():
    portal = saml.portal()
    assert portal.entity_id == saml.SP
    assert portal.consumer_services == (Endpoint(POST, saml.ACS, index=0, is_default=True),)
    assert portal.signing_keys == (saml.public_key("sp"),)
    assert portal.authn_requests_signed
    assert portal.want_assertions_signed
    assert portal.valid_until == datetime(2026, 2, 1, tzinfo=UTC)


DUE = {
    "metadata/acs-http.xml": "acs",
    "metadata/acs-javascript.xml": "acs",
    "metadata/entity-bomb.xml": "dtd",
}
UNSIGNED_OR_FOREIGN = [
    "metadata/unsigned.xml",
    "metadata/signed-by-attacker.xml",
    "metadata/signed-by-the-sp-itself.xml",
    "metadata/content-changed.xml",
]


@pytest.mark.parametrize(("file", "reason"), DUE.items())
def test_metadata_that_the_vectors_refuse_is_refused_whole(file, reason):
    assert refusal(saml.xml(file)) == reason


@pytest.mark.parametrize("file", UNSIGNED_OR_FOREIGN)
def test_metadata_that_its_source_did_not_sign_does_not_verify(file):
    with pytest.raises(InvalidDocument):
        verify(parse(saml.xml(file), DESCRIPTOR), [saml.public_key("federation")])


def test_an_aggregate_is_not_the_description_of_one_service():
    assert refusal(saml.xml("metadata/two-entities-one-id.xml")) == "root_element"


def test_a_description_that_has_expired_says_so():
    expired = read(saml.xml("metadata/expired.xml"))
    assert expired.valid_until is not None
    assert is_over(expired.valid_until, saml.NOW)


def test_a_key_without_use_counts_for_both():
    provider = read(saml.xml("metadata/key-without-use.xml"))
    assert provider.signing_keys == provider.encryption_keys == (saml.public_key("sp"),)


def test_keys_count_for_the_use_that_they_name():
    keys = (
        key_descriptor("sp", "signing") + key_descriptor("sp-ec", "encryption") + key_descriptor("attacker")
    )
    provider = read(described(keys))
    assert provider.signing_keys == (saml.public_key("sp"), saml.public_key("attacker"))
    assert provider.encryption_keys == (saml.public_key("sp-ec"), saml.public_key("attacker"))


def rsa_key_value(key: rsa.RSAPublicKey) -> str:
    numbers = key.public_numbers()
    modulus = b64encode(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")).decode()
    return (
        "<ds:KeyValue><ds:RSAKeyValue>"
        f"<ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
    )


def test_a_bare_rsa_key_value_counts_like_a_certificate():
    value = rsa_key_value(saml.private_key("sp").public_key())
    provider = read(described(f"<md:KeyDescriptor><ds:KeyInfo>{value}</ds:KeyInfo></md:KeyDescriptor>"))
    assert provider.signing_keys == (saml.public_key("sp"),)


def test_SAML_08_a_short_key_is_refused():
    assert refusal(described(key_descriptor("weak-1024"))) == "weak_key"


EVEN_EXPONENT = (
    "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>Ag==</ds:Modulus><ds:Exponent>Ag==</ds:Exponent>"
    "</ds:RSAKeyValue></ds:KeyValue>"
)


@pytest.mark.parametrize(
    "info",
    [
        "",
        "<ds:KeyName>sp</ds:KeyName>",
        "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>",
        "<ds:X509Data><ds:X509Certificate>no base64</ds:X509Certificate></ds:X509Data>",
        "<ds:X509Data><ds:X509Certificate>ÄÖ</ds:X509Certificate></ds:X509Data>",
        "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus></ds:RSAKeyValue></ds:KeyValue>",
        EVEN_EXPONENT,
    ],
)
def test_a_key_that_cannot_be_read_is_refused(info):
    xml = described(f"<md:KeyDescriptor><ds:KeyInfo>{info}</ds:KeyInfo></md:KeyDescriptor>")
    assert refusal(xml) in {"key", "weak_key"}


def test_two_different_keys_in_one_descriptor_are_refused():
    both = re.sub(
        "</ds:KeyInfo>.*<ds:KeyInfo>", "", key_descriptor("sp") + key_descriptor("attacker"), flags=re.S
    )
    assert refusal(described(both)) == "key"


def test_an_unknown_use_of_a_key_is_refused():
    assert refusal(described(key_descriptor("sp", "decoration"))) == "key"


def test_endpoints_are_read_with_binding_index_default_and_address_for_responses():
    logout = (
        f'<md:SingleLogoutService Binding="{REDIRECT}" Location="https://sp.example.org/slo"'
        ' ResponseLocation="https://sp.example.org/slo/done"/>'
    )
    acs = (
        f'<md:AssertionConsumerService Binding="{ARTIFACT}" Location="https://sp.example.org/art" index="1"/>'
        f'<md:AssertionConsumerService Binding="{POST}" Location="{saml.ACS}" index="7" isDefault="false"/>'
    )
    provider = read(described(logout, acs=acs))
    assert provider.consumer_services == (
        Endpoint(ARTIFACT, "https://sp.example.org/art", index=1),
        Endpoint(POST, saml.ACS, index=7, is_default=False),
    )
    assert provider.logout_services[0].answers_to == "https://sp.example.org/slo/done"


def test_a_service_without_http_post_is_refused():
    acs = (
        f'<md:AssertionConsumerService Binding="{ARTIFACT}" Location="https://sp.example.org/art" index="1"/>'
    )
    assert refusal(described(acs=acs)) == "acs"


@pytest.mark.parametrize("name", ["Location", "ResponseLocation"])
def test_SAML_11_a_logout_address_that_is_not_https_is_refused(name):
    good = 'Location="https://sp.example.org/slo"' if name == "ResponseLocation" else ""
    bad = f'{name}="http://sp.example.org/slo"'
    assert refusal(described(f'<md:SingleLogoutService Binding="{REDIRECT}" {good} {bad}/>')) == "slo"


def test_the_demo_may_use_plain_http_on_loopback():
    acs = PLAIN_ACS.replace(saml.ACS, "http://portal.localhost:8001/acs")
    assert read(described(acs=acs), loopback_http=True).consumer_services
    assert refusal(described(acs=acs)) == "acs"


def test_names_and_information_come_from_the_user_interface_extension():
    extension = (
        '<md:Extensions><mdui:UIInfo><mdui:DisplayName xml:lang="en">Library</mdui:DisplayName>'
        '<mdui:DisplayName xml:lang="de">Bibliothek</mdui:DisplayName>'
        '<mdui:InformationURL xml:lang="en">https://sp.example.org/about</mdui:InformationURL>'
        "</mdui:UIInfo></md:Extensions>"
    )
    provider = read(described(extension))
    assert provider.display_names == (LocalizedText("en", "Library"), LocalizedText("de", "Bibliothek"))
    assert provider.information_urls == (LocalizedText("en", "https://sp.example.org/about"),)


def test_a_name_is_taken_from_the_organization_where_there_is_no_better_one():
    organization = (
        '<md:Organization><md:OrganizationName xml:lang="en">x</md:OrganizationName>'
        '<md:OrganizationDisplayName xml:lang="en">Example</md:OrganizationDisplayName>'
        '<md:OrganizationURL xml:lang="en">https://example.org</md:OrganizationURL></md:Organization>'
    )
    assert read(described(after=organization)).display_names == (LocalizedText("en", "Example"),)


def test_SAML_11_an_information_link_that_is_no_web_address_is_refused():
    extension = (
        '<md:Extensions><mdui:UIInfo><mdui:InformationURL xml:lang="en">javascript:alert(1)'
        "</mdui:InformationURL></mdui:UIInfo></md:Extensions>"
    )
    assert refusal(described(extension)) == "information_url"


def test_requested_attributes_come_from_the_default_service():
    services = (
        '<md:AttributeConsumingService index="0"><md:ServiceName xml:lang="en">A</md:ServiceName>'
        '<md:RequestedAttribute Name="a"/></md:AttributeConsumingService>'
        '<md:AttributeConsumingService index="1" isDefault="true">'
        '<md:ServiceName xml:lang="en">B</md:ServiceName>'
        '<md:RequestedAttribute Name="urn:oid:0.9.2342.19200300.100.1.3" FriendlyName="mail"'
        ' isRequired="true" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"/>'
        "</md:AttributeConsumingService>"
    )
    provider = read(described(acs=PLAIN_ACS + services))
    assert provider.requested_attributes == (
        RequestedAttribute(
            "urn:oid:0.9.2342.19200300.100.1.3",
            "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
            "mail",
            True,
        ),
    )
    assert provider.display_names == (LocalizedText("en", "B"),)


def test_formats_of_names_are_read_in_order():
    formats = "<md:NameIDFormat> urn:x </md:NameIDFormat><md:NameIDFormat>urn:y</md:NameIDFormat>"
    assert read(described(formats)).name_id_formats == ("urn:x", "urn:y")


def test_the_earlier_end_of_validity_counts():
    xml = described(
        attributes='validUntil="2026-02-01T00:00:00Z"', role_attributes='validUntil="2026-01-02T00:00:00Z"'
    )
    assert read(xml).valid_until == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("replaced", "by", "reason"),
    [
        (saml.SP, "", "entity_id"),
        (saml.SP, f" {saml.SP}", "entity_id"),
        (saml.SP, "x" * 1025, "entity_id"),
        ("SPSSODescriptor", "IDPSSODescriptor", "role"),
        ("SAML:2.0:protocol", "SAML:1.1:protocol", "role"),
        ("EntityDescriptor", "EntitiesDescriptor", "root_element"),
        ('index="0"', 'index="x"', "schema"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(replaced, by, reason):
    assert refusal(described().decode().replace(replaced, by).encode()) == reason


@pytest.mark.parametrize("name", ["AuthnRequestsSigned", "WantAssertionsSigned"])
@pytest.mark.parametrize("value", ["yes", ""])
def test_a_flag_that_is_no_boolean_is_refused(name, value):
    assert refusal(described(role_attributes=f'{name}="{value}"')) == "schema"


def test_comments_between_the_elements_of_metadata_do_not_matter():
    assert read(described("<!-- made by hand -->")).entity_id == saml.SP
