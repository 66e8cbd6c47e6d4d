"""One signing key: made, sealed, and opened again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from cryptography.x509.oid import NameOID

from idp.storage.signing_key import SigningKeyRow
from mfa_engine.errors import IntegrityFailure
from mfa_engine.secrets.keyring import Keyring
from mfa_engine.secrets.sealed import seal, unseal

RSA_BITS = 3072
_CERTIFICATE_DAYS = 3653  # SAML partners compare the key, not the date (SD-P06)


class KeyState(StrEnum):
    """Where a key stands: published before it is used, and kept until what it signed has expired."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key in memory."""

    kid: str
    protocol: str  # "oidc" or "saml"
    algorithm: str
    state: KeyState
    certificate: str | None  # PEM
    state_since: datetime
    private: RSAPrivateKey = field(repr=False)


def make_signing_key(
    keyring: Keyring, protocol: str, state: KeyState, subject: str, now: datetime, bits: int = RSA_BITS
) -> SigningKeyRow:
    """A new RSA key as a row: kid from its public part, private part sealed, a self-signed certificate
    for SAML. Takes a moment (about half a second): never inside a transaction."""
    private = generate_private_key(public_exponent=65537, key_size=bits)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    kid = hashlib.sha256(public).hexdigest()[:32]
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SigningKeyRow(
        kid=kid,
        protocol=protocol,
        algorithm="RS256",
        private_key=seal(keyring, "signing_key", "private_key", kid, plain),
        certificate=_certificate(private, subject, now) if protocol == "saml" else None,
        state=state,
        created_at=now,
        state_since=now,
    )


def open_signing_key(keyring: Keyring, row: SigningKeyRow) -> SigningKey:
    """The key in memory. Raises IntegrityFailure when its row was tampered with."""
    plain = unseal(keyring, "signing_key", "private_key", row.kid, row.private_key)
    # our own key, sealed under authentication: checking its arithmetic again would cost 36 ms
    private = load_der_private_key(plain, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(private, RSAPrivateKey):
        raise IntegrityFailure(f"signing key '{row.kid}' is not an RSA key")
    state = KeyState(row.state)
    return SigningKey(row.kid, row.protocol, row.algorithm, state, row.certificate, row.state_since, private)


def _certificate(private: RSAPrivateKey, subject: str, now: datetime) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject[:64])])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_CERTIFICATE_DAYS))
        .sign(private, hashes.SHA256())
    )
    return built.public_bytes(Encoding.PEM).decode()
