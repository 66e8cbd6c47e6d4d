"""/saml/...: our metadata, sign-on, sign-off, and the page for people whom a service sends back."""

from __future__ import annotations

import logging
from dataclasses import replace

from flask import Blueprint, Response, request

from idp.observe.request_id import request_id
from idp.pages import errors
from idp.pages.errors import ErrorPage
from idp.pages.sentence import say
from idp.saml.face import Face
from idp.saml.sign_off import sign_off
from idp.saml.sign_on import sign_on
from idp.services import Services

log = logging.getLogger(__name__)

NO_RIGHT = "AUTHORIZATION_FAILURE"
_METADATA_HEADERS = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}


def saml_blueprint(services: Services) -> Blueprint:
    """The routes that our metadata names."""
    face = Face.of(services)
    blueprint = Blueprint("saml", __name__, url_prefix="/saml")

    @blueprint.get("/metadata")
    def metadata() -> Response:
        """No SQL while the keys in memory are fresh."""
        published = face.own.metadata(services.clock())
        response = Response(published.body, headers=_METADATA_HEADERS, content_type=published.content_type)
        response.set_etag(published.etag)
        response.make_conditional(request)
        return response

    @blueprint.route("/sso", methods=["GET", "POST"])
    def sso() -> Response:
        """An AuthnRequest by Redirect. What is posted is refused, and noted."""
        return sign_on(face)

    @blueprint.route("/slo", methods=["GET", "POST"])
    def slo() -> Response:
        """A LogoutRequest by Redirect; or the form of the page that asks."""
        return sign_off(face)

    @blueprint.get("/error")
    def error() -> Response:
        """``errorURL``: where a service sends people that it could not let in."""
        return services.respond.error(_sent_back(face))

    return blueprint


def _sent_back(face: Face) -> ErrorPage:
    """By the parameters that the service may fill in (REFEDS, errorURL placeholders)."""
    entity_id, code = request.args.get("rp", ""), request.args.get("code", "")
    log.info("a service sends somebody back: code %.100s, from %.500s", code, entity_id)
    if face.partners.enabled(entity_id) is None:
        heading = say("Sign-in is not possible at the moment")
        return ErrorPage(
            heading=heading, remedies=(errors.start_again(None),), incident=request_id(), status=200
        )
    app = face.partners.app(entity_id)
    if code == NO_RIGHT:
        return replace(errors.not_allowed(app, request_id()), status=200)
    heading = say("We cannot sign you in to %(app)s", app=app.name)
    return ErrorPage(heading=heading, remedies=(errors.start_again(app),), incident=request_id(), status=200)
