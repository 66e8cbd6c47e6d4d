"""UserInfo (OpenID Connect Core, section 5.3): what the token's scopes tell of the person, as of now."""

from __future__ import annotations

from flask import request

from idp.applications import clients
from idp.login.context import still_let_in
from idp.login.door import origin_of_request
from idp.oidc.claims import userinfo_claims
from idp.oidc.errors import JsonAnswer, OAuthError, json_answer, json_error
from idp.oidc.names import Names
from idp.oidc.parameters import Parameters, read_parameters
from idp.oidc.refusals import refused
from idp.oidc.tokens.access_token import AccessTokenState, invalid_token, usable_token
from idp.oidc.tokens.bearer import FORM_PARAMETERS, presented_token
from idp.services import Services
from idp.sessions.transaction import Person
from idp.storage.access_token import AccessTokenRow, read_access_token
from metadata.oidc.relying_party import RelyingParty
from mfa_engine.identity.user import User

EVENT = "oauth.userinfo"
_FORM = "application/x-www-form-urlencoded"


class UserInfoEndpoint:
    """Answers from the token: one statement, and the person's directory at most once a minute."""

    def __init__(self, services: Services, names: Names) -> None:
        self._services = services
        self._names = names

    def answer(self) -> tuple[JsonAnswer, RelyingParty | None]:
        """The answer, and the client that the token was issued to, if it is one of ours."""
        client: RelyingParty | None = None
        try:
            query = read_parameters(request.query_string, FORM_PARAMETERS)
            digest = presented_token(request.headers.get("Authorization"), _form(), query)
            found = self._services.engine.look(
                lambda view: read_access_token(view.connection, digest, view.now)
            )
            client = self._client(found[0].client_id) if found else None
            user, scope = self._entitled(found)
        except OAuthError as error:
            return self._refused(error, client), client
        return json_answer(userinfo_claims(self._names.subject(user.key), user, scope)), client

    def _client(self, client_id: str) -> RelyingParty | None:
        found = clients.find(self._services.registry, client_id)
        return found.client if found else None

    def _entitled(self, found: tuple[AccessTokenRow, bool] | None) -> tuple[User, tuple[str, ...]]:
        """Of whom the token speaks, and with which scopes. Raises OAuthError."""
        if found is None:
            raise invalid_token()
        token, standing = found
        user = self._holder(token) if standing else None
        state = AccessTokenState(
            token.client_id,
            tuple(token.scope),
            token.expires_at,
            revoked=not standing,
            holder_allowed=user is not None,
        )
        usable = usable_token(state, self._services.engine.now(), scope="openid")
        if user is None:  # not reached: usable_token has judged it
            raise invalid_token()
        return user, usable.scope

    def _holder(self, token: AccessTokenRow) -> User | None:
        """The person as they are now; None when they are not let in any more (OIDC-30)."""
        person = Person(token.resolver, token.uid, token.realm, "")
        return still_let_in(self._services, self._services.engine.rules(), person)

    def _refused(self, error: OAuthError, client: RelyingParty | None) -> JsonAnswer:
        details = {"description": error.description}
        client_id = client.client_id if client else ""
        refused(self._services.engine, origin_of_request(), EVENT, error.code.value, details, client_id)
        return json_error(error)


def _form() -> Parameters:
    """The body, where it is a form; other bodies are nothing that we asked for."""
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    if request.method != "POST" or media_type != _FORM:
        return Parameters({}, {})
    return read_parameters(request.get_data(), FORM_PARAMETERS)
