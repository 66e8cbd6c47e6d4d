"""Verifying enveloped signatures: the files of the vectors, and canonical XML octet by octet."""

import base64
import hashlib

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from metadata.errors import InvalidDocument
from metadata.saml import signature
from metadata.saml.document import DESCRIPTOR, parse
from metadata.saml.errors import MalformedDocument, UntrustedDocument
from metadata.saml.signature import canonical, verify
from tests.support import saml

SIGNED_GOOD = [
    "good/authnrequest.xml",
    "good/logoutrequest.xml",
    "good/entitydescriptor.xml",
    "good/authnrequest-ecdsa.xml",
    "good/authnrequest-prefixlist.xml",
    "good/authnrequest-pretty-printed.xml",
    "good/authnrequest-sha512.xml",
    "good/entitiesdescriptor.xml",
]
# Reasons that cannot be told apart, since ds:KeyInfo is not read: whoever signed, it is no known key.
SAME_REASON = {"unknown_key": "signature"}
# Told by whoever reads the message, before its signature is looked at.
ROOT_MATTERS = {"coverage/soap-envelope.xml"}
REFUSED = [
    case
    for folder in ("xsw", "coverage", "keys")
    for case in saml.cases(folder)
    if case["expected"] == "reject" and case["file"] not in ROOT_MATTERS
]


def keys_for(file: str) -> list:
    if "ecdsa" in file:
        return [saml.public_key("sp-ec")]
    if "1024" in file:
        return [saml.public_key("weak-1024")]
    if file.startswith("metadata/") or "descriptor" in file or "entities" in file:
        return [saml.public_key("federation")]
    return [saml.public_key("sp")]


def verified(file: str):
    root = parse(saml.xml(file), DESCRIPTOR)
    verify(root, keys_for(file))
    return root


@pytest.mark.parametrize("file", [*SIGNED_GOOD, "keys/no-keyinfo.xml"])
def test_a_rightly_signed_document_verifies_and_loses_its_signature(file):
    root = verified(file)
    assert root.find(".//{*}Signature") is None


@pytest.mark.parametrize("case", REFUSED, ids=saml.named)
def test_a_signature_that_the_vectors_refuse_is_refused_with_their_status_and_reason(case):
    with pytest.raises(InvalidDocument) as refusal:
        verified(case["file"])
    status = "400" if isinstance(refusal.value, MalformedDocument) else "403"
    if case["message"] == "AuthnRequest":
        assert status in case["status"]
    if status in case["status"].replace("(400 where a schema check comes first)", ""):
        assert refusal.value.reason == SAME_REASON.get(case["reason"], case["reason"])


@pytest.mark.parametrize("case", [c for c in REFUSED if "SAML-08" in c["threat"]], ids=saml.named)
def test_SAML_08_weak_algorithms_and_keys_are_refused(case):
    with pytest.raises(UntrustedDocument) as refusal:
        verified(case["file"])
    assert refusal.value.reason in {"weak_algorithm", "weak_key", "algorithm"}


@pytest.mark.parametrize("case", [c for c in REFUSED if "SAML-07" in c["threat"]], ids=saml.named)
def test_SAML_07_a_missing_or_empty_signature_is_no_signature(case):
    with pytest.raises(UntrustedDocument):
        verified(case["file"])


def test_SAML_03_an_empty_canonical_form_is_an_error(monkeypatch):
    monkeypatch.setattr(signature.etree, "tostring", lambda *_, **__: b"")
    with pytest.raises(MalformedDocument, match="canonicalization"):
        verified("good/authnrequest.xml")


def test_SAML_03_the_digest_of_nothing_covers_nothing():
    with pytest.raises(UntrustedDocument, match="signature"):
        verified("keys/digest-of-empty-string.xml")


@pytest.mark.parametrize(
    "file", ["keys/transform-xslt.xml", "keys/transform-xpath.xml", "keys/transform-base64.xml"]
)
def test_SAML_05_other_transforms_are_refused(file):
    with pytest.raises(UntrustedDocument, match="transform"):
        verified(file)


def test_any_of_several_keys_verifies():
    root = parse(saml.xml("good/authnrequest.xml"))
    verify(root, [saml.public_key("attacker"), saml.public_key("sp-ec"), saml.public_key("sp")])


def test_a_key_of_another_kind_does_not_count():
    with pytest.raises(UntrustedDocument, match="unknown_key"):
        verify(parse(saml.xml("good/authnrequest.xml")), [saml.public_key("sp-ec")])


def test_without_keys_nothing_verifies():
    with pytest.raises(UntrustedDocument, match="unknown_key"):
        verify(parse(saml.xml("good/authnrequest.xml")), [])


def test_what_is_read_after_verifying_is_the_tree_that_was_verified():
    root = parse(saml.xml("good/authnrequest.xml"))
    before = root[0]
    verify(root, [saml.public_key("sp")])
    assert root[0] is before


@pytest.mark.parametrize(
    "vector",
    [
        v
        for v in saml.described("c14n.json")["vectors"]
        if v["method"] == "exclusive" and not v["with_comments"]
    ],
    ids=saml.named,
)
def test_the_canonical_form_agrees_with_the_vectors(vector):
    (element,) = etree.fromstring(vector["xml"].encode()).xpath(
        vector["element"], namespaces=vector["namespaces"]
    )
    octets = canonical(element, vector["prefix_list"])
    assert octets.decode() == vector["canonical"]
    assert base64.b64encode(hashlib.sha256(octets).digest()).decode() == vector["sha256_base64"]


@pytest.mark.parametrize("file", SIGNED_GOOD[:3])
def test_python_xmlsec_agrees_on_good_files(file):
    root = etree.fromstring(saml.xml(file))
    context = xmlsec.SignatureContext()
    name = "federation" if "descriptor" in file else "sp"
    pem = (saml.VECTORS / "keys" / f"{name}-cert.pem").read_bytes()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.CERT_PEM)
    context.register_id(root, "ID")
    context.verify(root.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))


DS = "http://www.w3.org/2000/09/xmldsig#"
ENVELOPED = f'<ds:Transform Algorithm="{DS}enveloped-signature"/>'
EXCLUSIVE = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
METHOD = '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'


def signed_request(*, transforms=ENVELOPED + EXCLUSIVE, method=METHOD, extra="", content="") -> bytes:
    """An AuthnRequest of the portal with a signature that is right in itself, in a form of choice."""
    request = saml.authn_request(content=content)
    digest = hashlib.sha256(etree.tostring(etree.fromstring(request), method="c14n", exclusive=True)).digest()
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS}">'
        f'<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>{method}'
        f'<ds:Reference URI="#_a1"><ds:Transforms>{transforms}</ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{base64.b64encode(digest).decode()}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
    octets = etree.tostring(etree.fromstring(info), method="c14n", exclusive=True)
    value = base64.b64encode(saml.private_key("sp").sign(octets, PKCS1v15(), SHA256())).decode()
    value_element = f"<ds:SignatureValue>{value}</ds:SignatureValue>"
    signature = f'<ds:Signature xmlns:ds="{DS}">{info}{value_element}{extra}</ds:Signature>'
    return request.replace("</saml:Issuer>", f"</saml:Issuer>{signature}", 1).encode()


def filled(element: str, content: str) -> str:
    """An empty element with content."""
    name = element[1 : element.index(" ")]
    return element.replace("/>", f">{content}</{name}>")


def test_a_signature_in_the_usual_form_verifies():
    verify(parse(signed_request()), [saml.public_key("sp")])


UNUSUAL = {
    "transforms in the other order": ({"transforms": EXCLUSIVE + ENVELOPED}, "signature"),
    "enveloped twice": ({"transforms": ENVELOPED + ENVELOPED}, "signature"),
    "enveloped alone": ({"transforms": ENVELOPED}, "signature"),
    "three transforms": ({"transforms": ENVELOPED + EXCLUSIVE + EXCLUSIVE}, "signature"),
    "no transform": ({"transforms": ""}, "signature"),
    "enveloped with content": ({"transforms": filled(ENVELOPED, "<x/>") + EXCLUSIVE}, "signature"),
    "exclusive with other content": ({"transforms": ENVELOPED + filled(EXCLUSIVE, "<x/>")}, "transform"),
    "parameter": ({"method": filled(METHOD, "<ds:HMACOutputLength>1</ds:HMACOutputLength>")}, "algorithm"),
    "object inside": ({"extra": "<ds:Object/>"}, "signature_coverage"),
    "signature in Extensions": (
        {"content": f'<samlp:Extensions><ds:Signature xmlns:ds="{DS}"/></samlp:Extensions>'},
        "signature_coverage",
    ),
}


@pytest.mark.parametrize(("form", "reason"), UNUSUAL.values(), ids=UNUSUAL.keys())
def test_a_signature_in_an_unusual_form_is_refused_though_its_arithmetic_is_right(form, reason):
    with pytest.raises(UntrustedDocument) as refusal:
        verify(parse(signed_request(**form)), [saml.public_key("sp")])
    assert refusal.value.reason == reason
