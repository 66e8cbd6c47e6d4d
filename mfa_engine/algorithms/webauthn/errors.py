"""Why an answer of a security key is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mfa_engine.errors import DoorwardError


class Reason(StrEnum):
    """The step that refused, as audit and the wire name it."""

    MALFORMED = "malformed"
    TYPE = "type"
    CHALLENGE = "challenge"
    ORIGIN = "origin"
    CROSS_ORIGIN = "cross_origin"
    RP_ID = "rp_id"
    USER_PRESENCE = "user_presence"
    USER_VERIFICATION = "user_verification"
    BACKUP_FLAGS = "backup_flags"
    CREDENTIAL_ID = "credential_id"
    USER_HANDLE = "user_handle"
    ALGORITHM = "algorithm"
    PUBLIC_KEY = "public_key"
    SIGNATURE = "signature"
    SIGN_COUNT = "sign_count"
    ATTESTATION = "attestation"
    ATTACHMENT = "attachment"
    RESIDENT_KEY = "resident_key"
    AAGUID = "aaguid"
    DEVICE_BOUND = "device_bound"


@dataclass
class CeremonyRefused(DoorwardError):
    """The answer is not accepted: ``reason`` for machines, ``explanation`` for the caller.

    ``SIGN_COUNT`` is raised only after the signature was found good: it means a cloned key.
    """

    reason: Reason
    explanation: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.explanation}"


def malformed(explanation: str) -> CeremonyRefused:
    """Bytes or text that are not what the specification says."""
    return CeremonyRefused(Reason.MALFORMED, explanation)
