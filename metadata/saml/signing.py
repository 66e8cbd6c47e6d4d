"""Making signatures: enveloped ones in our documents, detached ones for the Redirect binding.

The templates are their own canonical form (``markup``), so nothing is parsed or canonicalized
here: the text is hashed as it stands. Two signatures of RSA-2048 cost little more than their RSA.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from ssl import PEM_cert_to_DER_cert

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from metadata.saml import vocabulary
from metadata.saml.signature import encoded
from metadata.saml.vocabulary import (
    ENVELOPED_SIGNATURE,
    EXCLUSIVE_C14N,
    DigestAlgorithm,
    SignatureAlgorithm,
)

_DECLARATION = f' xmlns:ds="{vocabulary.SIGNATURE}"'


@dataclass(frozen=True, slots=True)
class SigningCredential:
    """A key of ours and its certificate (DER), which travels with each signature."""

    private: RSAPrivateKey = field(repr=False)
    certificate: bytes = field(repr=False)

    @classmethod
    def from_pem(cls, private: RSAPrivateKey, certificate: str) -> SigningCredential:
        """The same from a certificate in PEM."""
        return cls(private, PEM_cert_to_DER_cert(certificate))

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """What a signature by this key is: the one place that grows with another kind of key."""
        return SignatureAlgorithm.RSA_SHA256


def signed(before: str, after: str, identifier: str, credential: SigningCredential) -> str:
    """The canonical document ``before + after`` with its enveloped signature between the two.

    ``identifier`` is the ID of its document element; the seam is the place that the schema has
    for ``ds:Signature``.
    """
    digest = hashlib.sha256((before + after).encode()).digest()
    # SignedInfo is hashed as an element of its own, so with the declaration that it inherits.
    value = sign(_signed_info(_DECLARATION, identifier, digest, credential).encode(), credential)
    return (
        f"{before}<ds:Signature{_DECLARATION}>{_signed_info('', identifier, digest, credential)}"
        f"<ds:SignatureValue>{encoded(value)}</ds:SignatureValue>"
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{encoded(credential.certificate)}</ds:X509Certificate>"
        f"</ds:X509Data></ds:KeyInfo></ds:Signature>{after}"
    )


def sign(octets: bytes, credential: SigningCredential) -> bytes:
    """The signature of ``octets`` under ``credential.algorithm``."""
    return credential.private.sign(octets, PKCS1v15(), SHA256())


def _signed_info(declaration: str, identifier: str, digest: bytes, credential: SigningCredential) -> str:
    return (
        f"<ds:SignedInfo{declaration}>"
        f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{credential.algorithm}"></ds:SignatureMethod>'
        f'<ds:Reference URI="#{identifier}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{ENVELOPED_SIGNATURE}"></ds:Transform>'
        f'<ds:Transform Algorithm="{EXCLUSIVE_C14N}"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{DigestAlgorithm.SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue>{encoded(digest)}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
