"""A service provider as tests need one: its keys, its requests, and the files of tests/vectors/saml.

Nothing here uses the product to make what the product then judges.
"""

import base64
import json
import re
import zlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from metadata.entity import PublicKey, ServiceProvider
from metadata.saml.document import DESCRIPTOR, parse
from metadata.saml.read import service_provider
from metadata.saml.signing import SigningCredential

VECTORS = Path(__file__).parents[1] / "vectors" / "saml"
NOW = datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)  # the clock of the vectors

IDP = "https://idp.example.org/saml/metadata"
SP = "https://sp.example.org/saml/metadata"
ACS = "https://sp.example.org/saml/acs"
SSO_REDIRECT = "https://idp.example.org/saml/sso/redirect"
SSO_POST = "https://idp.example.org/saml/sso/post"
SLO_POST = "https://idp.example.org/saml/slo/post"
SLO_REDIRECT = "https://idp.example.org/saml/slo/redirect"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

MFA = "https://refeds.org/profile/mfa"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
KNOWN_CONTEXTS = frozenset({MFA, PASSWORD})


@cache
def described(name: str = "index.json") -> dict[str, Any]:
    """One of the JSON files."""
    content: dict[str, Any] = json.loads((VECTORS / name).read_text())
    return content


def cases(folder: str) -> list[dict[str, Any]]:
    """What index.json says of the XML files of one folder."""
    return [case for case in described()["vectors"] if case["file"].startswith(f"{folder}/")]


def named(case: dict[str, Any]) -> str:
    """A short name for a parametrized test."""
    return str(case.get("file") or case["id"])


def xml(file: str) -> bytes:
    """The bytes of one XML file."""
    return (VECTORS / file).read_bytes()


@cache
def certificate(name: str) -> x509.Certificate:
    """The certificate of sp, sp-ec, federation, attacker or weak-1024."""
    return x509.load_pem_x509_certificate((VECTORS / "keys" / f"{name}-cert.pem").read_bytes())


def public_key(name: str) -> PublicKey:
    """The key in that certificate."""
    return cast("PublicKey", certificate(name).public_key())


@cache
def private_key(name: str) -> RSAPrivateKey:
    """The key that belongs to it."""
    pem = (VECTORS / "keys" / f"{name}-key.pem").read_bytes()
    return cast("RSAPrivateKey", load_pem_private_key(pem, password=None))


def credential(name: str = "federation") -> SigningCredential:
    """A key of the vectors in the role of ours."""
    return SigningCredential.from_pem(private_key(name), (VECTORS / "keys" / f"{name}-cert.pem").read_text())


def portal() -> ServiceProvider:
    """The service provider of good/entitydescriptor.xml: it signs its requests."""
    return service_provider(parse(xml("good/entitydescriptor.xml"), DESCRIPTOR))


def without_signature(document: str) -> str:
    """A message as it is before it is signed."""
    return re.sub(r"<ds:Signature.*</ds:Signature>", "", document, flags=re.DOTALL)


def deflated(document: str | bytes) -> str:
    """A message as the Redirect binding writes it, not yet escaped."""
    octets = document.encode() if isinstance(document, str) else document
    deflater = zlib.compressobj(wbits=-15)
    return base64.b64encode(deflater.compress(octets) + deflater.flush()).decode()


def unsigned_query(document: str | bytes, relay_state: str | None = None) -> bytes:
    """A request in a query, unsigned."""
    query = f"SAMLRequest={quote(deflated(document), safe='')}"
    if relay_state is not None:
        query += f"&RelayState={quote(relay_state, safe='')}"
    return query.encode()


def signed_query(document: str | bytes, relay_state: str | None = None, key: str = "sp") -> bytes:
    """A request in a query, signed by one of the keys."""
    query = unsigned_query(document, relay_state) + f"&SigAlg={quote(RSA_SHA256, safe='')}".encode()
    value = private_key(key).sign(query, PKCS1v15(), SHA256())
    return query + b"&Signature=" + quote(base64.b64encode(value), safe="").encode()


def authn_request(
    attributes: str = "",
    content: str = "",
    *,
    issuer: str = SP,
    issue_instant: str = "2026-01-01T00:00:00Z",
    destination: str = SSO_REDIRECT,
    version: str = "2.0",
    identifier: str = "_a1",
) -> str:
    """An AuthnRequest; ``attributes`` and ``content`` are put in as they are."""
    return (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
        f' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{identifier}" Version="{version}"'
        f' IssueInstant="{issue_instant}" Destination="{destination}" {attributes}>'
        f"<saml:Issuer>{issuer}</saml:Issuer>{content}</samlp:AuthnRequest>"
    )


@cache
def schema(name: str) -> etree.XMLSchema:
    """An OASIS schema as python3-saml ships it, such as saml-schema-protocol-2.0.xsd."""
    import onelogin.saml2

    folder = Path(onelogin.saml2.__file__).parent / "schemas"
    return etree.XMLSchema(etree.parse(folder / name))


def schema_errors(document: str, name: str) -> list[str]:
    """What the schema has against a document."""
    judge = schema(name)
    judge.validate(etree.fromstring(document.encode()))
    errors: Any = judge.error_log
    return [str(error) for error in errors]
