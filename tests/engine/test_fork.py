"""gunicorn forks a process that has connections: they stay its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from tests.support.engine import World


def connection_of(engine: Engine) -> Any:
    """One that goes back to the pool, as the driver knows it."""
    with engine.connect() as connection:
        return connection.connection.dbapi_connection


def test_a_child_neither_closes_nor_uses_the_connections_of_its_parent(sqlite_world: World) -> None:
    engines = (sqlite_world.database.writer, sqlite_world.database.reader)
    of_the_parent = [connection_of(engine) for engine in engines]
    assert [connection_of(engine) for engine in engines] == of_the_parent
    sqlite_world.engine.after_fork()
    assert [connection.execute("SELECT 1").fetchone() for connection in of_the_parent] == [(1,), (1,)]
    of_the_child = [connection_of(engine) for engine in engines]
    assert not any(one is other for one in of_the_child for other in of_the_parent)
    for connection in of_the_parent:
        connection.close()
