"""An application that takes sign-ins by OpenID Connect, in process, with no code of Doorward's provider.

app = register_app(idp)
browser.open(app.request())
browser.sign_in(alice)
tokens = app.redeemed(browser.destination)
app.claims(tokens["id_token"])["sub"]
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from joserfc import jwk, jws
from werkzeug.test import TestResponse

from idp.applications import clients
from metadata.oidc.client import RegistrationRules
from tests.support.idp import Browser, Idp, Person

CALLBACK = "https://app.example.com/callback"
GOODBYE = "https://app.example.com/goodbye"
VERIFIER = "an-unguessable-verifier-of-this-application-0123456789"
STATE, NONCE = "state-of-the-app", "nonce-of-the-app"


@dataclass
class App:
    """One registered client, and what it does with browsers and with the provider."""

    idp: Idp
    client_id: str
    secret: str = field(repr=False)
    redirect_uri: str = CALLBACK

    def request(self, **changes: str | None) -> str:
        """Where the app sends a browser to sign in; a change to None takes the parameter out."""
        parameters: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid",
            "state": STATE,
            "nonce": NONCE,
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
        }
        sent = {name: value for name, value in (parameters | changes).items() if value is not None}
        return f"/oidc/authorize?{urlencode(sent)}"

    def received(self, location: str) -> dict[str, str]:
        """What a redirect to the app says. Fails when it goes anywhere else."""
        address, _, query = location.partition("?")
        assert address == self.redirect_uri.partition("?")[0], location
        return {name: value for name, [value] in parse_qs(query, strict_parsing=True).items()}

    def code(self, browser: Browser, person: Person, **changes: str | None) -> str:
        """A code from a login of this person, in this browser."""
        browser.open(self.request(**changes))
        browser.sign_in(person)
        return self.received(browser.destination)["code"]

    def redeem(self, code: str, **changes: str | None) -> TestResponse:
        """The token request, with the secret as Basic unless there is none."""
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
        }
        if not self.secret:
            form["client_id"] = self.client_id
        sent = {name: value for name, value in (form | changes).items() if value is not None}
        headers = basic(self.client_id, self.secret) if self.secret else {}
        return self.post("/oidc/token", sent, headers)

    def redeemed(self, location: str, **changes: str | None) -> dict[str, Any]:
        """The tokens for the code in a redirect to the app. Fails when there are none."""
        answer = self.redeem(self.received(location)["code"], **changes)
        assert answer.status_code == 200, answer.text
        return document(answer)

    def tokens(self, browser: Browser, person: Person, **changes: str | None) -> dict[str, Any]:
        """The tokens of a whole login."""
        answer = self.redeem(self.code(browser, person, **changes))
        assert answer.status_code == 200, answer.text
        return document(answer)

    def claims(self, id_token: str) -> dict[str, Any]:
        """What an ID token says, its signature verified by the published keys."""
        keys = jwk.KeySet.import_key_set({"keys": document(self.get("/oidc/jwks"))["keys"]})
        token = jws.deserialize_compact(id_token, keys, algorithms=["RS256"])
        said: dict[str, Any] = json.loads(token.payload)
        return said

    def userinfo(self, access_token: str) -> TestResponse:
        return self.get("/oidc/userinfo", {"Authorization": f"Bearer {access_token}"})

    def get(self, path: str, headers: dict[str, str] | None = None) -> TestResponse:
        return self.idp.app.test_client().get(path, base_url=self.idp.base, headers=headers)

    def post(self, path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> TestResponse:
        return self.idp.app.test_client().post(path, base_url=self.idp.base, data=form, headers=headers)


def register_app(idp: Idp, client_id: str = "app", **members: object) -> App:
    """Register a client and be it: a confidential one for which nobody is asked, unless told otherwise."""
    document = {
        "client_name": "Reading List",
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [GOODBYE],
        "scope": "openid profile email",
        "consent": "admin",
        **members,
    }
    services = idp.services
    rules = RegistrationRules(services.capabilities, by_administrator=True)
    handed = clients.register(
        services.engine, services.registry, idp.origin, rules, document, client_id=client_id
    )
    return App(idp, handed.client.client_id, handed.secret, handed.client.redirect_uris[0])


def document(answer: TestResponse) -> dict[str, Any]:
    """The JSON object of an answer."""
    said: dict[str, Any] = json.loads(answer.data)
    return said


def challenge(verifier: str) -> str:
    """By S256 (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def basic(client_id: str, secret: str) -> dict[str, str]:
    """The header of ``client_secret_basic`` (RFC 6749, section 2.3.1)."""
    credentials = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


def query_of(location: str) -> dict[str, list[str]]:
    """The parameters of an address, each with all its values."""
    return parse_qs(urlsplit(location).query, keep_blank_values=True)
