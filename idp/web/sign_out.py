"""/logout: signing out from a page of ours. Asks, since a link can be anybody's; ends the session whole."""

from __future__ import annotations

from flask import Response

from idp.login.door import held, origin_of_request
from idp.logout import pages
from idp.logout.end import end_session
from idp.observe.request_id import request_id
from idp.pages import errors
from idp.services import Services
from idp.sessions import sso
from idp.sessions.sso import SsoSession
from mfa_engine.audit import Origin

PATH = "/logout"


def show(services: Services) -> Response:
    """The question; the report where nobody is signed in."""
    session = _session(services)
    if session is None:
        return pages.tell(services, None, None)
    return pages.ask(services, session, stay_url="/account/")


def submit(services: Services) -> Response:
    """Ends this browser's session (SESS-05), and says which applications may still be open."""
    session = _session(services)
    if session is None:
        return pages.tell(services, None, None)
    if not pages.answered_yes(services, session):
        return services.respond.error(errors.not_our_form(request_id()))
    response = pages.tell(services, end_session(services, _origin(session), session.row), None)
    services.cookies.drop_session(response)
    return response


def _session(services: Services) -> SsoSession | None:
    cookie = held(services).session
    return services.engine.look(lambda view: sso.find(view, cookie)) if cookie else None


def _origin(session: SsoSession) -> Origin:
    at, person = origin_of_request(), session.person
    return Origin(f"person:{person.resolver}/{person.uid}", at.address, at.request_id)
