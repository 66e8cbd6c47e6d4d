"""Throw-away certificates: an authority for the tests' TLS servers, and keys of SAML parties."""

import base64
import datetime
import hashlib
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = datetime.timedelta(days=2)
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """PEM files; the first ends with the authority's own certificate, by which Chromium knows it."""

    certificate: Path
    key: Path


class Authority:
    """Issues server certificates; who should trust them is given `certificate` (a PEM file)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate = folder / "authority.pem"
        self._issued = 0
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = named("Throw-away test authority")
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        builder = unsigned(self._name, self._name, self._key).add_extension(constraints, critical=True)
        self.certificate.write_bytes(pem(builder.sign(self._key, hashes.SHA256())))

    def issue(self, *names: str) -> ServerCertificate:
        """A certificate for host names and addresses, the first of them its subject."""
        self._issued += 1
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName([general_name(name) for name in names])
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (
            unsigned(named(names[0]), self._name, key)
            .add_extension(alternatives, critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(signer, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        path = self.folder / f"{names[0]}-{self._issued}.pem"
        return write(path, key, pem(certificate) + self.certificate.read_bytes())

    @property
    def key_hash(self) -> str:
        """SHA-256 of the authority's public key in base64, as Chromium wants it."""
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(public).digest()).decode()


def self_signed(path: Path, name: str) -> ServerCertificate:
    """An RSA-2048 key and its own certificate at `path` (.pem), as SAML metadata carries them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = unsigned(named(name), named(name), key).sign(key, hashes.SHA256())
    return write(path, key, pem(certificate))


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def unsigned(subject: x509.Name, issuer: x509.Name, key: PrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def write(path: Path, key: PrivateKey, chain: bytes) -> ServerCertificate:
    """The key file is readable by all: servers run as users of their own, and it is worth nothing."""
    files = ServerCertificate(path, path.with_suffix(".key"))
    files.certificate.write_bytes(chain)
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
