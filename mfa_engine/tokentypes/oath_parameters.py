"""What HOTP and TOTP tokens have in common: reading enrolment parameters, keeping state, the handover."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from mfa_engine.algorithms.oath import OathKey, base32, hash_algorithm, new_secret
from mfa_engine.errors import InvalidField
from mfa_engine.tokentypes.base import Token


def read_key(parameters: Mapping[str, str]) -> OathKey:
    """The key that the wire's parameters ask for: ``otpkey`` (hex, or base32 by ``otpkeyformat``) when
    it is brought, else a new secret. Raises InvalidField, which never shows the secret."""
    algorithm = hash_algorithm(parameters.get("hashlib") or "sha1")
    digits = whole("otplen", parameters.get("otplen") or "6")
    brought = parameters.get("otpkey", "")
    secret = _decoded(brought, parameters.get("otpkeyformat", "hex")) if brought else new_secret(algorithm)
    return OathKey(secret, digits, algorithm)


def stored_key(token: Token) -> OathKey:
    """The key of a stored token."""
    details = token.row.details
    return OathKey(token.secret, details["digits"], hash_algorithm(details["algorithm"]))


def details_of(key: OathKey, **more: Any) -> dict[str, Any]:
    """What a token keeps beside its secret."""
    return {"digits": key.digits, "algorithm": key.algorithm.value, **more}


def handover(key: OathKey, uri: str) -> dict[str, str]:
    """What the holder is shown once."""
    return {
        "uri": uri,
        "secret": base32(key.secret),
        "secret_hex": key.secret.hex(),
        "digits": str(key.digits),
        "algorithm": key.algorithm.value,
    }


def whole(field: str, text: str) -> int:
    """A number. Raises InvalidField."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidField(field, "give a whole number")
    return int(text)


def _decoded(text: str, written_as: str) -> bytes:
    compact = "".join(text.split())
    try:
        if written_as == "base32":
            padded = compact.upper() + "=" * (-len(compact) % 8)
            return base64.b32decode(padded)
        if written_as == "hex":
            return bytes.fromhex(compact)
    except (ValueError, binascii.Error):
        raise InvalidField("otpkey", f"is not {written_as}") from None
    raise InvalidField("otpkeyformat", "give hex or base32")
