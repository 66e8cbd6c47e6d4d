"""Fixtures: a world on each of the three databases, or on SQLite alone where the database does not matter.

Imported by the `conftest.py` of each folder whose tests use them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mfa_engine.identity.user import User
from tests.support.databases import Prepare
from tests.support.engine import World, open_world, prepare
from tests.support.parallel import Crowd

__all__ = ["alice", "crowd", "postgresql_world", "sqlite_alice", "sqlite_world", "world"]


@pytest.fixture
def world(database_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[World]:
    """An engine on SQLite, PostgreSQL and MariaDB in turn."""
    world = open_world(fresh_database(database_url, prepare))
    yield world
    world.database.dispose()


@pytest.fixture
def sqlite_world(sqlite_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[World]:
    """An engine on SQLite."""
    world = open_world(fresh_database(sqlite_url, prepare))
    yield world
    world.database.dispose()


@pytest.fixture
def postgresql_world(postgresql_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[World]:
    """An engine on PostgreSQL, whose log the statements are counted in."""
    world = open_world(fresh_database(postgresql_url, prepare))
    yield world
    world.database.dispose()


@pytest.fixture
def alice(world: World) -> User:
    """A person of the internal directory, on whichever database."""
    return world.person("alice", email="alice@example.org")


@pytest.fixture
def sqlite_alice(sqlite_world: World) -> User:
    """The same person on SQLite."""
    return sqlite_world.person("alice", email="alice@example.org")


@pytest.fixture(scope="session")
def crowd() -> Iterator[Crowd]:
    """Fifty threads."""
    crowd = Crowd(50)
    yield crowd
    crowd.close()
