"""Running migrations without an ini file: for ``doorward db`` and the embedded default."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from idp.errors import ConfigError
from mfa_engine.storage.database import Database

_LOCK = 7_283_001  # one number for all nodes


def upgrade(database: Database) -> None:
    """Bring the database to the newest revision; nothing when it is there already."""
    with database.writer.connect() as connection:
        if _current(connection) == head():
            return
        _wait_for_turn(connection, database.kind)
        try:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        finally:
            _end_turn(connection, database.kind)


def check(database: Database) -> None:
    """Refuse to start on a database that this program does not fit. Raises ConfigError."""
    with database.reader.connect() as connection:
        current = _current(connection)
    if current == head():
        return
    known = {script.revision for script in _scripts().walk_revisions()}
    if current is None or current in known:
        raise ConfigError("database", "schema", "is older than this program: run `doorward db upgrade`")
    raise ConfigError("database", "schema", "is newer than this program: install the newer Doorward")


def head() -> str:
    """The newest revision that this program knows."""
    return _scripts().get_current_head() or ""


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _wait_for_turn(connection: Connection, kind: str) -> None:
    if kind == "postgresql":
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
    elif kind in ("mariadb", "mysql"):
        connection.execute(text("SELECT GET_LOCK('doorward_migration', 60)"))


def _end_turn(connection: Connection, kind: str) -> None:
    if kind == "postgresql":
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    elif kind in ("mariadb", "mysql"):
        connection.execute(text("SELECT RELEASE_LOCK('doorward_migration')"))
