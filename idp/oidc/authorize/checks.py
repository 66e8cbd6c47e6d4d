"""What an authorization request must pass, in this order (RFC 6749, 4.1.2.1; RFC 9700, 4.11.2).

First the client and its redirect URI: their errors are pages. Only then CHECKS, whose errors are
told to the client at the redirect URI that is now proven. Nothing that could redirect comes earlier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from idp.oidc.authorize.accepted import AcceptedRequest
from idp.oidc.authorize.request import AuthorizationRequest
from idp.oidc.errors import (
    Destination,
    ErrorCode,
    ErrorPage,
    ErrorRedirect,
    OAuthError,
    ResponseMode,
    invalid_request,
)
from idp.oidc.id_token_hint import read_id_token_hint
from idp.oidc.inbound_jwt import InvalidJwt
from idp.oidc.pkce import is_challenge
from idp.oidc.signing_keys import KeyRing
from metadata.oidc.own import Capabilities
from metadata.oidc.redirect_uri import is_registered
from metadata.oidc.relying_party import RelyingParty


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One request of a known client, with what the checks look at."""

    request: AuthorizationRequest
    client: RelyingParty
    capabilities: Capabilities


def check(
    request: AuthorizationRequest,
    client: RelyingParty | None,
    capabilities: Capabilities,
    keys: KeyRing,
    now: datetime,
) -> AcceptedRequest:
    """The request, fit to start a login. ``client`` is who is registered under its client id.

    Raises ErrorPage before, and ErrorRedirect after the redirect URI is proven.
    """
    client = known_client(request, client)
    redirect_uri = registered_redirect_uri(request, client)
    inquiry = Inquiry(request, client, capabilities)
    try:
        for refuse_unless_fit in CHECKS:
            refuse_unless_fit(inquiry)
        return _accepted(inquiry, redirect_uri, _hinted_subject(inquiry, keys, now))
    except OAuthError as error:
        destination = Destination(redirect_uri, request.state)
        raise ErrorRedirect(error.code, error.description, destination) from error


def known_client(request: AuthorizationRequest, client: RelyingParty | None) -> RelyingParty:
    """The client. Raises ErrorPage: missing, unknown 400; disabled 403."""
    _unambiguous(request, "client_id")
    if request.client_id is None:
        raise ErrorPage(ErrorCode.INVALID_REQUEST, "client_id is missing")
    if client is None or client.client_id != request.client_id:
        raise ErrorPage(ErrorCode.INVALID_CLIENT, "client_id is not registered here")
    if not client.enabled:
        raise ErrorPage(ErrorCode.INVALID_CLIENT, "the application has been disabled", status=403)
    return client


def registered_redirect_uri(request: AuthorizationRequest, client: RelyingParty) -> str:
    """The redirect URI. Raises ErrorPage (400) unless it was sent and is registered, exactly."""
    _unambiguous(request, "redirect_uri")
    if request.redirect_uri is None:
        raise ErrorPage(ErrorCode.INVALID_REQUEST, "redirect_uri is missing")
    if not is_registered(client, request.redirect_uri):
        raise ErrorPage(
            ErrorCode.INVALID_REQUEST, "redirect_uri is not registered for this application, exactly as sent"
        )
    return request.redirect_uri


def _unambiguous(request: AuthorizationRequest, name: str) -> None:
    if name in request.faults:
        raise ErrorPage(ErrorCode.INVALID_REQUEST, f"{name} {request.faults[name]}")


def no_request_objects(inquiry: Inquiry) -> None:
    """Parameters by ``request``, ``request_uri`` and ``registration`` are off (Core, section 3.1.2.6)."""
    codes = {
        "request": ErrorCode.REQUEST_NOT_SUPPORTED,
        "request_uri": ErrorCode.REQUEST_URI_NOT_SUPPORTED,
        "registration": ErrorCode.REGISTRATION_NOT_SUPPORTED,
    }
    for name in inquiry.request.unsupported:
        raise OAuthError(codes[name], f"{name} is not offered: send plain parameters")


def readable_parameters(inquiry: Inquiry) -> None:
    """Each parameter once, and of the right form."""
    for name, fault in inquiry.request.faults.items():
        raise invalid_request(f"{name} {fault}")


def supported_response_type(inquiry: Inquiry) -> None:
    """Offered by us and registered by the client (RFC 6749, section 3.1.1)."""
    asked = inquiry.request.response_type
    if not asked:
        raise invalid_request("response_type is missing")
    if not _is_one_of(asked, inquiry.capabilities.response_types_supported):
        raise OAuthError(
            ErrorCode.UNSUPPORTED_RESPONSE_TYPE,
            f"offered are: {', '.join(inquiry.capabilities.response_types_supported)}",
        )
    if not _is_one_of(asked, inquiry.client.response_types):
        raise OAuthError(ErrorCode.UNAUTHORIZED_CLIENT, "this client is not registered for the response type")


def _is_one_of(asked: tuple[str, ...], response_types: tuple[str, ...]) -> bool:
    return any(asked == tuple(sorted(one.split())) for one in response_types)


def supported_response_mode(inquiry: Inquiry) -> None:
    """Absent, or one that we offer (OAuth 2.0 Multiple Response Types, section 2.1)."""
    mode = inquiry.request.response_mode
    if mode is not None and mode not in inquiry.capabilities.response_modes_supported:
        raise OAuthError(
            ErrorCode.UNSUPPORTED_RESPONSE_MODE,
            f"offered are: {', '.join(inquiry.capabilities.response_modes_supported)}",
        )


def allowed_scope(inquiry: Inquiry) -> None:
    """Unknown scopes are ignored (Core, 3.1.2.1); when nothing is left there is nothing to grant."""
    if not _granted_scope(inquiry):
        raise OAuthError(
            ErrorCode.INVALID_SCOPE, f"this client may ask for: {' '.join(inquiry.client.scope)}"
        )


def _granted_scope(inquiry: Inquiry) -> tuple[str, ...]:
    allowed = set(inquiry.client.scope) & set(inquiry.capabilities.scopes_supported)
    return tuple(scope for scope in inquiry.request.scope if scope in allowed)


def pkce(inquiry: Inquiry) -> None:
    """A challenge by S256 (RFC 7636, section 4.3; RFC 9700, section 2.1.1).

    A method without a challenge is refused to everybody: the challenge may have been taken out.
    """
    challenge, method = inquiry.request.code_challenge, inquiry.request.code_challenge_method
    if challenge is None:
        if inquiry.client.needs_pkce or method is not None:
            raise invalid_request("code_challenge is missing: PKCE with S256 is required")
        return
    if method != "S256":
        raise invalid_request("code_challenge_method must be S256")
    if not is_challenge(challenge):
        raise invalid_request("code_challenge must be 43 characters of base64url without padding")


def consistent_prompt(inquiry: Inquiry) -> None:
    """Known values, and ``none`` by itself (Core, section 3.1.2.1)."""
    prompt = inquiry.request.prompt
    offered = inquiry.capabilities.prompt_values_supported
    if not set(prompt) <= set(offered):
        raise invalid_request(f"prompt may hold: {', '.join(offered)}")
    if "none" in prompt and len(prompt) > 1:
        raise invalid_request("prompt=none goes with no other value")


def reachable_essential_acr(inquiry: Inquiry) -> None:
    """An essential ``acr`` that nobody can reach here fails at once (Unmet Authn. Requirements 1.0)."""
    wish = inquiry.request.acr_wish
    if wish.essential and not set(wish.values) & set(inquiry.capabilities.acr_values_supported):
        _unmet("none of the essential acr values can be reached here")


def _unmet(description: str) -> NoReturn:
    raise OAuthError(ErrorCode.UNMET_AUTHENTICATION_REQUIREMENTS, description)


Check = Callable[[Inquiry], None]

CHECKS: tuple[Check, ...] = (
    no_request_objects,
    readable_parameters,
    supported_response_type,
    supported_response_mode,
    allowed_scope,
    pkce,
    consistent_prompt,
    reachable_essential_acr,
)


def _hinted_subject(inquiry: Inquiry, keys: KeyRing, now: datetime) -> str | None:
    """Whom the hint names, if it is an ID token of ours for this very client (Core, 3.1.2.1)."""
    token = inquiry.request.id_token_hint
    if token is None:
        return None
    try:
        hint = read_id_token_hint(token, keys, inquiry.capabilities.issuer, now)
    except InvalidJwt as error:
        raise invalid_request("id_token_hint is not an ID token of this server") from error
    if hint.client_id != inquiry.client.client_id:
        raise invalid_request("id_token_hint was issued to another client")
    return hint.subject


def _accepted(inquiry: Inquiry, redirect_uri: str, hinted_subject: str | None) -> AcceptedRequest:
    request, client = inquiry.request, inquiry.client
    wish = request.acr_wish
    voluntary = (*wish.values, *request.acr_values) or client.default_acr_values
    return AcceptedRequest(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        response_mode=ResponseMode(request.response_mode or ResponseMode.QUERY),
        state=request.state,
        nonce=request.nonce,
        scope=_granted_scope(inquiry),
        code_challenge=request.code_challenge,
        prompt=request.prompt,
        max_age=client.default_max_age if request.max_age is None else request.max_age,
        acr_values=wish.values if wish.essential else tuple(dict.fromkeys(voluntary)),
        acr_essential=wish.essential,
        login_hint=request.login_hint,
        hinted_subject=hinted_subject,
        ui_locales=request.ui_locales,
    )
