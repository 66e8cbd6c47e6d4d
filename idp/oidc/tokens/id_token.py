"""The ID token (OpenID Connect Core, sections 2 and 3.1.3.6): who logged in, when and how.

Nothing about the person is in it but ``sub``: claims are given at UserInfo (section 5.4).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from joserfc import jws

from idp.oidc import base64url
from idp.oidc.signing_keys import SIGNING_ALGORITHM, SigningKey

LIFETIME = timedelta(minutes=5)

_REGISTRY = jws.JWSRegistry(algorithms=[SIGNING_ALGORITHM])
_HASHES = {"RS256": hashlib.sha256}


@dataclass(frozen=True, slots=True)
class IdTokenClaims:
    """What one ID token states. ``auth_time`` is that of the oldest factor that ``acr`` rests on."""

    issuer: str
    subject: str
    client_id: str
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]
    sid: str
    nonce: str | None = None
    access_token: str | None = field(default=None, repr=False)


def sign_id_token(claims: IdTokenClaims, key: SigningKey, now: datetime) -> str:
    """The signed token, good for five minutes."""
    issued = int(now.timestamp())
    content: dict[str, object] = {
        "iss": claims.issuer,
        "sub": claims.subject,
        "aud": claims.client_id,
        "exp": issued + int(LIFETIME.total_seconds()),
        "iat": issued,
        "auth_time": int(claims.auth_time.timestamp()),
        "acr": claims.acr,
        "amr": sorted(set(claims.amr)),
        "sid": claims.sid,
    }
    if claims.nonce is not None:
        content["nonce"] = claims.nonce
    if claims.access_token is not None:
        content["at_hash"] = half_hash(claims.access_token, SIGNING_ALGORITHM)
    header = {"alg": SIGNING_ALGORITHM, "kid": key.kid, "typ": "JWT"}
    return jws.serialize_compact(
        header, json.dumps(content, separators=(",", ":")), key.key, registry=_REGISTRY
    )


def half_hash(value: str, algorithm: str) -> str:
    """The left half of the hash that goes with ``algorithm``, for ``at_hash`` (section 3.1.3.6).

    Raises KeyError for an algorithm without a known hash: better no token than one without the tie.
    """
    digest = _HASHES[algorithm](value.encode()).digest()
    return base64url.encoded(digest[: len(digest) // 2])
