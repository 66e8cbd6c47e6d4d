"""Verifying an enveloped signature so that nothing but the verified element can be read.

No ID is ever looked up: the one Reference must name the document element, the Signature leaves
*this* tree and *this* root is hashed (SAML-01). The key comes from metadata; ``ds:KeyInfo`` is
not read at all (SAML-06). Source: XML Signature 1.1; SAML Core, section 5.4.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from metadata.entity import PublicKey
from metadata.saml import vocabulary
from metadata.saml.algorithms import digest, verify_value
from metadata.saml.document import Element
from metadata.saml.errors import MalformedDocument, UntrustedDocument
from metadata.saml.vocabulary import ENVELOPED_SIGNATURE, EXCLUSIVE_C14N, tag

SIGNATURE = tag(vocabulary.SIGNATURE, "Signature")
SIGNED_INFO = tag(vocabulary.SIGNATURE, "SignedInfo")
SIGNATURE_VALUE = tag(vocabulary.SIGNATURE, "SignatureValue")
KEY_INFO = tag(vocabulary.SIGNATURE, "KeyInfo")
CANONICALIZATION_METHOD = tag(vocabulary.SIGNATURE, "CanonicalizationMethod")
SIGNATURE_METHOD = tag(vocabulary.SIGNATURE, "SignatureMethod")
REFERENCE = tag(vocabulary.SIGNATURE, "Reference")
TRANSFORMS = tag(vocabulary.SIGNATURE, "Transforms")
TRANSFORM = tag(vocabulary.SIGNATURE, "Transform")
DIGEST_METHOD = tag(vocabulary.SIGNATURE, "DigestMethod")
DIGEST_VALUE = tag(vocabulary.SIGNATURE, "DigestValue")
INCLUSIVE_NAMESPACES = tag(EXCLUSIVE_C14N, "InclusiveNamespaces")
ISSUER = tag(vocabulary.ASSERTION, "Issuer")
METADATA = tag(vocabulary.METADATA, "")


@dataclass(frozen=True, slots=True)
class _Reference:
    """What the one ``ds:Reference`` says about the document element."""

    prefixes: list[str]
    digest_algorithm: str | None
    digest_value: bytes


def verify(root: Element, keys: Sequence[PublicKey]) -> None:
    """Make sure that one of ``keys`` signed the whole of ``root``; its Signature is then removed.

    ``root`` is what ``document.parse`` returned, and what the caller goes on to read. Raises
    UntrustedDocument (signature_required, signature_coverage, transform, algorithm,
    weak_algorithm, weak_key, unknown_key, signature) and MalformedDocument (schema,
    external_reference, canonicalization).
    """
    signature = _signature_of(root)
    signed_info, value = _parts(signature)
    method, algorithm, reference = _children(
        signed_info, CANONICALIZATION_METHOD, SIGNATURE_METHOD, REFERENCE, reason="signature_coverage"
    )
    prefixes = _exclusive_prefixes(method, "algorithm")
    covered = _reference(reference, root)
    if len(algorithm):
        raise UntrustedDocument("algorithm", "leave out parameters of the signature algorithm")
    verify_value(canonical(signed_info, prefixes), value, algorithm.get("Algorithm"), keys)
    _detach(signature)
    actual = digest(covered.digest_algorithm, canonical(root, covered.prefixes))
    if not hmac.compare_digest(actual, covered.digest_value):
        raise UntrustedDocument("signature", "the document was changed after it was signed")


def canonical(element: Element, prefixes: Sequence[str] = ()) -> bytes:
    """The exclusive canonical form without comments; ``prefixes`` are the InclusiveNamespaces.

    Raises MalformedDocument where libxml2 gives none, or an empty one (SAML-03).
    """
    try:
        octets: bytes = etree.tostring(
            element,
            method="c14n",
            exclusive=True,
            with_comments=False,
            inclusive_ns_prefixes=list(prefixes) or None,
        )
    except etree.C14NError as error:
        raise MalformedDocument("canonicalization", "the document has no canonical form") from error
    if not octets:
        raise MalformedDocument("canonicalization", "the document has no canonical form")
    return octets


def _signature_of(root: Element) -> Element:
    """The Signature where the schemas put it: after Issuer in messages, first in metadata."""
    own = root.findall(SIGNATURE)
    everywhere = sum(1 for _ in root.iter(SIGNATURE))
    if not everywhere:
        raise UntrustedDocument("signature_required", "sign the document")
    if len(own) > 1:
        raise MalformedDocument("schema", "sign the document once")
    if not own or everywhere > 1:
        raise UntrustedDocument("signature_coverage", "sign the document element, and nothing inside it")
    place = 0 if root.tag.startswith(METADATA) else 1
    if root.index(own[0]) != place or (place and root[0].tag != ISSUER):
        raise MalformedDocument("schema", "put the Signature where the schema has it")
    return own[0]


def _parts(signature: Element) -> tuple[Element, bytes]:
    """SignedInfo and the value. More than KeyInfo beside them (``ds:Object``) is refused."""
    children = [child for child in signature if child.tag != KEY_INFO]
    if [child.tag for child in children] != [SIGNED_INFO, SIGNATURE_VALUE]:
        raise UntrustedDocument("signature_coverage", "leave only SignedInfo, value and key in the Signature")
    return children[0], _decoded(children[1])


def _children(element: Element, *tags: str, reason: str) -> list[Element]:
    if [child.tag for child in element] != list(tags):
        raise UntrustedDocument(reason, "sign the document element by one Reference in the usual form")
    return list(element)


def _reference(reference: Element, root: Element) -> _Reference:
    _check_target(reference.get("URI"), root)
    transforms, method, value = _children(
        reference, TRANSFORMS, DIGEST_METHOD, DIGEST_VALUE, reason="transform"
    )
    return _Reference(_transformed_prefixes(transforms), method.get("Algorithm"), _decoded(value))


def _check_target(uri: str | None, root: Element) -> None:
    if uri and not uri.startswith("#"):
        raise MalformedDocument("external_reference", "refer to the document element, not to elsewhere")
    identifier = root.get("ID")
    if not identifier or uri != f"#{identifier}":
        raise UntrustedDocument("signature_coverage", "refer to the document element by its ID")


def _transformed_prefixes(transforms: Element) -> list[str]:
    """The two transforms that SAML allows, both: without the first a hash could not fit (Core 5.4.4)."""
    algorithms = [transform.get("Algorithm") for transform in transforms]
    if set(algorithms) - {ENVELOPED_SIGNATURE, EXCLUSIVE_C14N}:
        raise UntrustedDocument("transform", "use the transforms enveloped-signature and exclusive C14N only")
    enveloped, exclusive = _children(transforms, TRANSFORM, TRANSFORM, reason="signature")
    if algorithms != [ENVELOPED_SIGNATURE, EXCLUSIVE_C14N] or len(enveloped):
        raise UntrustedDocument("signature", "use enveloped-signature, then exclusive C14N")
    return _exclusive_prefixes(exclusive, "transform")


def _exclusive_prefixes(method: Element, reason: str) -> list[str]:
    if method.get("Algorithm") != EXCLUSIVE_C14N:
        raise UntrustedDocument(reason, "canonicalize by exclusive C14N without comments")
    if not len(method):
        return []
    (inclusive,) = _children(method, INCLUSIVE_NAMESPACES, reason=reason)
    return (inclusive.get("PrefixList") or "").split()


def _decoded(element: Element) -> bytes:
    """The base64 of a value, which may be broken into lines."""
    compact = "".join((element.text or "").split())
    try:
        return binascii.a2b_base64(compact.encode(), strict_mode=True)
    except ValueError as error:
        raise UntrustedDocument("signature", "write signature and digest in base64") from error


def _detach(signature: Element) -> None:
    """The enveloped-signature transform: the element goes, the blanks behind it stay (and are hashed)."""
    root, before = signature.getparent(), signature.getprevious()
    tail = signature.tail or ""
    if root is None:
        raise MalformedDocument("schema", "the Signature is the document")
    if before is None:
        root.text = (root.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    root.remove(signature)


def encoded(octets: bytes) -> str:
    """Base64 without line breaks, as signatures, digests and certificates are written."""
    return base64.b64encode(octets).decode("ascii")
