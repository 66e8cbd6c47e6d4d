"""Statements of the hot paths: compiled once for each database, run on the driver's own cursor.

The toolkit declares and compiles them. Its own way to execute one costs as much CPU time again as the
driver and the network together, at each execution; here only the column types are left of it, and its way
to tell what an error means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.sql.dml import UpdateBase

Statement = Select[Any] | UpdateBase
Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """SQL as the driver takes it. ``fixed`` are values that the statement itself brings."""

    sql: str
    fixed: Mapping[str, Any]
    writers: tuple[tuple[str, Convert], ...]  # parameters that are not given to the driver as they are
    order: tuple[str, ...] | None  # of the parameters; None: the driver takes them by name
    readers: tuple[tuple[int, Convert], ...]  # columns that do not come from the driver as they should be


class Prepared:
    """One statement with ``bindparam``s, or one for each database by the names that ``upsert`` uses.

    Lists of any length (``IN``) cannot be bound. An INSERT without values takes all columns.
    """

    def __init__(self, statement: Statement | Mapping[str, Statement]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of a SELECT, or of what RETURNING gives."""
        compiled = self._for(connection.dialect)
        cursor = self._executed(connection, compiled, values)
        try:
            rows = cursor.fetchall()
        finally:
            cursor.close()
        if not compiled.readers:
            return [tuple(row) for row in rows]
        return [_read(row, compiled.readers) for row in rows]

    def one(self, connection: Connection, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The row of a statement that gives one at most."""
        rows = self.all(connection, values)
        if len(rows) > 1:
            raise LookupError("a statement that gives one row gave several")
        return rows[0] if rows else None

    def changed(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Run a write and say how many rows it matched: for a conditional one that number decides
        (invariant 2)."""
        cursor = self._executed(connection, self._for(connection.dialect), values)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            statement = self._statement
            chosen = statement[dialect.name] if isinstance(statement, Mapping) else statement
            compiled = self._compiled[dialect.name] = _compile(chosen, dialect)
        return compiled

    def _executed(self, connection: Connection, compiled: _Compiled, values: Mapping[str, Any]) -> Any:
        """The cursor, with its result. Raises what the toolkit would raise."""
        named = {**compiled.fixed, **values}
        for name, write in compiled.writers:
            named[name] = write(named[name])
        order = compiled.order
        parameters = named if order is None else [named[name] for name in order]
        cursor = connection.connection.cursor()
        for listener in connection.engine.dispatch.before_cursor_execute:  # whoever counts statements
            listener(connection, cursor, compiled.sql, parameters, None, False)
        try:
            cursor.execute(compiled.sql, parameters)
        except connection.dialect.loaded_dbapi.Error as error:
            # Tells a lost connection, then gives up what the pool has of the same server.
            connection._handle_dbapi_exception(error, compiled.sql, None, cursor, None)
        return cursor


def _read(row: Sequence[Any], readers: tuple[tuple[int, Convert], ...]) -> tuple[Any, ...]:
    values = list(row)
    for place, read in readers:
        values[place] = read(values[place])
    return tuple(values)


def _compile(statement: Statement, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    if compiled.post_compile_params:
        raise TypeError("a prepared statement cannot take lists")
    writers = {  # by name: a parameter may stand in several places
        name: write
        for parameter, name in compiled.bind_names.items()
        if (write := parameter.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    return _Compiled(
        sql=compiled.string,
        fixed={
            name: parameter.effective_value
            for parameter, name in compiled.bind_names.items()
            if not parameter.required
        },
        writers=tuple(writers.items()),
        order=tuple(compiled.positiontup) if compiled.positiontup else None,
        readers=tuple(
            (place, read)
            for place, column in enumerate(statement.exported_columns)
            if (read := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ),
    )
