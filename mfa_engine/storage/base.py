"""Base of all typed mappings, and the column types that behave alike on the three databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Integer, LargeBinary, MetaData, String, Text
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.dml import Insert, UpdateBase
from sqlalchemy.types import TypeDecorator, TypeEngine


class Base(DeclarativeBase):
    """All tables, the engine's and those of ``idp.storage``: one history of migrations serves both."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


_EXACT = "utf8mb4_nopad_bin"  # MariaDB's others fold case, or take "x " for "x"


def Key(length: int) -> TypeEngine[str]:  # noqa: N802 - reads as a column type
    """Text compared byte for byte on every database."""
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation=_EXACT)
    return String(length).with_variant(exact, "mysql", "mariadb")


LongText = Text().with_variant(mysql.MEDIUMTEXT(charset="utf8mb4", collation=_EXACT), "mysql", "mariadb")
Bytes = LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
BigKey = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts only INTEGER PRIMARY KEY by itself


class Instant(TypeDecorator[datetime]):
    """An aware UTC time with microseconds. Naive values are refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone reached the database")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value kept as text: the same bytes on every database, no server-side functions."""

    impl = LongText
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value)


def rows_changed(connection: Connection, statement: UpdateBase, values: dict[str, Any]) -> int:
    """Run one conditional write and say how many rows it matched: that number decides (invariant 2)."""
    return connection.execute(statement, values).rowcount


def upsert(
    table: type[Base], key: Sequence[str], new: Sequence[Mapping[str, Any]], change: Mapping[str, Any]
) -> Mapping[str, Insert]:
    """Insert the rows ``new``; where there is one with the same primary ``key`` make ``change`` of it.

    One statement, by the database's name. It never waits with a shared lock for an exclusive one, as an
    INSERT that failed and an UPDATE behind it do on MariaDB: there two of them are a deadlock.
    """
    rows = [dict(row) for row in new]
    values = rows[0] if len(rows) == 1 else rows  # the toolkit compiles a list of rows anew at each execution
    return {
        "sqlite": sqlite.insert(table).values(values).on_conflict_do_update(index_elements=key, set_=change),
        "postgresql": postgresql.insert(table)
        .values(values)
        .on_conflict_do_update(index_elements=key, set_=change),
        "mariadb": mysql.insert(table).values(values).on_duplicate_key_update(change),
    }
