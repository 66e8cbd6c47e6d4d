"""What both ceremonies share: who we are to the browser, and what is asked of the person."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from webauthn.helpers.structs import (
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

TIMEOUT_MILLISECONDS: Final = 300_000
TRANSPORTS: Final = frozenset(transport.value for transport in AuthenticatorTransport)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site: its RP ID (a domain), and the exact list of origins that its pages have."""

    id: str
    name: str
    origins: tuple[str, ...]


class UserVerification(StrEnum):
    """Whether the key has to ask for a PIN or fingerprint; only REQUIRED is enforced."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    DISCOURAGED = "discouraged"

    @property
    def requirement(self) -> UserVerificationRequirement:
        return UserVerificationRequirement(self.value)


@dataclass(frozen=True, slots=True)
class CredentialHandle:
    """A credential as options name it. Transports are a hint on how to reach it."""

    id: bytes
    transports: tuple[str, ...] = ()


def new_challenge() -> bytes:
    """32 random bytes: to be stored, answered within 5 minutes, and spent by the first attempt."""
    return secrets.token_bytes(32)


def descriptors(handles: Iterable[CredentialHandle]) -> list[PublicKeyCredentialDescriptor]:
    """The handles as py_webauthn takes them, without transports it does not know."""
    return [
        PublicKeyCredentialDescriptor(
            id=handle.id,
            transports=[AuthenticatorTransport(name) for name in handle.transports if name in TRANSPORTS],
        )
        for handle in handles
    ]
