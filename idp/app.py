"""create_app: blueprints, error handlers, limits. Nothing is decided here."""

from __future__ import annotations

import logging
import re

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException

from idp.api import errors as api_errors
from idp.api.blueprints import api_blueprints
from idp.login.views import login_blueprint
from idp.observe.client_address import TrustedProxies
from idp.observe.health import health_blueprint
from idp.observe.request_id import request_id
from idp.oidc.views import oidc_blueprints
from idp.pages import errors
from idp.pages.errors import ErrorPage
from idp.pages.views import pages_blueprint
from idp.saml.views import saml_blueprint
from idp.services import Services
from idp.web.blueprint import web_blueprint
from mfa_engine.errors import (
    Conflict,
    DoorwardError,
    IntegrityFailure,
    InvalidField,
    NotAllowed,
    NotFound,
    Unavailable,
)

log = logging.getLogger(__name__)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

LARGEST_BODY = 1024 * 1024
MOST_PARTS = 1000


def create_app(services: Services) -> Flask:
    """The WSGI application over these services."""
    app = Flask("doorward", static_folder=None, template_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=MOST_PARTS,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.register_blueprint(health_blueprint(services.engine))
    app.register_blueprint(pages_blueprint(services.pages, origin=services.settings.base_url))
    app.register_blueprint(login_blueprint(services))
    for blueprint in (*oidc_blueprints(services), *api_blueprints(services)):
        app.register_blueprint(blueprint)
    app.register_blueprint(saml_blueprint(services))
    app.register_blueprint(web_blueprint(services))
    _refuse_foreign_hosts(app, services)
    _refuse_odd_paths(app)
    _handle_errors(app, services)
    app.wsgi_app = TrustedProxies(app.wsgi_app, services.settings.server.trusted_proxies)  # type: ignore[method-assign]
    return app


def _refuse_foreign_hosts(app: Flask, services: Services) -> None:
    """Every address that we give out comes from the settings; a request for another host is not ours
    (WEB-03)."""
    own = services.settings.base_url.partition("://")[2]

    @app.before_request
    def check_host() -> Response | None:
        if (
            request.environ.get("HTTP_HOST") == own
            or request.host == own
            or request.path.startswith("/health/")
        ):
            return None
        return Response(
            "This host is not served here.\n", 421, {"Cache-Control": "no-store"}, content_type="text/plain"
        )


def _refuse_odd_paths(app: Flask) -> None:
    """No address of ours has a control character in it; some databases fail at one."""

    @app.before_request
    def check_path() -> None:
        if _CONTROL.search(request.path):
            abort(404)


def _handle_errors(app: Flask, services: Services) -> None:
    """One page for each class of refusal; all else is a bug: logged once, shown as a number (OPS-14)."""

    def page(made: ErrorPage) -> Response:
        return services.respond.error(made)

    @app.errorhandler(DoorwardError)
    def refused(error: DoorwardError) -> Response:
        return page(_page_of(error))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if api_errors.is_for_programs():
            return api_errors.http_error(services, error)
        if error.code == 404:
            return page(errors.nothing_here())
        response = page(errors.unreadable_request(request_id(), status=error.code or 400))
        if error.code == 405:
            response.headers.extend(error.get_headers())
            response.content_type = "text/html; charset=utf-8"
        return response

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        log.error("a request failed", exc_info=error)
        return page(errors.broken(request_id()))


def _page_of(error: DoorwardError) -> ErrorPage:
    match error:
        case NotFound():
            return errors.nothing_here()
        case Conflict():
            return errors.conflict(str(error))
        case NotAllowed():
            return errors.right_missing(str(error))
        case Unavailable() | IntegrityFailure():
            return errors.not_possible_now(request_id(), wait_seconds=5)
        case InvalidField():
            return errors.unreadable_request(request_id())
    return errors.unreadable_request(request_id())
