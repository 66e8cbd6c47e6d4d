"""A message that is refused: its page, and the audit row with the reason that the page does not tell."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from flask import Response

from idp.login.door import origin_of_request
from idp.observe.request_id import request_id
from idp.pages import errors
from idp.pages.errors import ErrorPage, Operator
from idp.saml.errors import PageError
from idp.saml.face import Face
from mfa_engine import audit
from mfa_engine.audit import Entry

REJECTED = "saml.request.rejected"
REPLAYED = "replayed"


def refuse(face: Face, error: PageError, issuer: str = "") -> Response:
    """A page for a message that cannot be read, or believed; ``issuer`` is whom it claims to come from."""
    note(face, error.reason, issuer)
    app = face.partners.app(issuer).name if issuer else ""
    operator = _operator(face, error, app, issuer) if issuer else None
    page = errors.unreadable_request(request_id(), operator, status=error.http_status)
    return face.services.respond.error(page)


def refuse_sign_on(face: Face, error: PageError, issuer: str) -> Response:
    """The page of a sign-in whose service is named and not believed."""
    note(face, error.reason, issuer)
    return face.services.respond.error(_sign_on_page(face, error, issuer))


def note(face: Face, reason: str, issuer: str = "") -> None:
    """The audit row, in a unit of its own."""
    origin = origin_of_request(f"saml:{issuer}" if issuer else "")
    face.services.engine.record(lambda unit: audit.record(unit, origin, Entry(REJECTED, False, reason)))


def _sign_on_page(face: Face, error: PageError, issuer: str) -> ErrorPage:
    app = face.partners.app(issuer)
    operator = _operator(face, error, app.name, issuer)
    if face.partners.enabled(issuer) is None:
        page = errors.unknown_application(issuer, request_id(), operator)
        return replace(page, status=HTTPStatus.FORBIDDEN)
    return errors.untrusted_request(app, request_id(), operator, status=error.http_status)


def _operator(face: Face, error: PageError, app: str, issuer: str) -> Operator:
    return Operator(app, error.explanation, face.services.clock(), issuer)
