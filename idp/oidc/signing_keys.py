"""The keys that sign ID tokens and verify what comes back, loaded once and held as joserfc keys.

Loading a PEM costs about 37 ms, using a loaded key nothing: who builds a ``KeyRing`` keeps it until
the keys change. ``kid`` is the key's RFC 7638 thumbprint, so it needs no register of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc.jwk import RSAKey

from idp.oidc.inbound_jwt import TrustedKey, trusted_key
from mfa_engine.errors import DoorwardError

SIGNING_ALGORITHM = "RS256"
MINIMUM_RSA_BITS = 2048


class UnusableSigningKey(DoorwardError):
    """The key must not sign: says why."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key for RS256, and its public half as an object that never held private numbers."""

    kid: str
    key: RSAKey = field(repr=False)
    public: RSAKey = field(repr=False)

    @classmethod
    def of(cls, private_key: RSAPrivateKey) -> Self:
        """From a loaded private key. Raises UnusableSigningKey below 2048 bits."""
        if private_key.key_size < MINIMUM_RSA_BITS:
            raise UnusableSigningKey(f"RSA key: needs at least {MINIMUM_RSA_BITS} bits, generate a new one")
        public = RSAKey.import_key(private_key.public_key())
        return cls(public.thumbprint(), RSAKey.import_key(private_key), public)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """One state of the keys. ``published`` holds the active key, the next one, and those retired keys
    whose tokens may still live; ``retired`` only verifies hints (OpenID Connect Core, section 10.1.1)."""

    active: SigningKey
    published: tuple[SigningKey, ...]
    trusted: tuple[TrustedKey, ...]

    @classmethod
    def of(
        cls, active: SigningKey, *, others: Iterable[SigningKey] = (), retired: Iterable[SigningKey] = ()
    ) -> Self:
        """``others`` are published beside ``active``: the next key and those lately in use."""
        published = (active, *others)
        return cls(
            active,
            published,
            tuple(trusted_key(SIGNING_ALGORITHM, key.public, key.kid) for key in (*published, *retired)),
        )
