"""The routes of OpenID Connect: pages for browsers, JSON for programs, documents for everybody."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from idp.observe.request_id import request_id
from idp.oidc import cors
from idp.oidc.authorize.endpoint import AuthorizeEndpoint
from idp.oidc.discovery import PublicDocument, public_discovery
from idp.oidc.errors import ErrorCode, JsonAnswer, OAuthError, json_error
from idp.oidc.key_rings import KeyRings
from idp.oidc.logout_endpoint import LogoutEndpoint
from idp.oidc.names import Names
from idp.oidc.token_endpoint import TokenEndpoint
from idp.oidc.userinfo import UserInfoEndpoint
from idp.services import Services
from metadata.oidc.own import Capabilities, well_known_paths
from metadata.oidc.relying_party import RelyingParty
from mfa_engine.errors import InvalidField, Unavailable

log = logging.getLogger(__name__)

RETRY_SECONDS = 5


def oidc_blueprints(services: Services) -> tuple[Blueprint, ...]:
    """All routes, at the paths that the discovery document names."""
    names, rings = Names.of(services.keyring), KeyRings(services.keys)
    return (
        _pages(services, names, rings),
        _programs(services, names, rings),
        _documents(services, rings),
    )


def _pages(services: Services, names: Names, rings: KeyRings) -> Blueprint:
    """What a browser is sent to; errors are pages (``app``)."""
    paths = services.capabilities
    blueprint = Blueprint("oidc_pages", __name__)
    authorize, logout = AuthorizeEndpoint(services, rings), LogoutEndpoint(services, names, rings)
    blueprint.add_url_rule(paths.authorization_path, "authorize", authorize.get, methods=["GET"])
    blueprint.add_url_rule(paths.authorization_path, "authorize_post", authorize.post, methods=["POST"])
    blueprint.add_url_rule(paths.end_session_path, "logout", logout.get, methods=["GET"])
    blueprint.add_url_rule(paths.end_session_path, "logout_post", logout.post, methods=["POST"])
    return blueprint


def _programs(services: Services, names: Names, rings: KeyRings) -> Blueprint:
    """What clients call; errors are JSON."""
    paths: Capabilities = services.capabilities
    blueprint = Blueprint("oidc_programs", __name__)
    token, userinfo = TokenEndpoint(services, names, rings), UserInfoEndpoint(services, names)

    @blueprint.post(paths.token_path, provide_automatic_options=False)
    def token_view() -> Response:
        """Only public clients run in a browser, and only their scripts may read the answer."""
        answer, client = token.answer()
        return _json(answer, client if client is not None and client.is_public else None)

    @blueprint.route(paths.userinfo_path, methods=["GET", "POST"], provide_automatic_options=False)
    def userinfo_view() -> Response:
        answer, client = userinfo.answer()
        return _json(answer, client)

    @blueprint.route(paths.token_path, methods=["OPTIONS"])
    @blueprint.route(paths.userinfo_path, methods=["OPTIONS"])
    def preflight() -> Response:
        return cors.preflight(services.registry)

    _answer_errors_in_json(blueprint)
    return blueprint


def _documents(services: Services, rings: KeyRings) -> Blueprint:
    """What anybody may fetch. No SQL while the keys are fresh."""
    blueprint = Blueprint("oidc_documents", __name__)
    discovery = public_discovery(services.capabilities)
    openid, oauth = well_known_paths(services.capabilities.issuer)

    @blueprint.get(openid)
    @blueprint.get(oauth)
    def configuration() -> Response:
        return _document(discovery)

    @blueprint.get(services.capabilities.jwks_path)
    def jwks() -> Response:
        return _document(rings.current(services.engine.now()).jwks)

    return blueprint


def _json(answer: JsonAnswer, client: RelyingParty | None = None) -> Response:
    return Response(answer.body, answer.status, {**answer.headers, **cors.headers_for(client)})


def _document(document: PublicDocument) -> Response:
    if document.matches(request.headers.get("If-None-Match")):
        return Response(status=304, headers=dict(document.headers))
    return Response(document.body, headers=dict(document.headers))


def _answer_errors_in_json(blueprint: Blueprint) -> None:
    """What is not a refusal of the protocol's (RFC 6749, section 5.2, has no words for the rest)."""

    @blueprint.errorhandler(Unavailable)
    def unavailable(error: Unavailable) -> Response:
        refusal = OAuthError(ErrorCode.TEMPORARILY_UNAVAILABLE, "try again in a moment", 503)
        response = _json(json_error(refusal))
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response

    @blueprint.errorhandler(InvalidField)
    def unusable(error: InvalidField) -> Response:
        return _json(json_error(OAuthError(ErrorCode.INVALID_REQUEST, str(error))))

    @blueprint.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        description = "the request cannot be read"
        return _json(json_error(OAuthError(ErrorCode.INVALID_REQUEST, description, error.code or 400)))

    @blueprint.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        log.error("a request failed", exc_info=error)
        description = f"something broke on our side: tell the help desk the number {request_id()}"
        return _json(json_error(OAuthError(ErrorCode.SERVER_ERROR, description, 500)))
