"""Opaque access tokens: what one entitles to is looked up each time it is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.oidc.errors import REALM, ErrorCode, OAuthError

LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class AccessTokenState:
    """An access token as stored. ``revoked`` is true also when its grant or its session has ended;
    ``holder_allowed`` says whether person and client are still enabled."""

    client_id: str
    scope: tuple[str, ...]
    expires_at: datetime
    revoked: bool
    holder_allowed: bool


def usable_token(stored: AccessTokenState | None, now: datetime, *, scope: str) -> AccessTokenState:
    """The token, if it still entitles to ``scope``.

    Raises OAuthError: 401 ``invalid_token`` with one text for every cause, or 403
    ``insufficient_scope`` (RFC 6750, section 3.1).
    """
    if stored is None or stored.revoked or not stored.holder_allowed or stored.expires_at <= now:
        raise invalid_token()
    if scope not in stored.scope:
        raise insufficient_scope(scope)
    return stored


def invalid_token() -> OAuthError:
    """Unknown, cut, expired, revoked, of another kind: all look the same."""
    return _refused(
        ErrorCode.INVALID_TOKEN, "the access token is not valid or no longer so: get a new one", 401
    )


def insufficient_scope(scope: str) -> OAuthError:
    """The token is good, but not for this."""
    return _refused(
        ErrorCode.INSUFFICIENT_SCOPE, f"this needs the scope {scope}", 403, more=f', scope="{scope}"'
    )


def _refused(code: ErrorCode, description: str, status: int, more: str = "") -> OAuthError:
    challenge = f'Bearer realm="{REALM}", error="{code}", error_description="{description}"{more}'
    return OAuthError(code, description, status, challenge)
