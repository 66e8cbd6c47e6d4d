"""The wire API of a Doorward on SQLite."""

from __future__ import annotations

import pytest

from tests.http.api.wire import Wire
from tests.support.idp import Idp, Person


@pytest.fixture
def wire(idp: Idp) -> Wire:
    """A caller that nobody knows."""
    return Wire(idp)


@pytest.fixture
def alice(idp: Idp) -> Person:
    """A person with an authenticator app."""
    return idp.person("alice", email="alice@example.org", given_name="Alice", family_name="Adams")
