"""Reading what a browser (``credential.toJSON()``) or a validating client (fields) sends.

Nothing here is signed yet; shapes only. Every reader raises CeremonyRefused, with the field's name.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mfa_engine.algorithms.webauthn.ceremony import TRANSPORTS
from mfa_engine.algorithms.webauthn.errors import CeremonyRefused, Reason, malformed

_MAX_TEXT: Final = 32_768
_TO_URL_ALPHABET: Final = str.maketrans("+/", "-_")


@dataclass(frozen=True, slots=True)
class RegistrationAnswer:
    """An answer to registration options. What follows ``attestation_object`` is not signed."""

    client_data: bytes
    attestation_object: bytes
    credential_id: bytes | None = None  # None where the client does not name it apart
    transports: tuple[str, ...] = ()
    attachment: str | None = None
    discoverable: bool | None = None  # what the browser says of credProps


@dataclass(frozen=True, slots=True)
class AuthenticationAnswer:
    """An answer to authentication options."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None = None


def registration_from_json(credential: object) -> RegistrationAnswer:
    """From ``RegistrationResponseJSON`` (WebAuthn, section 5.1.8), parsed."""
    outer = _object(credential, "credential")
    response = _object(outer.get("response"), "response")
    extensions = outer.get("clientExtensionResults")
    properties = extensions.get("credProps") if isinstance(extensions, dict) else None
    discoverable = properties.get("rk") if isinstance(properties, dict) else None
    return RegistrationAnswer(
        client_data=_bytes(response.get("clientDataJSON"), "clientDataJSON"),
        attestation_object=_bytes(response.get("attestationObject"), "attestationObject"),
        credential_id=_named_once(outer),
        transports=_known_transports(response.get("transports")),
        attachment=_optional_text(outer.get("authenticatorAttachment"), "authenticatorAttachment"),
        discoverable=discoverable if isinstance(discoverable, bool) else None,
    )


def registration_from_fields(
    client_data: str,
    attestation_object: str,
    *,
    credential_id: str | None = None,
    raw_id: str | None = None,
    attachment: str | None = None,
) -> RegistrationAnswer:
    """From the base64 fields of the wire (``clientdata``, ``regdata``, for passkeys also ids)."""
    claimed = _bytes(credential_id, "credential_id") if credential_id else None
    if raw_id and _bytes(raw_id, "rawId") != claimed:
        raise CeremonyRefused(Reason.CREDENTIAL_ID, "credential_id and rawId differ")
    return RegistrationAnswer(
        client_data=_bytes(client_data, "clientdata"),
        attestation_object=_bytes(attestation_object, "regdata"),
        credential_id=claimed,
        attachment=attachment or None,
    )


def authentication_from_json(credential: object) -> AuthenticationAnswer:
    """From ``AuthenticationResponseJSON`` (WebAuthn, section 5.1.8), parsed."""
    outer = _object(credential, "credential")
    response = _object(outer.get("response"), "response")
    handle = response.get("userHandle")
    return AuthenticationAnswer(
        credential_id=_named_once(outer),
        client_data=_bytes(response.get("clientDataJSON"), "clientDataJSON"),
        authenticator_data=_bytes(response.get("authenticatorData"), "authenticatorData"),
        signature=_bytes(response.get("signature"), "signature"),
        user_handle=None if handle in (None, "") else _bytes(handle, "userHandle"),
    )


def authentication_from_fields(
    credential_id: str,
    client_data: str,
    authenticator_data: str,
    signature: str,
    user_handle: str | None = None,
) -> AuthenticationAnswer:
    """From the base64 fields of ``/validate/check``."""
    return AuthenticationAnswer(
        credential_id=_bytes(credential_id, "credentialid"),
        client_data=_bytes(client_data, "clientdata"),
        authenticator_data=_bytes(authenticator_data, "authenticatordata"),
        signature=_bytes(signature, "signaturedata"),
        user_handle=_bytes(user_handle, "userhandle") if user_handle else None,
    )


def _named_once(outer: dict[str, object]) -> bytes:
    if outer.get("type") != "public-key":
        raise malformed("type is not public-key")
    credential_id = _bytes(outer.get("id"), "id")
    if _bytes(outer.get("rawId"), "rawId") != credential_id:
        raise CeremonyRefused(Reason.CREDENTIAL_ID, "id and rawId differ")
    return credential_id


def _object(value: object, field: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise malformed(f"{field} is not an object")
    return value


def _optional_text(value: object, field: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise malformed(f"{field} is not a text")
    return value or None


def _known_transports(value: object) -> tuple[str, ...]:
    named: Iterable[object] = value if isinstance(value, list) else ()
    return tuple(sorted({name for name in named if isinstance(name, str) and name in TRANSPORTS}))


def _bytes(value: object, field: str) -> bytes:
    """Base64 in either alphabet, padded or not, in its one spelling (RFC 4648, sections 3.5, 4, 5)."""
    if not isinstance(value, str) or not value or len(value) > _MAX_TEXT or not value.isascii():
        raise malformed(f"{field} is missing, too long, or not base64")
    unpadded = value.rstrip("=").translate(_TO_URL_ALPHABET)
    try:
        decoded = base64.urlsafe_b64decode(unpadded + "=" * (-len(unpadded) % 4))
    except binascii.Error as error:
        raise malformed(f"{field} is not base64") from error
    # The decoder skips foreign characters and stray bits: only what encodes to the same is taken.
    if base64.urlsafe_b64encode(decoded).decode("ascii").rstrip("=") != unpadded:
        raise malformed(f"{field} is not base64")
    return decoded
