"""A whole Doorward in this process, spoken to over HTTP without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.databases import Prepare
from tests.support.idp import Idp, open_idp, prepare_idp


@pytest.fixture
def idp(sqlite_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[Idp]:
    """A Doorward on SQLite."""
    idp = open_idp(fresh_database(sqlite_url, prepare_idp))
    yield idp
    idp.close()


@pytest.fixture
def idp_on_each(database_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[Idp]:
    """A Doorward on SQLite, PostgreSQL and MariaDB in turn."""
    idp = open_idp(fresh_database(database_url, prepare_idp))
    yield idp
    idp.close()
