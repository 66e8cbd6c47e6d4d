"""The token endpoint (RFC 6749, section 3.2): the phases that all grants share, then the grant."""

from __future__ import annotations

from dataclasses import replace

from flask import request

from idp.login.door import origin_of_request
from idp.oidc.client_auth.authenticate import read_client
from idp.oidc.client_auth.prove import TooManyFailures, prove
from idp.oidc.errors import ErrorCode, JsonAnswer, OAuthError, json_error
from idp.oidc.grants.redemption import EVENT, redeem_code
from idp.oidc.grants.token_request import TOKEN_PARAMETERS, granted_type
from idp.oidc.key_rings import KeyRings
from idp.oidc.names import Names
from idp.oidc.parameters import Parameters, read_form
from idp.oidc.refusals import refused
from idp.services import Services
from metadata.oidc.relying_party import RelyingParty
from mfa_engine.audit import Origin


class TokenEndpoint:
    """Answers token requests. A code for tokens: five statements."""

    def __init__(self, services: Services, names: Names, rings: KeyRings) -> None:
        self._services = services
        self._names = names
        self._rings = rings

    def answer(self) -> tuple[JsonAnswer, RelyingParty | None]:
        """The answer, and the client that it is for once that is proven."""
        origin = origin_of_request()
        try:
            form = read_form(request.content_type, request.get_data(), request.query_string, TOKEN_PARAMETERS)
            presented = read_client(request.headers.get("Authorization"), form)
        except OAuthError as error:
            return self._refused(origin, error), None
        try:
            client = prove(self._services, origin, presented)
        except TooManyFailures as error:
            return _wait(error), None
        except OAuthError as error:
            return json_error(error), None
        return self._granted(origin, client, form), client

    def _granted(self, origin: Origin, client: RelyingParty, form: Parameters) -> JsonAnswer:
        acting = replace(origin, actor=f"client:{client.client_id}", application=f"oidc:{client.client_id}")
        key = self._rings.current(self._services.engine.now()).ring.active
        try:
            granted_type(form, client, self._services.capabilities)
            return redeem_code(self._services, self._names, key, acting, client, form)
        except OAuthError as error:
            if error.code is ErrorCode.INVALID_GRANT:  # its row was written with its effects
                return json_error(error)
            return self._refused(acting, error, client.client_id)

    def _refused(self, origin: Origin, error: OAuthError, client_id: str = "") -> JsonAnswer:
        details = {"description": error.description}
        refused(self._services.engine, origin, EVENT, error.code.value, details, client_id)
        return json_error(error)


def _wait(error: TooManyFailures) -> JsonAnswer:
    answer = json_error(error)
    seconds = max(1, round(error.wait.total_seconds()))
    return replace(answer, headers={**answer.headers, "Retry-After": str(seconds)})
