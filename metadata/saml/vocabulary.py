"""The names that SAML and XML Signature define, taken from pysaml2 where it has them.

pysaml2 serves here as a dictionary and nowhere as a tool: its classes stay in this file.
"""

from __future__ import annotations

from enum import StrEnum

from saml2 import (
    BINDING_HTTP_ARTIFACT,
    BINDING_HTTP_POST,
    BINDING_HTTP_REDIRECT,
    BINDING_PAOS,
    BINDING_SOAP,
    saml,
    samlp,
    xmldsig,
)

ASSERTION: str = saml.NAMESPACE
PROTOCOL: str = samlp.NAMESPACE
SIGNATURE: str = xmldsig.NAMESPACE
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
USER_INTERFACE = "urn:oasis:names:tc:SAML:metadata:ui"
XINCLUDE = "http://www.w3.org/2001/XInclude"
XML = "http://www.w3.org/XML/1998/namespace"

EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED_SIGNATURE: str = xmldsig.TRANSFORM_ENVELOPED
BEARER: str = saml.SCM_BEARER


class Binding(StrEnum):
    """How a message travels (SAML Bindings, section 3)."""

    REDIRECT = BINDING_HTTP_REDIRECT
    POST = BINDING_HTTP_POST
    ARTIFACT = BINDING_HTTP_ARTIFACT
    SOAP = BINDING_SOAP
    PAOS = BINDING_PAOS


class NameIdFormat(StrEnum):
    """What kind of name a subject is given (SAML Core, section 8.3)."""

    UNSPECIFIED = saml.NAMEID_FORMAT_UNSPECIFIED
    TRANSIENT = saml.NAMEID_FORMAT_TRANSIENT
    PERSISTENT = saml.NAMEID_FORMAT_PERSISTENT
    ENTITY = saml.NAMEID_FORMAT_ENTITY


class NameFormat(StrEnum):
    """How the name of an attribute is to be read (SAML Core, section 8.2)."""

    UNSPECIFIED = saml.NAME_FORMAT_UNSPECIFIED
    URI = saml.NAME_FORMAT_URI
    BASIC = saml.NAME_FORMAT_BASIC


class Comparison(StrEnum):
    """How a requested authentication context is compared (SAML Core, section 3.3.2.2.1)."""

    EXACT = "exact"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    BETTER = "better"


class StatusCode(StrEnum):
    """What came of a request (SAML Core, section 3.2.2.2): the four top-level codes, then the second."""

    SUCCESS = samlp.STATUS_SUCCESS
    REQUESTER = samlp.STATUS_REQUESTER
    RESPONDER = samlp.STATUS_RESPONDER
    VERSION_MISMATCH = samlp.STATUS_VERSION_MISMATCH

    AUTHN_FAILED = samlp.STATUS_AUTHN_FAILED
    INVALID_NAME_ID_POLICY = samlp.STATUS_INVALID_NAMEID_POLICY
    NO_AUTHN_CONTEXT = samlp.STATUS_NO_AUTHN_CONTEXT
    NO_PASSIVE = samlp.STATUS_NO_PASSIVE
    PARTIAL_LOGOUT = samlp.STATUS_PARTIAL_LOGOUT
    REQUEST_DENIED = samlp.STATUS_REQUEST_DENIED
    REQUEST_UNSUPPORTED = samlp.STATUS_REQUEST_UNSUPPORTED
    REQUEST_VERSION_TOO_HIGH = samlp.STATUS_REQUEST_VERSION_TOO_HIGH
    REQUEST_VERSION_TOO_LOW = samlp.STATUS_REQUEST_VERSION_TOO_LOW
    UNKNOWN_PRINCIPAL = samlp.STATUS_UNKNOWN_PRINCIPAL
    UNSUPPORTED_BINDING = samlp.STATUS_UNSUPPORTED_BINDING


class SignatureAlgorithm(StrEnum):
    """What we accept on a signature (RFC 6931). Of these we make the first."""

    RSA_SHA256 = xmldsig.SIG_RSA_SHA256
    RSA_SHA384 = xmldsig.SIG_RSA_SHA384
    RSA_SHA512 = xmldsig.SIG_RSA_SHA512
    ECDSA_SHA256 = xmldsig.SIG_ECDSA_SHA256
    ECDSA_SHA384 = xmldsig.SIG_ECDSA_SHA384
    ECDSA_SHA512 = xmldsig.SIG_ECDSA_SHA512


class DigestAlgorithm(StrEnum):
    """What we accept as a digest (RFC 6931). Of these we make the first."""

    SHA256 = xmldsig.DIGEST_SHA256
    SHA384 = xmldsig.DIGEST_SHA384
    SHA512 = xmldsig.DIGEST_SHA512


# Known, and refused with a word of its own, so that an operator learns what is wrong at the peer.
WEAK_ALGORITHMS: frozenset[str] = frozenset(
    {
        xmldsig.SIG_RSA_SHA1,
        xmldsig.SIG_RSA_MD5,
        xmldsig.SIG_RSA_RIPEMD160,
        xmldsig.SIG_DSA_SHA1,
        xmldsig.SIG_ECDSA_SHA1,
        xmldsig.DIGEST_SHA1,
        xmldsig.DIGEST_MD5,
        xmldsig.DIGEST_RIPEMD160,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#md5",
    }
)


def tag(namespace: str, name: str) -> str:
    """An element's expanded name as lxml writes it: ``{namespace}name``."""
    return f"{{{namespace}}}{name}"
