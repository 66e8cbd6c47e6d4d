"""The key that the portal signs its requests with: made on first start, kept in its data folder."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Both as PEM text."""

    certificate: str
    private_key: str = field(repr=False)


def load_or_make(folder: Path, *, subject: str) -> SigningKey:
    """The key kept in ``folder``; on first start a new one with a self-signed certificate."""
    key_file, certificate_file = folder / "signing-key.pem", folder / "signing-certificate.pem"
    if not key_file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = _make(subject)
        _write(certificate_file, made.certificate)
        _write(key_file, made.private_key)
    return SigningKey(certificate_file.read_text(), key_file.read_text())


def _make(subject: str) -> SigningKey:
    # Imported here because every later start does without.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    private_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SigningKey(certificate.public_bytes(serialization.Encoding.PEM).decode(), private_key.decode())


def _write(file: Path, text: str) -> None:
    """Whole or not at all, readable by the owner only."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    draft.replace(file)
