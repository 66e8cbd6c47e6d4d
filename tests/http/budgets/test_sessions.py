"""Answers from a live session: 5 statements at most; tokens for a code: 6 at most; documents: none."""

from __future__ import annotations

import pytest

from tests.http.budgets.conftest import Counting
from tests.http.saml.portal import LASTING, Portal
from tests.support.idp import Browser, Idp, Person
from tests.support.relying_party import App, register_app


@pytest.fixture
def alice(idp: Idp) -> Person:
    return idp.person("alice", email="alice@example.org")


@pytest.fixture
def app(idp: Idp) -> App:
    return register_app(idp)


@pytest.fixture
def portal(idp: Idp) -> Portal:
    """Signs its requests, and is told the e-mail address."""
    return Portal(idp).register("email")


@pytest.fixture
def signed_in(idp: Idp, alice: Person, app: App, portal: Portal) -> Browser:
    """A browser in which Alice has signed in; both applications are in memory."""
    browser = idp.browser()
    app.redeemed(app_answer(browser, alice, app))
    browser.open(portal.sign_on())
    return browser


def app_answer(browser: Browser, alice: Person, app: App) -> str:
    browser.open(app.request())
    browser.sign_in(alice)
    return browser.destination


def test_a_code_from_a_live_session_costs_five_statements_at_most(
    signed_in: Browser, app: App, counting: Counting
) -> None:
    with counting() as counted:
        signed_in.open(app.request())
    assert app.received(signed_in.destination)["code"]
    assert len(counted.statements) <= 5
    assert counted.commits == 1


def test_the_first_code_of_another_app_in_the_session_costs_five_at_most(
    idp: Idp, signed_in: Browser, counting: Counting
) -> None:
    other = register_app(idp, "other")
    idp.browser().open(other.request())
    with counting() as counted:
        signed_in.open(other.request())
    assert other.received(signed_in.destination)["code"]
    assert len(counted.statements) <= 5
    assert counted.commits == 1


def test_tokens_for_a_code_cost_six_statements_at_most(
    signed_in: Browser, app: App, counting: Counting
) -> None:
    signed_in.open(app.request())
    with counting() as counted:
        assert app.redeemed(signed_in.destination)["id_token"]
    assert len(counted.statements) <= 6
    assert counted.commits == 1


@pytest.mark.parametrize("content", ["", LASTING], ids=["transient", "persistent"])
def test_a_response_from_a_live_session_costs_five_statements_at_most(
    signed_in: Browser, portal: Portal, content: str, counting: Counting
) -> None:
    signed_in.open(portal.sign_on(content=content))  # a lasting name is made at the first time
    with counting() as counted:
        signed_in.open(portal.sign_on(content=content))
    assert portal.answer(signed_in).status == "Success"
    assert len(counted.statements) <= 5
    assert counted.commits == 1


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/oidc/jwks", "/saml/metadata"])
def test_what_anybody_may_fetch_costs_no_statement(
    idp: Idp, signed_in: Browser, path: str, counting: Counting
) -> None:
    client = idp.app.test_client()
    with counting() as counted:
        assert client.get(path, base_url=idp.base).status_code == 200
    assert counted.everything == []
