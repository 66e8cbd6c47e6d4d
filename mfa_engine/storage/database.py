"""Opening SQLite, PostgreSQL and MariaDB, and telling their errors apart.

Two SQLAlchemy engines share a database: ``writer`` begins transactions (IMMEDIATE on SQLite, so that
writers take their turn before they read), ``reader`` runs lone SELECTs in autocommit, which spares
the round trips of BEGIN and ROLLBACK.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

__all__ = ["Database", "DatabaseError", "PoolTimeout", "connection_lost", "open_database", "try_again"]

DatabaseError = DBAPIError

_POSTGRESQL_AGAIN = {"40001", "40P01"}
_MARIADB_AGAIN = {1213, 1205, 1020, 1047}  # the last: a Galera node that is not ready
_SQLITE_BUSY = 5


@dataclass(frozen=True, slots=True)
class Database:
    """The two engines on one database, and which of the three it is."""

    url: URL
    writer: Engine
    reader: Engine

    @property
    def kind(self) -> str:
        """``sqlite``, ``postgresql`` or ``mariadb``."""
        return self.writer.dialect.name

    def dispose(self, *, close: bool = True) -> None:
        """Forget all connections. ``close`` False: leave them open, since they are another process's."""
        self.writer.dispose(close=close)
        self.reader.dispose(close=close)


def open_database(url: str, *, connections: int = 16) -> Database:
    """A Database for a SQLAlchemy URL; connects at first use.

    ``connections`` is the number of threads of this process: a pool larger than that is never used. No
    value that is stored is ever in an error or a log of the toolkit (KEY-07).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, connections)
    options: dict[str, Any] = {
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": 2,
        "pool_recycle": 1800,
        "pool_use_lifo": True,
        "hide_parameters": True,
        "connect_args": _CONNECT_ARGS[parsed.get_backend_name()],
    }
    writer = create_engine(parsed, isolation_level="READ COMMITTED", **options)
    reader = create_engine(parsed, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **options)
    return Database(parsed, writer, reader)


_CONNECT_ARGS: dict[str, dict[str, Any]] = {
    "postgresql": {
        "connect_timeout": 3,
        "options": "-c statement_timeout=10000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC",
    },
    "mariadb": {
        "connect_timeout": 3,
        "read_timeout": 10,
        "write_timeout": 10,
        "init_command": "SET time_zone='+00:00', innodb_lock_wait_timeout=5",
    },
}


def _open_sqlite(url: URL, connections: int) -> Database:
    """One writer a process, since SQLite has one at a time: threads then wait in line for its connection,
    where SQLite itself would have each of them look again and again."""
    options: dict[str, Any] = {
        "poolclass": QueuePool,
        "max_overflow": 0,
        "pool_timeout": 5,
        "hide_parameters": True,
        "connect_args": {"check_same_thread": False, "timeout": 5},
    }
    writer = create_engine(url, pool_size=1, **options)
    reader = create_engine(url, pool_size=connections, **options)
    for engine in (writer, reader):
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(writer, "begin", _begin_immediate)
    return Database(url, writer, reader)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3 must not begin transactions by itself
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def try_again(error: DBAPIError) -> bool:
    """Whether the database says that the same transaction may succeed when it is run once more (OPS-01)."""
    original = error.orig
    if original is None:
        return False
    if getattr(original, "sqlstate", None) in _POSTGRESQL_AGAIN:
        return True
    if getattr(original, "sqlite_errorcode", 0) & 0xFF == _SQLITE_BUSY:
        return True
    code = original.args[0] if original.args else None
    return isinstance(error, OperationalError) and isinstance(code, int) and code in _MARIADB_AGAIN


def connection_lost(error: DBAPIError) -> bool:
    """Whether the connection itself died, so that nothing of the transaction can be known from it."""
    return error.connection_invalidated
