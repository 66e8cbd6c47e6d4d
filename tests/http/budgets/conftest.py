"""A Doorward on PostgreSQL whose statements are counted in the database's own log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.support.databases import Prepare
from tests.support.idp import Idp, open_idp, prepare_idp
from tests.support.statements import Counted

Counting = Callable[[], AbstractContextManager[Counted]]


@pytest.fixture
def idp(postgresql_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[Idp]:
    """It looks once a second whether rules, keys or applications have changed, and its clock stands still."""
    idp = open_idp(fresh_database(postgresql_url, prepare_idp), ENGINE_SNAPSHOT_MAX_AGE_SECONDS="1")
    yield idp
    idp.close()


@pytest.fixture
def counting(idp: Idp, counted_statements: Callable[[str], AbstractContextManager[Counted]]) -> Counting:
    """`with counting() as counted`: what the database of `idp` is asked meanwhile."""
    url = idp.database.url.render_as_string(hide_password=False)
    return lambda: counted_statements(url)
