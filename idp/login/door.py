"""Opening a login in progress: it must exist, be in time, and be this browser's."""

from __future__ import annotations

from flask import Response, request

from idp.login.begin import end_for_disabled
from idp.login.context import Context, person_of, still_let_in
from idp.observe.request_id import request_id
from idp.pages import App, errors
from idp.services import Services
from idp.sessions import sso, transaction
from idp.sessions.cookies import Held
from idp.sessions.transaction import LoginTransaction
from mfa_engine.audit import Origin
from mfa_engine.unit import View


def origin_of_request(application: str = "") -> Origin:
    """Where the request being served comes from. Nobody is known yet."""
    return Origin("", request.remote_addr or "", request_id(), application)


def held(services: Services) -> Held:
    """Our cookies of this request. Raises InvalidField (SESS-02)."""
    return services.cookies.read(request.headers.get("Cookie", ""))


def open_door(services: Services, handle: str) -> Context | Response:
    """The login's context, or the page that says why there is none. Two statements, and the person's
    directory at most once a minute."""
    cookies = held(services)
    engine = services.engine

    def read(view: View) -> tuple[tuple[LoginTransaction, str] | None, sso.SsoSession | None]:
        session = sso.find(view, cookies.session) if cookies.session else None
        return transaction.load(view, handle), session

    found, session = engine.look(read)
    if found is None:
        return services.respond.error(errors.already_done(None))
    login, browser = found
    if not cookies.browser or cookies.browser_hash != browser:
        return services.respond.error(errors.no_cookie(None, request_id()))
    now = engine.now()
    if login.expires_at <= now:
        return services.respond.error(errors.took_too_long(app_of(services, login), request_id()))
    return _context(services, login, browser, session)


def app_of(services: Services, login: LoginTransaction) -> App:
    """The application as pages name it."""
    return services.answerers[login.answerer].app(login.request)


def _context(
    services: Services, login: LoginTransaction, browser: str, session: sso.SsoSession | None
) -> Context:
    rules = services.engine.rules()
    origin = origin_of_request(login.application)
    person = person_of(login, session)
    user = still_let_in(services, rules, person)
    if session is not None and session.person == person and user is None:
        end_for_disabled(services, origin, session)
        session = None
    return Context(services, rules, origin, login, browser, session, user, services.engine.now())
