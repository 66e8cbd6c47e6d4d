"""Databases for one test each: empty ones, and copies of a prepared one.

One class a product, the same three methods in each. `fresh` gives a database that holds what a
function makes of an empty one (typically: the migrations) and nothing of earlier tests. The function
runs once a worker; later calls copy its result, because migrating takes longer than most tests.
"""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pymysql

from tests.support import mariadb, postgresql

Prepare = Callable[[str], None]  # makes the database of the given URL, which is empty, what a test needs


class Databases(Protocol):
    """The databases of one worker on one server."""

    def empty(self, folder: Path) -> str:
        """URL of an empty database. `folder` is the test's own, for the product that needs files."""

    def fresh(self, url: str, prepare: Prepare) -> str:
        """URL of a database beside the one of `url`, just as `prepare` makes it."""


class SQLite:
    """Files: `sqlite:////folder/doorward.db`."""

    def __init__(self, templates: Path) -> None:
        self.templates = templates
        self.prepared: dict[Prepare, Path] = {}

    def empty(self, folder: Path) -> str:
        return f"sqlite:///{folder / 'doorward.db'}"

    def fresh(self, url: str, prepare: Prepare) -> str:
        template = self.prepared.get(prepare) or self._template(prepare)
        target = url.removeprefix("sqlite:///")
        for leftover in (f"{target}-wal", f"{target}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copy(template, target)
        return url

    def _template(self, prepare: Prepare) -> Path:
        template = self.templates / f"{len(self.prepared)}.db"
        prepare(f"sqlite:///{template}")
        connection = sqlite3.connect(template)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        self.prepared[prepare] = template
        return template


class PostgreSQL:
    """`postgresql+psycopg://`; a copy is CREATE DATABASE from a template."""

    def __init__(self, port: int, worker: str) -> None:
        self.port = port
        self.name = f"test_{worker}"
        self.prepared: dict[Prepare, str] = {}

    def empty(self, folder: Path) -> str:
        if not self._is_empty():
            self._create(self.name)
        return postgresql.url(self.port, self.name)

    def fresh(self, url: str, prepare: Prepare) -> str:
        template = self.prepared.get(prepare) or self._template(prepare)
        self._create(f"{template}_copy", template)
        return postgresql.url(self.port, f"{template}_copy")

    def _template(self, prepare: Prepare) -> str:
        template = f"{self.name}_{len(self.prepared)}"
        self._create(template)
        prepare(postgresql.url(self.port, template))
        with self._connection() as connection:  # a template must have no connections
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template]
            )
        self.prepared[prepare] = template
        return template

    def _create(self, name: str, template: str = "template1") -> None:
        with self._connection() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())

    def _is_empty(self) -> bool:
        try:
            with self._connection(self.name) as connection:
                schemas, relations = connection.execute(
                    "SELECT (SELECT count(*) FROM pg_namespace WHERE oid >= 16384),"
                    " (SELECT count(*) FROM pg_class WHERE oid >= 16384)"  # lower ones are the system's
                ).fetchone() or (1, 1)
        except psycopg.OperationalError:  # it does not exist yet
            return False
        return not schemas and not relations

    def _connection(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=postgresql.SUPERUSER, dbname=database, autocommit=True
        )


class MariaDB:
    """`mariadb+pymysql://`; a copy is the same database with every row put back."""

    def __init__(self, port: int, worker: str) -> None:
        self.port = port
        self.name = f"test_{worker}"
        self.prepared: dict[Prepare, tuple[str, Rows]] = {}

    def empty(self, folder: Path) -> str:
        with self._connection() as connection:
            if rows_of(connection, self.name) != {}:
                recreate(connection, self.name)
        return mariadb.url(self.port, self.name)

    def fresh(self, url: str, prepare: Prepare) -> str:
        if prepare not in self.prepared:
            self._prepare(prepare, f"{self.name}_{len(self.prepared)}")
        name, rows = self.prepared[prepare]
        with self._connection() as connection:
            disconnect_all(connection, name)
            restored = restore(connection, name, rows)
        if not restored:  # a test changed the tables
            self._prepare(prepare, name)
        return mariadb.url(self.port, name)

    def _prepare(self, prepare: Prepare, name: str) -> None:
        with self._connection() as connection:
            recreate(connection, name)
            prepare(mariadb.url(self.port, name))
            self.prepared[prepare] = name, rows_of(connection, name) or {}

    def _connection(self) -> "pymysql.connections.Connection[Any]":
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user=mariadb.SUPERUSER, charset="utf8mb4", autocommit=True
        )


Rows = dict[str, tuple[tuple[object, ...], ...]]  # by table


def rows_of(connection: "pymysql.connections.Connection[Any]", database: str) -> Rows | None:
    """All rows of all tables. None when there is no such database."""
    with connection.cursor() as cursor:
        if not cursor.execute("SHOW DATABASES LIKE %s", [database]):
            return None
        return {table: all_rows(cursor, database, table) for table in tables(cursor, database)}


def restore(connection: "pymysql.connections.Connection[Any]", database: str, rows: Rows) -> bool:
    """Put `rows` in place of what the tables hold. False when the tables are not those of `rows`."""
    with connection.cursor() as cursor:
        if tables(cursor, database) != set(rows):
            return False
        cursor.execute("SET foreign_key_checks = 0, lock_wait_timeout = 10, innodb_lock_wait_timeout = 10")
        for table, wanted in rows.items():
            cursor.execute(f"DELETE FROM `{database}`.`{table}`")
            cursor.execute(f"ALTER TABLE `{database}`.`{table}` AUTO_INCREMENT = 1")
            if wanted:
                places = ", ".join(["%s"] * len(wanted[0]))
                cursor.executemany(f"INSERT INTO `{database}`.`{table}` VALUES ({places})", wanted)
    return True


def recreate(connection: "pymysql.connections.Connection[Any]", database: str) -> None:
    """Make the database anew, empty."""
    disconnect_all(connection, database)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS `{database}`")
        cursor.execute(f"CREATE DATABASE `{database}`")


def disconnect_all(connection: "pymysql.connections.Connection[Any]", database: str) -> None:
    """End every connection to the database: a transaction that a test left open would hold its locks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE db = %s", [database])
        for (thread,) in cursor.fetchall():
            cursor.execute("KILL %s", [thread])


def tables(cursor: Any, database: str) -> set[str]:
    cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [database])
    return {name for (name,) in cursor.fetchall()}


def all_rows(cursor: Any, database: str, table: str) -> tuple[tuple[object, ...], ...]:
    cursor.execute(f"SELECT * FROM `{database}`.`{table}`")
    rows: tuple[tuple[object, ...], ...] = cursor.fetchall()
    return rows
