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
    """The two engines on one database, and which of the three it is. ``patience_seconds``: how long a
    statement may take, and how long work is begun again."""

    url: URL
    writer: Engine
    reader: Engine
    patience_seconds: float

    @property
    def kind(self) -> str:
        """``sqlite``, ``postgresql`` or ``mariadb``."""
        return self.writer.dialect.name

    def dispose(self, *, close: bool = True) -> None:
        """Forget all connections. ``close`` False: leave them open, since they are another process's."""
        self.writer.dispose(close=close)
        self.reader.dispose(close=close)


def open_database(url: str, *, connections: int = 16, patience_seconds: float = 10) -> Database:
    """A Database for a SQLAlchemy URL; connects at first use.

    ``connections`` is the number of threads of this process: a pool larger than that is never used.
    ``patience_seconds``: how long a statement may take, its wait for a lock included (OPS-05). No value
    that is stored is ever in an error or a log of the toolkit (KEY-07).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, connections, patience_seconds)
    options: dict[str, Any] = {
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": 2,
        "pool_recycle": 1800,
        "pool_use_lifo": True,
        "hide_parameters": True,
        "connect_args": _CONNECT_ARGS[parsed.get_backend_name()](patience_seconds),
    }
    writer = create_engine(parsed, isolation_level="READ COMMITTED", **options)
    reader = create_engine(parsed, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **options)
    return Database(parsed, writer, reader, patience_seconds)


def _postgresql_args(patience_seconds: float) -> dict[str, Any]:
    settings = {
        "statement_timeout": int(patience_seconds * 1000),
        "idle_in_transaction_session_timeout": 30_000,
        "timezone": "UTC",
    }
    return {
        "connect_timeout": _CONNECT_SECONDS,
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
    }


def _mariadb_args(patience_seconds: float) -> dict[str, Any]:
    lock_wait = max(1, int(patience_seconds))
    return {
        "connect_timeout": _CONNECT_SECONDS,
        "read_timeout": patience_seconds,
        "write_timeout": patience_seconds,
        "init_command": f"SET time_zone='+00:00', innodb_lock_wait_timeout={lock_wait}",
    }


_CONNECT_SECONDS = 2
_CONNECT_ARGS = {"postgresql": _postgresql_args, "mariadb": _mariadb_args}


def _open_sqlite(url: URL, connections: int, patience_seconds: float) -> Database:
    """One writer a process, since SQLite has one at a time: threads then wait in line for its connection,
    where SQLite itself would have each of them look again and again."""
    options: dict[str, Any] = {
        "poolclass": QueuePool,
        "max_overflow": 0,
        "pool_timeout": patience_seconds,
        "hide_parameters": True,
        "connect_args": {"check_same_thread": False, "timeout": patience_seconds},
    }
    writer = create_engine(url, pool_size=1, **options)
    reader = create_engine(url, pool_size=connections, **options)
    for engine in (writer, reader):
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(writer, "begin", _begin_immediate)
    return Database(url, writer, reader, patience_seconds)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3 must not begin transactions by itself
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
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
