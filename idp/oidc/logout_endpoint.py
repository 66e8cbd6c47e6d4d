"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0). What may be done is ``logout``'s to say."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request

from idp.applications import clients
from idp.login.door import held, origin_of_request
from idp.logout import pages
from idp.logout.end import Ended, end_session
from idp.logout.plan import Initiator
from idp.observe.request_id import request_id
from idp.oidc.by_get import again_by_get
from idp.oidc.errors import OAuthError
from idp.oidc.key_rings import KeyRings
from idp.oidc.leave import leave
from idp.oidc.logout import LogoutPlan, LogoutRequest, plan_logout, read_logout_request
from idp.oidc.names import Names
from idp.pages import App, errors
from idp.services import Services
from idp.sessions import sso
from idp.sessions.sso import SsoSession
from metadata.oidc.relying_party import RelyingParty
from mfa_engine.audit import Origin

_ACCOUNT = "/account/"


@dataclass(frozen=True, slots=True)
class _Case:
    """One request, in the browser that it came from."""

    request: LogoutRequest
    client: RelyingParty | None
    session: SsoSession | None
    plan: LogoutPlan

    @property
    def hints(self) -> str:
        return " ".join(self.request.ui_locales)


class LogoutEndpoint:
    """Ends the session at once when the request proves that it is about it; else asks."""

    def __init__(self, services: Services, names: Names, rings: KeyRings) -> None:
        self._services = services
        self._names = names
        self._rings = rings

    def get(self) -> Response:
        """A request in the query."""
        case = self._case(request.query_string)
        if isinstance(case, Response):
            return case
        if case.plan.ask and case.session is not None:
            stay_url = (case.client.client_uri if case.client else None) or _ACCOUNT
            return pages.ask(self._services, case.session, stay_url=stay_url, hints=case.hints)
        return self._ended(case, after_form=False)

    def post(self) -> Response:
        """The answer to our question; or a client's request, which is made again by GET."""
        by_get = again_by_get(self._services.respond)
        if "csrf" in request.form:
            return self._answered()
        return by_get or self._services.respond.error(errors.unreadable_request(request_id()))

    def _answered(self) -> Response:
        case = self._case(request.query_string)
        if isinstance(case, Response):
            return case
        if case.session is not None and not pages.answered_yes(self._services, case.session):
            return self._services.respond.error(errors.not_our_form(request_id()))
        return self._ended(case, after_form=True)

    def _case(self, encoded: bytes) -> _Case | Response:
        now, issuer = self._services.engine.now(), self._services.capabilities.issuer
        try:
            read = read_logout_request(encoded, self._rings.current(now).ring, issuer, now)
        except OAuthError:
            return self._services.respond.error(errors.unreadable_request(request_id()))
        client, session = self._client(read), self._session()
        sid = self._names.sid(session.id, read.client_id) if session and read.client_id else None
        plan = plan_logout(read, client, sid=sid, has_session=session is not None)
        return _Case(read, client, session, plan)

    def _client(self, read: LogoutRequest) -> RelyingParty | None:
        found = clients.find(self._services.registry, read.client_id) if read.client_id else None
        return found.client if found else None

    def _session(self) -> SsoSession | None:
        cookie = held(self._services).session
        return self._services.engine.look(lambda view: sso.find(view, cookie)) if cookie else None

    def _ended(self, case: _Case, *, after_form: bool) -> Response:
        services = self._services
        initiator = Initiator("oidc", case.client.client_id) if case.client else None
        ended: Ended | None = None
        if case.session is not None:
            ended = end_session(services, _origin(case.session, case.client), case.session.row)
        if case.plan.location is None or case.client is None:
            response = pages.tell(services, ended, initiator, hints=case.hints)
        else:
            app = App(case.client.client_name, case.client.client_uri or "")
            languages = case.request.ui_locales
            response = leave(
                services.respond, app, case.plan.location, after_form=after_form, languages=languages
            )
        services.cookies.drop_session(response)
        return response


def _origin(session: SsoSession, client: RelyingParty | None) -> Origin:
    at = origin_of_request(f"oidc:{client.client_id}" if client else "")
    person = session.person
    return Origin(f"person:{person.resolver}/{person.uid}", at.address, at.request_id, at.application)
