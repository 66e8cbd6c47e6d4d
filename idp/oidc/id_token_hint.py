"""ID tokens of ours that come back as hints, at the authorization and the logout endpoint.

A hint is no proof of anything but that we once said this to this client: it may have expired
(OpenID Connect Core, section 3.1.2.1; RP-Initiated Logout 1.0, section 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.oidc.inbound_jwt import InvalidJwt, check_dates, date_claim, verified_claims
from idp.oidc.signing_keys import KeyRing

OLDEST_HINT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Hint:
    """What a genuine ID token of ours said."""

    subject: str
    client_id: str
    sid: str | None


def read_id_token_hint(token: str, keys: KeyRing, issuer: str, now: datetime) -> Hint:
    """The hint in ``token``. Raises InvalidJwt unless we signed it, as an ID token, within 90 days."""
    claims = verified_claims(token, keys.trusted)
    check_dates(claims, now, expiry=False)
    issued = date_claim(claims, "iat")
    if issued is None or issued < (now - OLDEST_HINT).timestamp():
        raise InvalidJwt("too old for a hint")
    if claims.get("iss") != issuer:
        raise InvalidJwt("of another issuer")
    sid = claims.get("sid")
    return Hint(_text(claims, "sub"), _text(claims, "aud"), sid if isinstance(sid, str) else None)


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidJwt(f"{name} is not a text")
    return value
