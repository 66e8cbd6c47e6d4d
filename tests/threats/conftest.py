"""A whole Doorward in this process, with somebody to attack and every way in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http.conftest import idp
from tests.support.certificates import Authority
from tests.support.directory import connect_directory, directory_person
from tests.support.idp import Idp, Person
from tests.support.relying_party import register_app
from tests.support.run import Run
from tests.support.slapd import Slapd, slapd
from tests.threats.doors import Doors, Portal

__all__ = ["idp"]


@pytest.fixture
def alice(idp: Idp) -> Person:
    """Has a password and an authenticator app."""
    return idp.person("alice", email="alice@example.org")


@pytest.fixture
def doors(idp: Idp) -> Doors:
    """Every way in, each leading to something that is registered."""
    return Doors(idp, register_app(idp), Portal(idp).register())


@pytest.fixture(scope="session")
def directory(run: Run, authority: Authority) -> Iterator[Slapd]:
    """An LDAP server that tests only ask."""
    with slapd(run, authority) as server:
        yield server


@pytest.fixture(params=["internal", "ldap"])
def victim(request: pytest.FixtureRequest, idp: Idp) -> Iterator[Person]:
    """Alice, with both factors; her password is in Doorward, then in a directory."""
    if request.param == "internal":
        yield idp.person("alice")
        return
    connect_directory(idp, request.getfixturevalue("directory"))
    yield directory_person(idp, "alice")
    for resolver in idp.rules.resolvers.values():
        resolver.close()
