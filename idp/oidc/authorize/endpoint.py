"""The authorization endpoint: from the browser's request to a login, or to a refusal in its right place."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from flask import Response, request

from idp.applications import clients
from idp.login.begin import Wanted, answer_or_begin
from idp.login.door import held, origin_of_request
from idp.observe.request_id import request_id
from idp.oidc.authorize.accepted import AcceptedRequest
from idp.oidc.authorize.answer import error_location
from idp.oidc.authorize.checks import check
from idp.oidc.authorize.request import AuthorizationRequest, read_request
from idp.oidc.by_get import again_by_get
from idp.oidc.errors import ErrorCode, ErrorPage, ErrorRedirect, OAuthError
from idp.oidc.key_rings import KeyRings
from idp.oidc.refusals import refused
from idp.pages import App, errors
from idp.pages.errors import Operator
from idp.services import Services
from metadata.oidc.relying_party import RelyingParty

EVENT = "oauth.authorize"

_LONGEST_NAME = 120


class AuthorizeEndpoint:
    """Answers GET from the query and POST from the body, never from both."""

    def __init__(self, services: Services, rings: KeyRings) -> None:
        self._services = services
        self._rings = rings

    def get(self) -> Response:
        """A request in the query. A code from a live session: five statements."""
        return self._answer(request.query_string)

    def post(self) -> Response:
        """A request in the body; one that is too long for a query begins a login without the session."""
        return again_by_get(self._services.respond) or self._answer(request.get_data())

    def _answer(self, encoded: bytes) -> Response:
        try:
            sent = read_request(encoded)
        except OAuthError as error:
            return self._page(ErrorPage(error.code, error.description), None, AuthorizationRequest())
        client = self._client(sent)
        try:
            accepted = self._checked(sent, client)
        except ErrorPage as error:
            return self._page(error, client, sent)
        except ErrorRedirect as error:
            self._audit(error.code, error.description, sent)
            location = error_location(error, issuer=self._services.capabilities.issuer)
            return self._services.respond.see_other(location)
        return self._begin(accepted)

    def _client(self, sent: AuthorizationRequest) -> RelyingParty | None:
        found = clients.find(self._services.registry, sent.client_id) if sent.client_id else None
        return found.client if found else None

    def _checked(self, sent: AuthorizationRequest, client: RelyingParty | None) -> AcceptedRequest:
        now = self._services.engine.now()
        return check(sent, client, self._services.capabilities, self._rings.current(now).ring, now)

    def _begin(self, accepted: AcceptedRequest) -> Response:
        application = f"oidc:{accepted.client_id}"
        wanted = Wanted(
            answerer="oidc",
            application=application,
            request=msgspec.to_builtins(accepted),
            asked=accepted.asked(self._services.engine.now()),
            passive=accepted.silent,
            login_hint=accepted.login_hint or "",
            language=" ".join(accepted.ui_locales),
        )
        origin = origin_of_request(application)
        user_agent = request.headers.get("User-Agent", "")
        return answer_or_begin(self._services, held(self._services), origin, user_agent, wanted)

    def _page(self, error: ErrorPage, client: RelyingParty | None, sent: AuthorizationRequest) -> Response:
        """Whose fault it is, in plain words; folded, what the people who run the application need."""
        self._audit(error.code, error.description, sent)
        name = (client.client_name if client else sent.client_id or "")[:_LONGEST_NAME]
        incident = request_id()
        said = f"{error.code}: {error.description}"
        operator = Operator(name, said, self._services.engine.now(), (sent.client_id or "")[:_LONGEST_NAME])
        if client is not None and not client.enabled:
            page = errors.not_allowed(App(client.client_name), incident)
        elif client is not None:
            app = App(client.client_name, client.client_uri or "")
            page = errors.untrusted_request(app, incident, operator, status=error.status)
        elif error.code is ErrorCode.INVALID_CLIENT:
            page = errors.unknown_application(name, incident, operator)
        else:
            page = errors.unreadable_request(incident, operator)
        return self._services.respond.error(replace(page, status=error.status))

    def _audit(self, code: ErrorCode, description: str, sent: AuthorizationRequest) -> None:
        details = {"description": description}
        origin, client_id = origin_of_request(), sent.client_id or ""
        refused(self._services.engine, origin, EVENT, code.value, details, client_id)
