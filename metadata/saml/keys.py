"""The public key that a ``md:KeyDescriptor`` carries (SAML Metadata, section 2.4.1.1).

Only the key counts: expiry, issuer and signature of the certificate around it are not looked at
(SAML V2.0 Metadata Interoperability Profile; SD-M09).
"""

from __future__ import annotations

import binascii
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from metadata.entity import PublicKey
from metadata.errors import InvalidDocument
from metadata.saml import vocabulary
from metadata.saml.algorithms import MIN_EC_BITS, MIN_RSA_BITS, is_strong
from metadata.saml.document import Element
from metadata.saml.vocabulary import tag

KEY_DESCRIPTOR = tag(vocabulary.METADATA, "KeyDescriptor")
X509_CERTIFICATE = tag(vocabulary.SIGNATURE, "X509Certificate")
RSA_KEY_VALUE = tag(vocabulary.SIGNATURE, "RSAKeyValue")
MODULUS = tag(vocabulary.SIGNATURE, "Modulus")
EXPONENT = tag(vocabulary.SIGNATURE, "Exponent")

Keys: TypeAlias = tuple[PublicKey, ...]


def keys_of(role: Element) -> tuple[Keys, Keys]:
    """The keys of a role for signing and for encryption; one without ``use`` is both (SD-M08).

    Raises InvalidDocument: key, weak_key.
    """
    signing: list[PublicKey] = []
    encryption: list[PublicKey] = []
    for descriptor in role.findall(KEY_DESCRIPTOR):
        key = _public_key(descriptor)
        use = descriptor.get("use")
        if use not in (None, "signing", "encryption"):
            raise InvalidDocument("key", f"use of a KeyDescriptor: '{use}' is neither signing nor encryption")
        if use != "encryption":
            signing.append(key)
        if use != "signing":
            encryption.append(key)
    return tuple(signing), tuple(encryption)


def _public_key(descriptor: Element) -> PublicKey:
    """The key, in whichever forms it is given; two different ones would leave open which counts."""
    found = [_of_certificate(element) for element in descriptor.iter(X509_CERTIFICATE)]
    found += [_of_rsa_value(element) for element in descriptor.iter(RSA_KEY_VALUE)]
    if not found:
        raise InvalidDocument("key", "a KeyDescriptor holds neither an X509Certificate nor an RSAKeyValue")
    if any(key != found[0] for key in found):
        raise InvalidDocument("key", "a KeyDescriptor holds different keys: give each its own KeyDescriptor")
    if not is_strong(found[0]):
        raise InvalidDocument(
            "weak_key", f"a key is too short: RSA needs {MIN_RSA_BITS} bits, EC {MIN_EC_BITS}"
        )
    return found[0]


def _of_certificate(element: Element) -> PublicKey:
    try:
        key = x509.load_der_x509_certificate(_octets(element)).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidDocument("key", "an X509Certificate cannot be read") from error
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        raise InvalidDocument("key", "a certificate holds a key that is neither RSA nor EC")
    return key


def _of_rsa_value(element: Element) -> PublicKey:
    try:
        modulus, exponent = (
            int.from_bytes(_octets(part), "big")
            for part in (element.find(MODULUS), element.find(EXPONENT))
            if part is not None
        )
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as error:
        raise InvalidDocument("key", "an RSAKeyValue cannot be read") from error


def _octets(element: Element) -> bytes:
    compact = "".join((element.text or "").split())
    try:
        return binascii.a2b_base64(compact.encode("ascii"), strict_mode=True)
    except ValueError as error:
        raise InvalidDocument("key", "a key or certificate is not base64") from error
