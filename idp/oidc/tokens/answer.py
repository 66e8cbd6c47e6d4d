"""The successful answer of the token endpoint (RFC 6749, section 5.1; OpenID Connect Core, 3.1.3.3)."""

from __future__ import annotations

from collections.abc import Sequence

from idp.oidc.errors import JsonAnswer, json_answer
from idp.oidc.tokens.access_token import LIFETIME


def token_answer(access_token: str, scope: Sequence[str], id_token: str | None) -> JsonAnswer:
    """``scope`` is what was granted, always said; without ``openid`` in it there is no ID token."""
    document: dict[str, object] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "scope": " ".join(scope),
    }
    if id_token is not None:
        document["id_token"] = id_token
    return json_answer(document)
