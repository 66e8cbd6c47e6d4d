"""Running migrations without an ini file: for ``doorward db`` and the embedded default."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from idp.errors import ConfigError
from idp.migrations import HEAD
from mfa_engine.storage.database import Database

_LOCK = 7_283_001  # one number for all nodes


def upgrade(database: Database) -> None:
    """Bring the database to the newest revision; nothing when it is there already."""
    if _present(database) == HEAD:
        return
    with database.writer.connect() as connection:
        _wait_for_turn(connection, database.kind)
        try:
            if _revision(connection) != HEAD:  # another node may have had its turn before
                _run(connection)
            connection.commit()
        finally:
            _end_turn(connection, database.kind)


def check(database: Database) -> None:
    """Refuse to start on a database that this program does not fit. Raises ConfigError."""
    present = _present(database)
    if present == HEAD:
        return
    if present is None or present < HEAD:
        raise ConfigError("database", "schema", "is older than this program: run `doorward db upgrade`")
    raise ConfigError("database", "schema", "is newer than this program: install the newer Doorward")


def _present(database: Database) -> str | None:
    with database.reader.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    """The database's own revision; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _wait_for_turn(connection: Connection, kind: str) -> None:
    """On SQLite the transaction itself is the turn: it began IMMEDIATE."""
    if kind == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
    elif kind in ("mariadb", "mysql"):
        connection.execute(text("SELECT GET_LOCK('doorward_migration', 60)"))


def _end_turn(connection: Connection, kind: str) -> None:
    if kind == "postgresql":
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    elif kind in ("mariadb", "mysql"):
        connection.execute(text("SELECT RELEASE_LOCK('doorward_migration')"))
