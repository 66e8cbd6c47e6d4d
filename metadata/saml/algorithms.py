"""Which algorithms and keys count, and the arithmetic of them (RFC 6931; SD-X01, SD-M10).

Inbound a signature is judged by this list and by keys from metadata; SHA-1, MD5, HMAC, DSA,
RSA below 2048 and curves below 256 bits are refused (SAML-08).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from metadata.entity import PublicKey
from metadata.saml.errors import UntrustedDocument
from metadata.saml.vocabulary import WEAK_ALGORITHMS, DigestAlgorithm, SignatureAlgorithm

MIN_RSA_BITS = 2048
MIN_EC_BITS = 256

RSA_HASHES: dict[SignatureAlgorithm, hashes.HashAlgorithm] = {
    SignatureAlgorithm.RSA_SHA256: hashes.SHA256(),
    SignatureAlgorithm.RSA_SHA384: hashes.SHA384(),
    SignatureAlgorithm.RSA_SHA512: hashes.SHA512(),
}
EC_HASHES: dict[SignatureAlgorithm, hashes.HashAlgorithm] = {
    SignatureAlgorithm.ECDSA_SHA256: hashes.SHA256(),
    SignatureAlgorithm.ECDSA_SHA384: hashes.SHA384(),
    SignatureAlgorithm.ECDSA_SHA512: hashes.SHA512(),
}
DIGESTS = {
    DigestAlgorithm.SHA256: hashlib.sha256,
    DigestAlgorithm.SHA384: hashlib.sha384,
    DigestAlgorithm.SHA512: hashlib.sha512,
}


def is_strong(key: PublicKey) -> bool:
    """Whether the key is long enough to count."""
    return key.key_size >= (MIN_RSA_BITS if isinstance(key, RSAPublicKey) else MIN_EC_BITS)


def digest(algorithm: str | None, octets: bytes) -> bytes:
    """The hash of ``octets``. Raises UntrustedDocument: weak_algorithm, algorithm."""
    try:
        return DIGESTS[DigestAlgorithm(algorithm or "")](octets).digest()
    except ValueError as error:
        raise _refusal(algorithm) from error


def verify_value(octets: bytes, value: bytes, algorithm: str | None, keys: Sequence[PublicKey]) -> None:
    """Make sure that one of ``keys`` made the signature ``value`` over ``octets``.

    Raises UntrustedDocument: weak_algorithm, algorithm; weak_key, when there is one among
    ``keys``; unknown_key, when no key fits the algorithm; signature, when none verifies.
    """
    try:
        known = SignatureAlgorithm(algorithm or "")
    except ValueError as error:
        raise _refusal(algorithm) from error
    if not all(is_strong(key) for key in keys):
        raise UntrustedDocument("weak_key", "the sender's metadata holds a key that is too short")
    fitting = [key for key in keys if (known in RSA_HASHES) == isinstance(key, RSAPublicKey)]
    if not fitting:
        raise UntrustedDocument("unknown_key", "the sender's metadata holds no key of this kind")
    if not any(_fits(key, known, value, octets) for key in fitting):
        raise UntrustedDocument("signature", "no key of the sender's metadata made this signature")


def _fits(key: PublicKey, algorithm: SignatureAlgorithm, value: bytes, octets: bytes) -> bool:
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(value, octets, PKCS1v15(), RSA_HASHES[algorithm])
        else:
            key.verify(_der(value, key.key_size), octets, ECDSA(EC_HASHES[algorithm]))
    except InvalidSignature:
        return False
    return True


def _der(value: bytes, key_size: int) -> bytes:
    """r and s side by side (RFC 4050, section 3.3), as cryptography wants them."""
    half = (key_size + 7) // 8
    if len(value) != 2 * half:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))


def _refusal(algorithm: str | None) -> UntrustedDocument:
    if algorithm in WEAK_ALGORITHMS:
        return UntrustedDocument("weak_algorithm", "sign with SHA-256 or stronger")
    return UntrustedDocument("algorithm", "sign with RSA-SHA256 or ECDSA-SHA256, digest SHA-256")
