"""Where an access token is taken from (RFC 6750, section 2): the header or the form, one of them."""

from __future__ import annotations

import re

from idp.oidc.errors import REALM, ErrorCode, OAuthError, invalid_request
from idp.oidc.parameters import Parameters
from idp.oidc.tokens.access_token import invalid_token
from idp.oidc.tokens.handle import HandleKind, handle_digest

_BEARER = re.compile(r"bearer +(?P<token>[A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)

FORM_PARAMETERS = frozenset({"access_token"})


def presented_token(authorization: str | None, form: Parameters, query: Parameters) -> str:
    """The digest under which the presented access token is stored.

    ``form`` and ``query`` are read for FORM_PARAMETERS. Raises OAuthError: 400 for two places or the
    query, 401 without an error code when nothing was sent (section 3.1), 401 ``invalid_token``.
    """
    if query.values or query.faults:
        raise invalid_request("send the access token in the Authorization header, not in the query")
    in_form = form.usable("access_token")
    if authorization is not None and in_form is not None:
        raise invalid_request("send the access token once")
    token = in_form if authorization is None else _from_header(authorization)
    if token is None:
        raise nothing_presented()
    digest = handle_digest(HandleKind.ACCESS_TOKEN, token)
    if digest is None:
        raise invalid_token()
    return digest


def _from_header(authorization: str) -> str | None:
    if not authorization[:7].lower().startswith("bearer"):
        return None
    match = _BEARER.fullmatch(authorization)
    if match is None:
        raise invalid_token()
    return match["token"]


def nothing_presented() -> OAuthError:
    """The caller did not know that a token is needed; the header says so without an error code."""
    return OAuthError(
        ErrorCode.INVALID_TOKEN, "send an access token", 401, challenge=f'Bearer realm="{REALM}"'
    )
