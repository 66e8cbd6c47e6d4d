"""What the security key signed: flags, counter, and at registration its public key.

WebAuthn, section 6.1. Every byte is accounted for; the public key is kept as it was signed.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mfa_engine.algorithms.webauthn.cbor import read_item, read_whole
from mfa_engine.algorithms.webauthn.errors import CeremonyRefused, Reason, malformed

_HEADER_BYTES: Final = 37
_AAGUID_BYTES: Final = 16
_MAX_CREDENTIAL_ID: Final = 1023
_UP, _UV, _BE, _BS, _AT, _ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


@dataclass(frozen=True, slots=True)
class AttestedCredential:
    """The new credential of a registration (section 6.5.1)."""

    aaguid: UUID
    id: bytes
    public_key: bytes  # COSE


@dataclass(frozen=True, slots=True)
class AuthenticatorData:
    rp_id_hash: bytes
    flags: int
    sign_count: int
    attested: AttestedCredential | None

    @property
    def user_verified(self) -> bool:
        return bool(self.flags & _UV)

    @property
    def backup_eligible(self) -> bool:
        return bool(self.flags & _BE)

    @property
    def backed_up(self) -> bool:
        return bool(self.flags & _BS)


def read_authenticator_data(raw: bytes) -> AuthenticatorData:
    """Raises CeremonyRefused (malformed) for anything that section 6.1 does not describe."""
    if len(raw) < _HEADER_BYTES:
        raise malformed("authenticator data of less than 37 bytes")
    flags = raw[32]
    attested, end = _read_attested(raw) if flags & _AT else (None, _HEADER_BYTES)
    if flags & _ED:
        if not isinstance(read_whole(raw[end:]), dict):
            raise malformed("extensions that are not a map")
    elif end != len(raw):
        raise malformed("bytes after the end of the authenticator data")
    return AuthenticatorData(raw[:32], flags, int.from_bytes(raw[33:37], "big"), attested)


def _read_attested(raw: bytes) -> tuple[AttestedCredential, int]:
    at = _HEADER_BYTES + _AAGUID_BYTES
    length = int.from_bytes(raw[at : at + 2], "big")
    start, key_start = at + 2, at + 2 + length
    if not 0 < length <= _MAX_CREDENTIAL_ID:
        raise malformed("a credential id of no or more than 1023 bytes")
    _, end = read_item(raw, key_start)
    aaguid = UUID(bytes=raw[_HEADER_BYTES:at])
    return AttestedCredential(aaguid, raw[start:key_start], raw[key_start:end]), end


def check_signed_facts(data: AuthenticatorData, rp_id: str, require_user_verification: bool) -> None:
    """The steps that both ceremonies share: our RP ID, a present and if needed verified person.

    Judged from the signed flags alone, never from what the client says. Raises CeremonyRefused.
    """
    if not hmac.compare_digest(data.rp_id_hash, hashlib.sha256(rp_id.encode()).digest()):
        raise CeremonyRefused(Reason.RP_ID, "the key answered for another site")
    if not data.flags & _UP:
        raise CeremonyRefused(Reason.USER_PRESENCE, "nobody touched the key")
    if require_user_verification and not data.user_verified:
        raise CeremonyRefused(Reason.USER_VERIFICATION, "the key did not ask for a PIN or fingerprint")
    if data.backed_up and not data.backup_eligible:
        raise CeremonyRefused(Reason.BACKUP_FLAGS, "the key says that it is backed up and cannot be")
