"""Documents that anybody may fetch, made once and served as bytes: discovery and the JWK set. No SQL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from idp.oidc.jwks import jwk_set
from idp.oidc.signing_keys import SigningKey
from metadata.oidc.own import Capabilities, discovery_document

MAX_AGE = 300  # seconds that a client may keep a copy


@dataclass(frozen=True, slots=True)
class PublicDocument:
    """Bytes to be served as they are, with the headers that let caches and scripts use them."""

    body: bytes = field(repr=False)
    etag: str
    headers: Mapping[str, str]

    def matches(self, if_none_match: str | None) -> bool:
        """Whether the caller's copy is this one, so that 304 says it all (RFC 9110, section 13.1.2)."""
        tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
        return self.etag in tags or tags == ["*"]


def public_discovery(capabilities: Capabilities) -> PublicDocument:
    """The discovery document. It changes with the configuration alone."""
    return _document(discovery_document(capabilities), "application/json")


def public_jwks(keys: Iterable[SigningKey]) -> PublicDocument:
    """The JWK set. It changes when the keys do."""
    return _document(jwk_set(keys), "application/jwk-set+json")


def _document(content: Mapping[str, object], media_type: str) -> PublicDocument:
    body = json.dumps(content, separators=(",", ":")).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "Content-Type": media_type,
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "ETag": etag,
        "Access-Control-Allow-Origin": "*",
    }
    return PublicDocument(body, etag, headers)
