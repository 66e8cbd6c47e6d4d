"""Logout started by a relying party: what it may bring about (OpenID Connect RP-Initiated Logout 1.0).

Pure. Without a question only a genuine ID token of this very session ends it, else any page on the
web could; and nobody is sent anywhere but to an address that the client registered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from idp.oidc.id_token_hint import Hint, read_id_token_hint
from idp.oidc.inbound_jwt import InvalidJwt
from idp.oidc.language_tags import language_tags
from idp.oidc.parameters import read_parameters
from idp.oidc.signing_keys import KeyRing
from metadata.oidc.relying_party import RelyingParty

MAX_STATE = 4096  # bytes
LOGOUT_PARAMETERS = frozenset(
    {"id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"}
)


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """What came in, the hint already judged. ``client_id`` is whom the request speaks for, if anybody."""

    client_id: str | None
    hint: Hint | None
    post_logout_redirect_uri: str | None
    state: str | None = field(default=None, repr=False)
    ui_locales: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogoutPlan:
    """``ask``: end nothing before a click. ``location``: where to go when the session has ended, or
    None for a page of ours."""

    ask: bool
    location: str | None


def read_logout_request(encoded: bytes, keys: KeyRing, issuer: str, now: datetime) -> LogoutRequest:
    """The request in a query or a form. Contradictions make it speak for nobody: it is never refused.

    Raises OAuthError (invalid_request) only when the whole is too large to be looked at.
    """
    parameters = read_parameters(encoded, LOGOUT_PARAMETERS)
    values = parameters.values
    client_id, hint = values.get("client_id"), None
    trustworthy = not parameters.faults
    if "id_token_hint" in values:
        try:
            hint = read_id_token_hint(values["id_token_hint"], keys, issuer, now)
        except InvalidJwt:
            trustworthy = False
        else:
            trustworthy = trustworthy and client_id in (None, hint.client_id)
    if not trustworthy:
        return LogoutRequest(None, None, None, None, language_tags(values.get("ui_locales")))
    state = values.get("state")
    return LogoutRequest(
        hint.client_id if hint is not None else client_id,
        hint,
        values.get("post_logout_redirect_uri"),
        state if state is None or len(state.encode()) <= MAX_STATE else None,
        language_tags(values.get("ui_locales")),
    )


def plan_logout(
    request: LogoutRequest, client: RelyingParty | None, *, sid: str | None, has_session: bool
) -> LogoutPlan:
    """What this request may bring about in this browser.

    ``client`` is registered under ``request.client_id``; ``sid`` is what this browser's session is
    called at that client, None when the client takes no part in it.
    """
    proven = request.hint is not None and (not has_session or (sid is not None and sid == request.hint.sid))
    ask = has_session and not proven
    return LogoutPlan(ask, _location(request, client) if proven or ask else None)


def _location(request: LogoutRequest, client: RelyingParty | None) -> str | None:
    uri = request.post_logout_redirect_uri
    if client is None or not client.enabled or client.client_id != request.client_id or uri is None:
        return None
    if uri not in client.post_logout_redirect_uris:
        return None
    if request.state is None:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}state={quote(request.state, safe='')}"
