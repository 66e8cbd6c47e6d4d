"""Builders for the OpenID Connect tests: one server, one client, one request, all valid."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc.jwk import RSAKey

from idp.oidc.claims import CLAIMS_SUPPORTED, SCOPES_SUPPORTED
from idp.oidc.pkce import s256
from idp.oidc.signing_keys import KeyRing, SigningKey
from metadata.oidc.own import Capabilities
from metadata.oidc.relying_party import RelyingParty

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ISSUER = "https://idp.example.org"
CALLBACK = "https://app.example.org/callback"
GOODBYE = "https://app.example.org/goodbye"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
MFA = "https://refeds.org/profile/mfa"
SFA = "https://refeds.org/profile/sfa"

CAPABILITIES = Capabilities(
    issuer=ISSUER,
    scopes_supported=SCOPES_SUPPORTED,
    claims_supported=CLAIMS_SUPPORTED,
    acr_values_supported=(MFA, SFA),
)


def jose_vectors(name: str) -> Any:
    """The vectors of one file in tests/vectors/jose."""
    path = Path(__file__).parents[1] / "vectors" / "jose" / f"{name}.json"
    return json.loads(path.read_text())


@cache
def private_key(number: int = 0) -> RSAPrivateKey:
    """Published 2048-bit test keys: 0 is RFC 7517 A.2, 1 is RFC 7515 A.2."""
    jwk = (
        jose_vectors("rfc7517-jwk")["private"]["keys"][1],
        jose_vectors("rfc7515-jws")["vectors"][1]["jwk"],
    )
    key = RSAKey.import_key(jwk[number]).private_key
    assert key is not None
    return key


@cache
def signing_key(number: int = 0) -> SigningKey:
    return SigningKey.of(private_key(number))


@cache
def keys() -> KeyRing:
    return KeyRing.of(signing_key())


def relying_party(**changes: Any) -> RelyingParty:
    """A confidential web client; ``changes`` are fields."""
    fields: dict[str, Any] = {
        "client_id": "app",
        "client_name": "Demo App",
        "redirect_uris": (CALLBACK,),
        "scope": ("openid", "profile", "email"),
        "post_logout_redirect_uris": (GOODBYE,),
    }
    return RelyingParty(**(fields | changes))


def query(**changes: str | None) -> bytes:
    """The query of a good authorization request; a change to None takes the parameter out."""
    parameters: dict[str, str | None] = {
        "client_id": "app",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid email",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
    }
    return urlencode({k: v for k, v in (parameters | changes).items() if v is not None}).encode()
