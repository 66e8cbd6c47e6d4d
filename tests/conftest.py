"""Fixtures for every test: databases, mail, certificates. Nothing starts before a test asks for it."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import campaign
from tests.support.run import Run

if TYPE_CHECKING:
    from tests.support.certificates import Authority
    from tests.support.databases import Databases, MariaDB, PostgreSQL, Prepare, SQLite
    from tests.support.smtp import SmtpSink
    from tests.support.statements import Counted

RUN = pytest.StashKey[Run]()
DATABASES = ("sqlite", "postgresql", "mariadb")


if not campaign.IN_FULL:
    # Hypothesis then takes its profile "ci": the same examples each time, no deadline, no database.
    # To import it here in order to say so would cost each run half a second.
    os.environ.setdefault("CI", "true")


def pytest_configure(config: pytest.Config) -> None:
    if campaign.IN_FULL:
        campaign.seek_new_examples()
    workerinput = getattr(config, "workerinput", None)
    config.stash[RUN] = Run.begin() if workerinput is None else Run.join(workerinput)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Called by pytest-xdist for each worker that it starts."""
    node.workerinput.update(node.config.stash[RUN].to_worker())


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A long value names no test: `token0` does, and is the same in each worker when the value is random."""
    return argname if isinstance(val, str | bytes) and len(val) > 30 else None


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[RUN].end()


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """This run of the tests: its folder and its shared servers."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def authority(run: Run) -> "Authority":
    """A certificate authority for TLS servers: `authority.issue("localhost")`."""
    from tests.support.certificates import Authority

    return Authority(run.new_folder("authority"))


@pytest.fixture
def smtp_sink() -> "Iterator[SmtpSink]":
    """An SMTP server without TLS or login that keeps what it gets."""
    from tests.support.smtp import smtp_sink

    with smtp_sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def sqlite(run: Run) -> "SQLite":
    """This worker's SQLite databases."""
    from tests.support.databases import SQLite

    return SQLite(run.new_folder("sqlite"))


@pytest.fixture(scope="session")
def postgresql(run: Run) -> "PostgreSQL":
    """This worker's databases on the run's PostgreSQL server."""
    from tests.support import databases
    from tests.support.postgresql import start

    return databases.PostgreSQL(run.shared("postgresql", start)[0], run.worker)


@pytest.fixture(scope="session")
def mariadb(run: Run) -> "MariaDB":
    """This worker's databases on the run's MariaDB server."""
    from tests.support import databases
    from tests.support.mariadb import start

    return databases.MariaDB(run.shared("mariadb", start)[0], run.worker)


@pytest.fixture
def sqlite_url(sqlite: "SQLite", tmp_path: Path) -> str:
    """URL of an empty SQLite database."""
    return sqlite.empty(tmp_path)


@pytest.fixture
def postgresql_url(postgresql: "PostgreSQL", tmp_path: Path) -> str:
    """URL of an empty PostgreSQL database."""
    return postgresql.empty(tmp_path)


@pytest.fixture
def mariadb_url(mariadb: "MariaDB", tmp_path: Path) -> str:
    """URL of an empty MariaDB database."""
    return mariadb.empty(tmp_path)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database: the test runs on SQLite, PostgreSQL and MariaDB."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def fresh_database(request: pytest.FixtureRequest) -> "Callable[[str, Prepare], str]":
    """`fresh_database(url, prepare)`: URL of a database on the server of `url`, just as `prepare` makes it.

    `prepare(url)` fills an empty database, closing its connections. It runs once a worker, so give
    the same function each time; the test gets a copy of what it made.
    """

    def fresh(url: str, prepare: "Prepare") -> str:
        product = url.partition(":")[0].partition("+")[0]
        databases: Databases = request.getfixturevalue(product)
        return databases.fresh(url, prepare)

    return fresh


@pytest.fixture
def counted_statements(run: Run) -> "Callable[[str], AbstractContextManager[Counted]]":
    """`with counted_statements(postgresql_url) as counted`: the SQL that the database gets meanwhile."""
    from tests.support.postgresql import start
    from tests.support.statements import counting

    log = run.shared("postgresql", start)[1]
    return lambda url: counting(log, url.rpartition("/")[2])
