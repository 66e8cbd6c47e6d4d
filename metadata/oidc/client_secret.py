"""Secrets of confidential clients: random, shown once, kept as SHA-256.

A slow hash would protect nothing here (256 random bits cannot be guessed) and would cost more than
the rest of the token request.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

DIGEST_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A new secret: ``value`` is for the client, once; ``digest`` is what is stored."""

    value: str = field(repr=False)
    digest: str = field(repr=False)


def new_client_secret() -> ClientSecret:
    """256 random bits, 43 characters of base64url."""
    value = secrets.token_urlsafe(32)
    return ClientSecret(value, secret_digest(value))


def secret_digest(value: str) -> str:
    """What is stored and compared instead of the secret: SHA-256 in hexadecimal."""
    return hashlib.sha256(value.encode()).hexdigest()
