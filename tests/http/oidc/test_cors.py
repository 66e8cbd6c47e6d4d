"""Which scripts of other origins may read an answer."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from idp.applications import clients
from metadata.oidc.client import RegistrationRules
from tests.support.idp import Browser, Idp, Person
from tests.support.relying_party import VERIFIER, App, register_app

ORIGIN = "https://app.example.com"
FOREIGN = (
    "null",
    "https://evil.example.net",
    "https://app.example.com:8443",
    "http://app.example.com",
    "https://app.example.com.evil.example.net",
    "https://APP.example.com",
    "https://app.example.com/",
    "*",
)
ALLOW = "Access-Control-Allow-Origin"


@pytest.fixture
def spa(idp: Idp) -> App:
    """A public client that runs in the browser."""
    return register_app(idp, "spa", token_endpoint_auth_method="none")


def preflight(idp: Idp, path: str, origin: str) -> TestResponse:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
        "Access-Control-Request-Private-Network": "true",
    }
    return idp.app.test_client().options(path, base_url=idp.base, headers=headers)


def is_silent(answer: TestResponse) -> bool:
    """Whether no script of another origin may read it."""
    return not [name for name in dict(answer.headers) if name.startswith("Access-Control")]


def redeem(app: App, code: str, origin: str) -> TestResponse:
    form = {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "code": code,
        "redirect_uri": app.redirect_uri,
        "code_verifier": VERIFIER,
    }
    return app.post("/oidc/token", form, {"Origin": origin})


def test_WEB_05_scripts_of_a_public_client_read_its_tokens_and_userinfo(
    idp: Idp, spa: App, alice: Person, browser: Browser
) -> None:
    asked = preflight(idp, "/oidc/token", ORIGIN)
    assert (asked.status_code, asked.headers[ALLOW]) == (204, ORIGIN)
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in asked.headers
    assert "Access-Control-Allow-Private-Network" not in asked.headers
    tokens = redeem(spa, spa.code(browser, alice), ORIGIN)
    assert tokens.headers[ALLOW] == ORIGIN
    assert "Origin" in tokens.headers["Vary"]
    header = {"Authorization": f"Bearer {tokens.json['access_token']}", "Origin": ORIGIN}
    told = spa.get("/oidc/userinfo", header)
    assert (told.status_code, told.headers[ALLOW]) == (200, ORIGIN)


@pytest.mark.parametrize("origin", FOREIGN)
def test_WEB_05_scripts_of_any_other_origin_read_nothing(
    idp: Idp, spa: App, alice: Person, browser: Browser, origin: str
) -> None:
    assert is_silent(preflight(idp, "/oidc/token", origin))
    assert is_silent(preflight(idp, "/oidc/userinfo", origin))
    tokens = redeem(spa, spa.code(browser, alice), origin)
    assert is_silent(tokens)
    header = {"Authorization": f"Bearer {tokens.json['access_token']}", "Origin": origin}
    assert is_silent(spa.get("/oidc/userinfo", header))
    for path in ("/.well-known/openid-configuration", "/oidc/jwks"):
        assert spa.get(path, {"Origin": origin}).headers[ALLOW] == "*"


def test_WEB_05_a_confidential_client_has_no_business_at_the_token_endpoint_in_a_browser(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    tokens = app.redeem(app.code(browser, alice))
    assert is_silent(tokens)
    refused = app.post("/oidc/token", {"grant_type": "x", "client_id": "app"}, {"Origin": ORIGIN})
    assert is_silent(refused)


def test_WEB_05_one_clients_token_is_not_read_from_anothers_origin(
    idp: Idp, spa: App, alice: Person, browser: Browser
) -> None:
    register_app(idp, "other", redirect_uris=["https://other.example.com/callback"])
    tokens = redeem(spa, spa.code(browser, alice), ORIGIN)
    header = {"Authorization": f"Bearer {tokens.json['access_token']}", "Origin": "https://other.example.com"}
    assert is_silent(spa.get("/oidc/userinfo", header))


@pytest.mark.parametrize("path", ["/oidc/authorize", "/oidc/logout", "/login/x/"])
def test_WEB_05_pages_with_a_session_are_never_shared(idp: Idp, spa: App, path: str) -> None:
    assert is_silent(preflight(idp, path, ORIGIN))
    assert is_silent(spa.get(path, {"Origin": ORIGIN}))


def test_WEB_05_an_origin_goes_with_the_redirect_uri_that_it_came_from(idp: Idp, spa: App) -> None:
    services = idp.services
    rules = RegistrationRules(services.capabilities, by_administrator=True)
    changes = {"redirect_uris": ["https://new.example.com:8443/callback"]}
    clients.change(services.engine, services.registry, idp.origin, rules, "spa", changes)
    assert is_silent(preflight(idp, "/oidc/token", ORIGIN))
    assert preflight(idp, "/oidc/token", "https://new.example.com:8443").status_code == 204
    assert not is_silent(preflight(idp, "/oidc/token", "https://new.example.com:8443"))
    clients.delete(services.engine, services.registry, idp.origin, "spa")
    assert is_silent(preflight(idp, "/oidc/token", "https://new.example.com:8443"))
