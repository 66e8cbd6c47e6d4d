"""A security key in software: it signs what a test tells it to, right or wrong."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

RP_ID = "example.org"
ORIGIN = "https://example.org"
UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def client_data(ceremony: str, challenge: bytes, **changes: object) -> bytes:
    """clientDataJSON as browsers make it; ``changes`` replaces or, given ..., removes members."""
    members: dict[str, object] = {
        "type": ceremony,
        "challenge": b64u(challenge),
        "origin": ORIGIN,
        "crossOrigin": False,
    } | changes
    return json.dumps({name: value for name, value in members.items() if value is not ...}).encode()


@dataclass
class SoftAuthenticator:
    """One credential of one key (ES256)."""

    credential_id: bytes = b"credential-0001"
    user_handle: bytes = b"handle-of-alice"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.derive_private_key(0xD00A4D, ec.SECP256R1())
    )
    sign_count: int = 0

    @property
    def x(self) -> bytes:
        return self.key.public_key().public_numbers().x.to_bytes(32, "big")

    @property
    def cose(self) -> dict[int, object]:
        y = self.key.public_key().public_numbers().y.to_bytes(32, "big")
        return {1: 2, 3: -7, -1: 1, -2: self.x, -3: y}

    def header(self, flags: int, rp_id: str = RP_ID) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def registration_data(
        self, flags: int = UP, cose: object = None, aaguid: bytes = bytes(16), rp_id: str = RP_ID
    ) -> bytes:
        key = cose if isinstance(cose, bytes) else cbor2.dumps(cose or self.cose)
        length = len(self.credential_id).to_bytes(2, "big")
        return self.header(flags | AT, rp_id) + aaguid + length + self.credential_id + key

    def self_attestation(self, challenge: bytes) -> dict[str, object]:
        """The statement "packed" by the key itself, over what ``create`` sends by default."""
        signed = self.registration_data() + hashlib.sha256(client_data("webauthn.create", challenge)).digest()
        return {"alg": -7, "sig": self.key.sign(signed, ec.ECDSA(SHA256()))}

    def create(
        self,
        challenge: bytes,
        data: bytes | None = None,
        *,
        form: str = "none",
        statement: object = None,
        **changes: object,
    ) -> dict[str, Any]:
        """What ``navigator.credentials.create()`` gives, as ``toJSON()``."""
        signed = data if data is not None else self.registration_data()
        attestation = cbor2.dumps({"fmt": form, "attStmt": statement or {}, "authData": signed})
        return {
            "id": b64u(self.credential_id),
            "rawId": b64u(self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {"credProps": {"rk": False}},
            "response": {
                "clientDataJSON": b64u(client_data("webauthn.create", challenge, **changes)),
                "attestationObject": b64u(attestation),
                "transports": ["usb", "nfc"],
            },
        }

    def get(
        self,
        challenge: bytes,
        flags: int = UP,
        *,
        rp_id: str = RP_ID,
        extensions: bytes = b"",
        **changes: object,
    ) -> dict[str, Any]:
        """What ``navigator.credentials.get()`` gives, as ``toJSON()``."""
        client = client_data("webauthn.get", challenge, **changes)
        signed = self.header(flags, rp_id) + extensions
        signature = self.key.sign(signed + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return {
            "id": b64u(self.credential_id),
            "rawId": b64u(self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64u(client),
                "authenticatorData": b64u(signed),
                "signature": b64u(signature),
                "userHandle": b64u(self.user_handle),
            },
        }
