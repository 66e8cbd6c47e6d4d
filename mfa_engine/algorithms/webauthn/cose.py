"""Which public keys a credential may have (WebAuthn, sections 5.8.5 and 6.5.1.1; RFC 9052, 9053)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography

from mfa_engine.algorithms.webauthn.cbor import read_whole
from mfa_engine.algorithms.webauthn.errors import CeremonyRefused, Reason


class KeyAlgorithm(IntEnum):
    """COSE algorithms that are verified here; ES384 and Ed448 are unknown to py_webauthn."""

    ES256 = -7
    EDDSA = -8
    ES512 = -36
    RS256 = -257


_KTY, _ALG = 1, 3
_CURVE, _X, _Y = -1, -2, -3
_N, _E = -1, -2
_OKP, _EC2, _RSA = 1, 2, 3
_EC_CURVES: Final = {KeyAlgorithm.ES256: (1, 32), KeyAlgorithm.ES512: (3, 66)}
_ED25519, _ED25519_BYTES = 6, 32
_RSA_BITS: Final = range(2048, 4097)
_RSA_EXPONENTS: Final = range(65537, 2**32)


def check_public_key(cose: bytes, allowed: Sequence[KeyAlgorithm]) -> KeyAlgorithm:
    """The algorithm of the key, which is well-formed, strong enough and on its curve.

    Raises CeremonyRefused: ``algorithm`` for one that is not allowed, ``public_key`` for a key
    with parameters missing or superfluous, off its curve, or RSA outside 2048 to 4096 bits.
    """
    key = read_whole(cose)
    if not isinstance(key, dict):
        raise _unfit("is not a COSE key")
    if key.get(_ALG) not in allowed:
        raise CeremonyRefused(Reason.ALGORITHM, "the key is of an algorithm that was not offered")
    algorithm = KeyAlgorithm(key[_ALG])
    if algorithm is KeyAlgorithm.RS256:
        _check_rsa(key)
    elif algorithm is KeyAlgorithm.EDDSA:
        _check_labels(key, _OKP, {_KTY, _ALG, _CURVE, _X})
        _check_point(key, _ED25519, _ED25519_BYTES, _X)
    else:
        _check_labels(key, _EC2, {_KTY, _ALG, _CURVE, _X, _Y})
        _check_point(key, *_EC_CURVES[algorithm], _X, _Y)
    try:
        decoded_public_key_to_cryptography(decode_credential_public_key(cose))
    except ValueError as error:
        raise _unfit("is not a point of its curve") from error
    return algorithm


def _check_labels(key: dict[object, object], kind: int, labels: set[int]) -> None:
    if key.get(_KTY) != kind or key.keys() != labels:
        raise _unfit("lacks a parameter, or has one too many")


def _check_point(key: dict[object, object], curve: int, size: int, *coordinates: int) -> None:
    if key[_CURVE] != curve:
        raise _unfit("is on another curve than its algorithm uses")
    for label in coordinates:
        value = key[label]
        if not isinstance(value, bytes) or len(value) != size:
            raise _unfit("has a coordinate of the wrong size")


def _check_rsa(key: dict[object, object]) -> None:
    _check_labels(key, _RSA, {_KTY, _ALG, _N, _E})
    modulus, exponent = key[_N], key[_E]
    if not isinstance(modulus, bytes) or not isinstance(exponent, bytes):
        raise _unfit("has a number that is no byte string")
    if int.from_bytes(modulus, "big").bit_length() not in _RSA_BITS:
        raise _unfit("is RSA of less than 2048 or more than 4096 bits")
    if int.from_bytes(exponent, "big") not in _RSA_EXPONENTS:
        raise _unfit("is RSA with an unusable exponent")


def _unfit(what: str) -> CeremonyRefused:
    return CeremonyRefused(Reason.PUBLIC_KEY, f"the public key {what}")
