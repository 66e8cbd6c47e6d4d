"""What we answer: the Response, its assertion, and the form that carries it."""

import base64
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import xmlsec
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from idp.saml import name_id, status
from idp.saml.attributes import SamlAttribute
from idp.saml.bindings import post
from idp.saml.identifiers import new_identifier
from idp.saml.sso import response
from idp.saml.sso.address import ReturnAddress
from idp.saml.sso.assertion import Statement
from metadata.saml.document import parse
from metadata.saml.markup import UnwritableText
from metadata.saml.signature import verify
from metadata.saml.vocabulary import NameFormat
from tests.support import saml, xmlsec1

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
CERTIFICATE = saml.VECTORS / "keys" / "federation-cert.pem"

ADDRESS = ReturnAddress(saml.SP, saml.ACS, "_a1", "state")
MAIL = SamlAttribute("urn:oid:0.9.2342.19200300.100.1.3", "mail", NameFormat.URI, ("alice@example.org",))
GROUPS = SamlAttribute("groups", None, NameFormat.BASIC, ("staff", "a & b", "<script>"))
STATEMENT = Statement(
    issuer=saml.IDP,
    name_id=name_id.persistent("alice-pairwise-1", saml.IDP, saml.SP),
    context_class=saml.MFA,
    authn_instant=saml.NOW - timedelta(minutes=7),
    session_index="_s1",
    session_ends_at=saml.NOW + timedelta(hours=12),
    attributes=(MAIL, GROUPS),
)


def answered(statement=STATEMENT, address=ADDRESS) -> str:
    return response.success(statement, address, saml.credential(), saml.NOW)


def failed(which=status.NO_AUTHN_CONTEXT) -> str:
    return response.failure(saml.IDP, which, ADDRESS, saml.credential(), saml.NOW)


@pytest.fixture(scope="module")
def answer() -> str:
    return answered()


@pytest.fixture(scope="module")
def assertion(answer) -> etree._Element:
    (element,) = etree.fromstring(answer.encode()).findall(f"{SAML}Assertion")
    return element


@pytest.mark.parametrize(
    "document",
    [
        answered(),
        answered(replace(STATEMENT, attributes=())),
        failed(),
        failed(status.unavailable("incident 7")),
    ],
    ids=["success", "no attributes", "failure", "failure with a message"],
)
def test_a_response_fits_the_schema_and_is_its_own_canonical_form(document):
    assert saml.schema_errors(document, "saml-schema-protocol-2.0.xsd") == []
    assert (
        etree.tostring(etree.fromstring(document.encode()), method="c14n", exclusive=True).decode()
        == document
    )


def test_both_signatures_verify_by_the_program_xmlsec1(answer, tmp_path):
    (tmp_path / "answer.xml").write_text(answer)
    for signature in ("/*/*[local-name()='Signature']", "/*/*/*[local-name()='Signature']"):
        assert xmlsec1.verifies(tmp_path / "answer.xml", CERTIFICATE, signature)
    (tmp_path / "altered.xml").write_text(answer.replace("alice@", "mallory@"))
    for signature in ("/*/*[local-name()='Signature']", "/*/*/*[local-name()='Signature']"):
        assert not xmlsec1.verifies(tmp_path / "altered.xml", CERTIFICATE, signature)


def test_both_signatures_verify_by_python_xmlsec(answer):
    root = etree.fromstring(answer.encode())
    for element in (root, root.find(f"{SAML}Assertion")):
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(CERTIFICATE.read_bytes(), xmlsec.KeyFormat.CERT_PEM)
        context.register_id(element, "ID")
        context.verify(element.find(f"{DS}Signature"))


def test_the_assertion_verifies_alone(assertion):
    verify(parse(etree.tostring(assertion)), [saml.public_key("federation")])


def test_a_failure_verifies_by_our_own_means():
    verify(parse(failed().encode()), [saml.public_key("federation")])


def test_SAML_08_what_we_sign_is_rsa_sha256_over_sha256(answer):
    algorithms = {
        element.get("Algorithm") for element in etree.fromstring(answer.encode()).iter(f"{DS}*")
    } - {None}
    assert algorithms == {
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    }


@pytest.fixture
def onelogin() -> OneLogin_Saml2_Settings:
    pem = "".join(CERTIFICATE.read_text().splitlines()[1:-1])
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {"entityId": saml.SP, "assertionConsumerService": {"url": saml.ACS}},
            "idp": {"entityId": saml.IDP, "singleSignOnService": {"url": saml.SSO_REDIRECT}, "x509cert": pem},
            "security": {"wantAssertionsSigned": True, "wantMessagesSigned": True},
        },
        sp_validation_only=True,
    )


def test_python3_saml_accepts_the_response_and_reads_what_we_said(onelogin, time_machine):
    time_machine.move_to(saml.NOW, tick=False)
    read = OneLogin_Saml2_Response(onelogin, base64.b64encode(answered().encode()).decode())
    request = {"http_host": "sp.example.org", "script_name": "/saml/acs", "https": "on"}
    assert read.is_valid(request, request_id="_a1"), read.get_error()
    assert read.get_nameid() == "alice-pairwise-1"
    assert read.get_session_index() == "_s1"
    assert read.get_authn_contexts() == [saml.MFA]
    assert read.get_attributes() == {MAIL.name: list(MAIL.values), GROUPS.name: list(GROUPS.values)}
    assert not read.is_valid(request, request_id="_other")


def test_the_assertion_says_what_was_proven_and_when(assertion):
    statement = assertion.find(f"{SAML}AuthnStatement")
    assert statement.get("AuthnInstant") == "2025-12-31T23:53:30Z"
    assert statement.get("SessionIndex") == "_s1"
    assert statement.get("SessionNotOnOrAfter") == "2026-01-01T12:00:30Z"
    assert [ref.text for ref in statement.iter(f"{SAML}AuthnContextClassRef")] == [saml.MFA]
    name = assertion.find(f"{SAML}Subject/{SAML}NameID")
    assert (name.text, name.get("NameQualifier"), name.get("SPNameQualifier")) == (
        "alice-pairwise-1",
        saml.IDP,
        saml.SP,
    )


def test_SAML_15_the_assertion_is_of_use_to_one_service_at_one_place_for_one_request(assertion):
    (audience,) = assertion.iter(f"{SAML}Audience")
    (confirmation,) = assertion.iter(f"{SAML}SubjectConfirmation")
    assert audience.text == saml.SP
    assert confirmation.get("Method") == "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    assert dict(confirmation[0].attrib) == {
        "InResponseTo": "_a1",
        "NotOnOrAfter": "2026-01-01T00:05:30Z",
        "Recipient": saml.ACS,
    }


def test_SAML_15_the_assertion_is_good_for_five_minutes_from_now(assertion):
    conditions = assertion.find(f"{SAML}Conditions")
    assert conditions.get("NotBefore") == "2025-12-31T23:57:30Z"
    assert conditions.get("NotOnOrAfter") == "2026-01-01T00:05:30Z"
    end = datetime.fromisoformat(conditions.get("NotOnOrAfter"))
    assert end - saml.NOW <= timedelta(minutes=5)


def test_SAML_15_identifiers_are_fresh_and_of_128_bits_at_least():
    found = {
        element.get("ID")
        for _ in range(20)
        for element in etree.fromstring(answered().encode()).iter()
        if element.get("ID")
    }
    assert len(found) == 40
    assert all(identifier.startswith("_") and len(identifier) >= 1 + 128 // 4 for identifier in found)


def test_the_response_names_its_request_its_place_and_its_maker(answer):
    root = etree.fromstring(answer.encode())
    assert root.get("Destination") == saml.ACS
    assert root.get("InResponseTo") == "_a1"
    assert root.find(f"{SAML}Issuer").text == saml.IDP
    assert (
        root.find(f"{SAMLP}Status/{SAMLP}StatusCode").get("Value")
        == "urn:oasis:names:tc:SAML:2.0:status:Success"
    )
    assert [etree.QName(child).localname for child in root] == ["Issuer", "Signature", "Status", "Assertion"]


@pytest.mark.parametrize("which", [status.NO_PASSIVE, status.VERSION_TOO_LOW, status.unavailable("7")])
def test_a_failure_is_signed_and_names_its_request_and_both_codes_without_an_assertion(which):
    root = etree.fromstring(failed(which).encode())
    assert root.find(f"{DS}Signature") is not None
    assert root.get("InResponseTo") == "_a1"
    assert root.find(f".//{SAML}Assertion") is None
    codes = [code.get("Value") for code in root.iter(f"{SAMLP}StatusCode")]
    assert codes == [code for code in (which.code, which.reason) if code]


HOSTILE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
) | st.sampled_from(
    [
        '"><saml:Attribute Name="admin">',
        "</saml:AttributeValue>",
        "<!-- -->",
        "]]>",
        "&amp;",
        "\r\n\t",
        "<?x ?>",
    ]
)


@settings(deadline=None, max_examples=50)
@given(HOSTILE, HOSTILE)
def test_SAML_14_hostile_values_stay_text(value, name):
    document = answered(
        replace(
            STATEMENT,
            name_id=name_id.persistent(value, saml.IDP, saml.SP),
            session_index=value,
            attributes=(SamlAttribute(name, value, NameFormat.URI, (value, "x")),),
        ),
        replace(ADDRESS, location=f"{saml.ACS}?{value}", in_response_to=value),
    )
    root = etree.fromstring(document.encode())
    (attribute,) = root.iter(f"{SAML}Attribute")
    (subject,) = root.iter(f"{SAML}NameID")
    assert [element.text or "" for element in attribute] == [value, "x"]
    assert (attribute.get("Name"), attribute.get("FriendlyName")) == (name, value)
    assert (subject.text or "") == value
    assert root.get("InResponseTo") == value
    assert not root.xpath("//comment() | //processing-instruction()")
    assert etree.tostring(root, method="c14n", exclusive=True).decode() == document


@pytest.mark.parametrize("field", ["name", "friendly_name", "values"])
def test_SAML_14_a_control_character_is_refused_and_nothing_is_sent(field):
    bad = "x\x00y" if field != "values" else ("x\x00y",)
    with pytest.raises(UnwritableText):
        answered(replace(STATEMENT, attributes=(replace(MAIL, **{field: bad}),)))


def test_SAML_12_the_form_goes_to_the_consumer_service_with_everything_as_it_is(answer):
    breakout = '"><script>alert(1)</script>'
    form = post.send(saml.ACS, answer, breakout)
    assert form.action == saml.ACS
    assert dict(form.fields) == {
        "SAMLResponse": base64.b64encode(answer.encode()).decode(),
        "RelayState": breakout,
    }


def test_a_request_without_relay_state_gets_none_and_an_empty_one_comes_back(answer):
    assert [name for name, _ in post.send(saml.ACS, answer, None).fields] == ["SAMLResponse"]
    assert ("RelayState", "") in post.send(saml.ACS, answer, "").fields


def test_the_response_of_the_vectors_has_the_shape_of_ours(answer):
    theirs = etree.fromstring(saml.xml("good/response-assertion-and-response-signed.xml"))
    ours = etree.fromstring(answered(replace(STATEMENT, attributes=(MAIL,))).encode())

    def shape(root):
        return [(element.tag, sorted(element.attrib)) for element in root.iter()]

    assert shape(ours) == shape(theirs)


def test_an_identifier_is_a_valid_xml_name():
    assert new_identifier()[0] == "_"
