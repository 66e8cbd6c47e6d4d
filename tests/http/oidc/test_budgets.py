"""How many SQL statements a request may cost while this node's memory is fresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.databases import Prepare
from tests.support.idp import Browser, Idp, Person, open_idp, prepare_idp
from tests.support.relying_party import App, register_app


@pytest.fixture
def idp(database_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[Idp]:
    """A Doorward that looks for changes once a second, as in life, on each database."""
    idp = open_idp(fresh_database(database_url, prepare_idp), ENGINE_SNAPSHOT_MAX_AGE_SECONDS="1")
    yield idp
    idp.close()


def test_a_code_from_a_live_session_costs_five_statements(idp: Idp, alice: Person, browser: Browser) -> None:
    app = register_app(idp, consent="ask")
    browser.open(app.request(scope="openid email"))
    browser.sign_in(alice)
    browser.open(app.request(scope="openid email"))
    with idp.counting() as statements:
        browser.open(app.request(scope="openid email"))
    assert app.received(browser.destination)["code"]
    assert len(statements) <= 5, statements


def test_tokens_for_a_code_cost_five_statements(idp: Idp, app: App, alice: Person, browser: Browser) -> None:
    app.tokens(browser, alice)
    code = app.code(browser, alice)
    with idp.counting() as statements:
        answer = app.redeem(code)
    assert answer.status_code == 200
    assert len(statements) <= 5, statements


def test_userinfo_costs_one_statement(idp: Idp, app: App, alice: Person, browser: Browser) -> None:
    token = app.tokens(browser, alice)["access_token"]
    with idp.counting() as statements:
        answer = app.userinfo(token)
    assert answer.status_code == 200
    assert len(statements) <= 1, statements


@pytest.mark.parametrize(
    "path",
    ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oidc/jwks"],
)
def test_documents_cost_none(idp: Idp, app: App, path: str) -> None:
    app.get("/oidc/jwks")
    with idp.counting() as statements:
        assert app.get(path).status_code == 200
    assert statements == []
