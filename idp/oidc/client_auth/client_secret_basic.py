"""``client_secret_basic``: HTTP Basic over form-encoded id and secret (RFC 6749, section 2.3.1; RFC 7617)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_to_bytes

from idp.oidc.client_auth.presented import Presented
from idp.oidc.errors import invalid_client
from idp.oidc.parameters import Parameters
from metadata.oidc.relying_party import ClientAuthMethod

MAX_HEADER = 4096  # characters


def presented(authorization: str | None, form: Parameters) -> Presented | None:
    """Id and secret of the header; None without one. Raises OAuthError (401) when it makes no sense."""
    if authorization is None:
        return None
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic" or len(credentials) > MAX_HEADER:
        raise invalid_client()
    try:
        client_id, colon, secret = base64.b64decode(credentials.strip(), validate=True).partition(b":")
        named = Presented(ClientAuthMethod.CLIENT_SECRET_BASIC, _decoded(client_id), _decoded(secret))
    except (binascii.Error, UnicodeError, ValueError):
        raise invalid_client() from None
    if not colon or not named.client_id.isprintable():  # no client has such an id (RFC 6749, appendix A.1)
        raise invalid_client()
    if form.usable("client_id") not in (None, named.client_id):
        raise invalid_client()
    return named


def _decoded(part: bytes) -> str:
    return unquote_to_bytes(part.replace(b"+", b" ")).decode()
