"""The pages of a house with two realms."""

from __future__ import annotations

import pytest

from tests.http.web.house import House, second_realm
from tests.support.idp import Idp, Person


@pytest.fixture
def house(idp: Idp) -> House:
    second_realm(idp)
    return House(idp)


@pytest.fixture
def alice(idp: Idp) -> Person:
    """A plain person with a password, an authenticator app and a mail address."""
    return idp.person("alice", email="alice@example.org", display_name="Alice Adams")


@pytest.fixture
def bob(idp: Idp) -> Person:
    """Another one."""
    return idp.person("bob", email="bob@example.org", display_name="Bob Builder")
