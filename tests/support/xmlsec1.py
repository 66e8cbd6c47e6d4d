"""The program `xmlsec1`, which judges signatures and opens ciphertexts that we made."""

import subprocess
from pathlib import Path

from tests.support.programs import program

ID_ATTRIBUTES = (
    "urn:oasis:names:tc:SAML:2.0:protocol:Response",
    "urn:oasis:names:tc:SAML:2.0:protocol:LogoutRequest",
    "urn:oasis:names:tc:SAML:2.0:protocol:LogoutResponse",
    "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
    "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor",
)


def verifies(
    document: Path, certificate: Path, signature: str = "(//*[local-name()='Signature'])[1]"
) -> bool:
    """Whether the signature found by the XPath `signature` holds against the RSA key in `certificate` (PEM).

    The certificate inside the document is not believed.
    """
    options = [part for name in ID_ATTRIBUTES for part in ("--id-attr:ID", name)]
    command = [
        *(program("xmlsec1"), "--verify", "--enabled-key-data", "rsa", "--pubkey-cert-pem", str(certificate)),
        *(*options, "--node-xpath", signature, str(document)),
    ]
    return subprocess.run(command, capture_output=True).returncode == 0


def decrypted(document: Path, key: Path) -> str:
    """The document with its encrypted part opened by the private RSA key (PEM)."""
    command = [program("xmlsec1"), "--decrypt", "--privkey-pem", str(key), str(document)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
