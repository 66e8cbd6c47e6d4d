"""OpenID Connect as the app speaks it: Authlib's Flask client, and the checks that it leaves to its user.

Those are: the provider is the configured one (OpenID Connect Discovery 4.3, RFC 9207), the
audience, userinfo speaks of the same person (OpenID Connect Core 5.3.2), and what was asked
for (a second step, a fresh sign-in) is what happened.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.flask_client.apps import FlaskOAuth2App
from flask import Flask, redirect, request, session
from joserfc.errors import JoseError
from werkzeug import Response

from problems import BY_OAUTH_ERROR, Problem, Refusal

NAME = "doorward"
SCOPE = "openid profile email"
REFEDS_MFA = "https://refeds.org/profile/mfa"
TIMEOUT_SECONDS = 5
# Between auth_time and our clock. Both are on one machine here; elsewhere it would be minutes.
CLOCK_SKEW_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Registration:
    """What the app and the provider know of each other."""

    base_url: str
    issuer: str
    client_id: str
    client_secret_file: Path

    @property
    def callback(self) -> str:
        return f"{self.base_url}/callback"

    @property
    def after_logout(self) -> str:
        return f"{self.base_url}/signed-out"


class RelyingParty:
    def __init__(self, app: Flask, registration: Registration) -> None:
        self._oauth = OAuth(app)
        self._registration = registration
        self._lock = threading.Lock()

    def start_login(self, *, second_step: bool, afresh: bool) -> Response:
        """Redirects to the provider with state, nonce and PKCE, all kept in the session."""
        asked = {"acr_values": REFEDS_MFA} if second_step else {}
        asked |= {"prompt": "login"} if afresh else {}
        with _refusals():
            client = self._client()
            sent = client.create_authorization_url(self._registration.callback, **asked)
        client.save_authorize_data(
            redirect_uri=self._registration.callback,
            acr=asked.get("acr_values"),
            auth_time_after=time.time() if afresh else 0,
            **sent,
        )
        return redirect(sent["url"], 303)

    def finish_login(self) -> tuple[dict[str, Any], str]:
        """Claims of the ID token and userinfo together, and the ID token itself. Raises Refusal."""
        with _refusals():
            client = self._client()
            self._same_issuer(client)
            asked = client.framework.get_state_data(session, request.args.get("state", "")) or {}
            token = client.authorize_access_token(claims_options=self._claims_options())
            claims = token.get("userinfo")
            if claims is None:
                raise Refusal(Problem.INVALID, "the token response has no ID token")
            about = client.userinfo(token=token)
        if about.get("sub") != claims["sub"]:
            raise Refusal(Problem.INVALID, "userinfo speaks of somebody else")
        _hold_against(asked, claims)
        return {**about, **claims}, token["id_token"]

    def start_logout(self, id_token: str) -> Response:
        """Redirects to the provider, which asks nothing more since the ID token shows who it is."""
        with _refusals():
            return self._client().logout_redirect(self._registration.after_logout, id_token_hint=id_token)

    def finish_logout(self) -> bool:
        """True when the provider sends the browser back from a logout that this session began."""
        client = self._oauth.create_client(NAME)
        if client is None:
            return False
        try:
            client.validate_logout_response()
        except AuthlibBaseError:
            return False
        return True

    def _client(self) -> FlaskOAuth2App:
        """Made at first need, as is discovery, so that either side may start first."""
        with self._lock:
            client = self._oauth.create_client(NAME) or self._register()
            found = client.load_server_metadata().get("issuer")
        if found != self._registration.issuer:
            raise Refusal(Problem.UNREACHABLE, f"{self._registration.issuer} says that it is {found}")
        return client

    def _register(self) -> FlaskOAuth2App:
        return self._oauth.register(
            NAME,
            client_id=self._registration.client_id,
            client_secret=self._registration.client_secret_file.read_text().strip(),
            server_metadata_url=f"{self._registration.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": SCOPE,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic",
                "default_timeout": TIMEOUT_SECONDS,
                "trust_env": False,  # a proxy from the environment does not reach loopback
            },
        )

    def _same_issuer(self, client: FlaskOAuth2App) -> None:
        """Another provider must not answer in place of the one that was asked (RFC 9207, section 2.4)."""
        promised = client.server_metadata.get("authorization_response_iss_parameter_supported")
        issuer = request.args.get("iss")
        if issuer != self._registration.issuer and (promised or issuer is not None):
            raise Refusal(Problem.INVALID, f"the answer comes from {issuer}")

    def _claims_options(self) -> dict[str, dict[str, Any]]:
        return {
            "iss": {"essential": True, "values": [self._registration.issuer]},
            "aud": {"essential": True, "values": [self._registration.client_id]},
        }


def _hold_against(asked: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    """Raises Refusal when less happened than was asked for."""
    if asked.get("acr") and claims.get("acr") != asked["acr"]:
        raise Refusal(Problem.NOT_STRONG_ENOUGH, f"asked for {asked['acr']}, got {claims.get('acr')}")
    if claims.get("auth_time", 0) + CLOCK_SKEW_SECONDS < asked.get("auth_time_after", 0):
        raise Refusal(Problem.NOT_FRESH, f"auth_time {claims.get('auth_time')}")


@contextmanager
def _refusals() -> Iterator[None]:
    """What Authlib and the network raise, as a Refusal."""
    try:
        yield
    except AuthlibBaseError as error:
        raise Refusal(BY_OAUTH_ERROR.get(error.error, Problem.INVALID), str(error)) from error
    except JoseError as error:
        raise Refusal(Problem.INVALID, f"ID token: {error}") from error
    except OSError as error:  # the secret's file, and requests' exceptions are OSErrors, too
        raise Refusal(Problem.UNREACHABLE, str(error)) from error
