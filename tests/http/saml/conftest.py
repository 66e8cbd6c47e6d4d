"""Service providers, registered with the Doorward of the test."""

from __future__ import annotations

import pytest

from tests.http.saml.portal import Portal
from tests.support.idp import Browser, Idp, Person


@pytest.fixture
def portal(idp: Idp) -> Portal:
    """Signs its requests; nothing about people is released to it."""
    return Portal(idp).register()


@pytest.fixture
def wiki(idp: Idp) -> Portal:
    """Does not sign its requests, and is told the e-mail address."""
    return Portal(idp, "https://wiki.example.org", signs=False, name="Wiki").register("email")


@pytest.fixture
def alice(idp: Idp) -> Person:
    """Has a password and an authenticator app."""
    return idp.person("alice", email="alice@example.org", given_name="Alice", family_name="Adams")


@pytest.fixture
def browser(idp: Idp) -> Browser:
    """A browser that was never here."""
    return idp.browser()


@pytest.fixture
def signed_in(browser: Browser, alice: Person, wiki: Portal) -> Browser:
    """A browser in which Alice has signed in to the wiki, with both factors."""
    browser.open(wiki.sign_on())
    browser.sign_in(alice)
    assert wiki.answer(browser).status == "Success"
    return browser
