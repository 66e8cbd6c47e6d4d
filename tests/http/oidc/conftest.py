"""People and applications of the OpenID Connect tests."""

from __future__ import annotations

import pytest

from tests.support.idp import Browser, Idp, Person
from tests.support.relying_party import App, register_app


@pytest.fixture
def alice(idp: Idp) -> Person:
    """Somebody with a password and an authenticator app."""
    return idp.person("alice", email="alice@example.org", given_name="Alice", family_name="Adler")


@pytest.fixture
def app(idp: Idp) -> App:
    """A confidential client."""
    return register_app(idp)


@pytest.fixture
def browser(idp: Idp) -> Browser:
    """A browser that was never here."""
    return idp.browser()
