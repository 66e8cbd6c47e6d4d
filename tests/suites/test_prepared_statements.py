"""Prepared statements do on each database what the toolkit's own execution does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, event, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mfa_engine.storage.base import Bytes, Instant, Json, Key, LongText, upsert
from mfa_engine.storage.database import Database, connection_lost, open_database
from mfa_engine.storage.prepared import Prepared

NOON = datetime(2026, 11, 2, 12, 0, 0, 123456, tzinfo=UTC)


class Base(DeclarativeBase):
    """Of this module alone."""


class Thing(Base):
    __tablename__ = "thing"

    name: Mapped[str] = mapped_column(Key(40), primary_key=True)
    fresh: Mapped[bool]
    count: Mapped[int]
    at: Mapped[datetime | None] = mapped_column(Instant)
    details: Mapped[Any] = mapped_column(Json, nullable=True)
    octets: Mapped[bytes | None] = mapped_column(Bytes)
    text: Mapped[str] = mapped_column(LongText)


VALUES = {
    "name": "Ä",
    "fresh": True,
    "count": 7,
    "at": NOON,
    "details": {"list": [1, None, "é"]},
    "octets": b"\x00\xff%",
    "text": "100 % of it: ?",
}
_thing = Thing.__table__.c
INSERT = Prepared(insert(Thing))
READ = Prepared(select(*_thing).where(_thing.name == bindparam("b_name")))
ALL = Prepared(select(_thing.name).order_by(_thing.name))
COUNT_UP = Prepared(
    update(Thing)
    .where(_thing.name == bindparam("b_name"), _thing.fresh.is_(True), _thing.at <= bindparam("b_now"))
    .values(count=_thing.count + 1, fresh=False, at=bindparam("b_now"))
)
SAVE = Prepared(
    upsert(
        Thing,  # type: ignore[arg-type] - a table like any other
        ["name"],
        [{name: bindparam(f"b_{name}", type_=_thing[name].type) for name in VALUES}],
        {"count": bindparam("b_count")},
    )
)


_ENDING = {  # a connection's number, and how another one ends it
    "postgresql": ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend(%s)"),
    "mariadb": ("SELECT connection_id()", "KILL %s"),
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """With the one table, which holds the one row."""
    database = open_database(database_url)
    Base.metadata.create_all(database.writer)
    with database.writer.begin() as connection:
        INSERT.changed(connection, VALUES)
    yield database
    Base.metadata.drop_all(database.writer)
    database.dispose()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """In a transaction."""
    with database.writer.connect() as connection, connection.begin():
        yield connection


def test_what_was_written_is_read_as_the_same_values(connection: Connection) -> None:
    assert READ.one(connection, {"b_name": "Ä"}) == tuple(VALUES.values())
    assert READ.one(connection, {"b_name": "Ä"}) == tuple(connection.execute(select(*_thing)).one())


def test_nothing_and_none_are_told_apart(connection: Connection) -> None:
    INSERT.changed(connection, {**VALUES, "name": "none", "at": None, "octets": None, "details": None})
    assert READ.one(connection, {"b_name": "nobody"}) is None
    assert READ.one(connection, {"b_name": "none"}) == ("none", True, 7, None, None, None, "100 % of it: ?")


def test_a_conditional_write_tells_how_many_rows_it_matched(connection: Connection) -> None:
    values = {"b_name": "Ä", "b_now": NOON + timedelta(hours=1)}
    assert [COUNT_UP.changed(connection, values) for _ in range(2)] == [1, 0]


def test_a_row_that_is_written_as_it_was_counts_as_matched(connection: Connection) -> None:
    values = {f"b_{name}": value for name, value in VALUES.items()}
    same = Prepared(update(Thing).where(_thing.name == bindparam("b_name")).values(count=7))
    assert same.changed(connection, {"b_name": "Ä"}) == 1
    SAVE.changed(connection, {**values, "b_count": 9})
    row = READ.one(connection, {"b_name": "Ä"})
    assert row is not None
    assert row[2] == 9


def test_a_time_without_zone_is_refused(connection: Connection) -> None:
    with pytest.raises(ValueError, match="without zone"):
        COUNT_UP.changed(connection, {"b_name": "Ä", "b_now": NOON.replace(tzinfo=None)})


def test_a_parameter_that_is_missing_is_never_taken_for_none(connection: Connection) -> None:
    with pytest.raises((KeyError, DBAPIError)):
        COUNT_UP.changed(connection, {"b_name": "Ä"})


def test_several_rows_are_not_one(connection: Connection) -> None:
    INSERT.changed(connection, {**VALUES, "name": "b"})
    assert ALL.all(connection, {}) == [("b",), ("Ä",)]
    with pytest.raises(LookupError):
        ALL.one(connection, {})


def test_a_list_cannot_be_bound(connection: Connection) -> None:
    listed = Prepared(select(_thing.name).where(_thing.name.in_(bindparam("b_names", expanding=True))))
    with pytest.raises(TypeError):
        listed.all(connection, {"b_names": ["Ä"]})


def test_a_broken_constraint_is_the_toolkits_error_and_shows_no_value(connection: Connection) -> None:
    with pytest.raises(IntegrityError) as caught:
        INSERT.changed(connection, VALUES)
    assert caught.value.params is None
    assert not connection.invalidated


@pytest.mark.parametrize("database_url", ["postgresql", "mariadb"], indirect=True)
def test_a_lost_connection_is_told_and_not_used_again(database: Database) -> None:
    number, end = _ENDING[database.kind]
    with database.writer.connect() as lost, database.writer.connect() as other:
        other.exec_driver_sql(end, (lost.exec_driver_sql(number).scalar(),))
        with pytest.raises(DBAPIError) as caught:
            ALL.all(lost, {})
        assert connection_lost(caught.value)
    with database.writer.connect() as new:
        assert ALL.all(new, {}) == [("Ä",)]


def test_whoever_counts_statements_sees_them(database: Database) -> None:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(database.reader, "before_cursor_execute", note)
    with database.reader.connect() as connection:
        ALL.all(connection, {})
    event.remove(database.reader, "before_cursor_execute", note)
    assert [sql.split()[0] for sql in seen] == ["SELECT"]
