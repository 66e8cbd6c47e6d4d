"""Counters of failures and of messages sent, shared by all nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, case, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.dml import Insert

from mfa_engine.storage.base import Base, Instant, Key, rows_changed, upsert
from mfa_engine.storage.prepared import Prepared

EVER = datetime(1970, 1, 1, tzinfo=UTC)


class ThrottleTable(Base):
    __tablename__ = "throttle"

    name: Mapped[str] = mapped_column(Key(400), primary_key=True)  # what is counted, e.g. address:192.0.2.7
    count: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(Instant)  # when this count began
    last_at: Mapped[datetime] = mapped_column(Instant, index=True)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often, since when, and when last."""

    name: str
    count: int
    since: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """What is to be counted. A count that began at ``begin`` or before, or that last moved at
    ``begin_last`` or before, starts again at one."""

    name: str
    begin: datetime = EVER
    begin_last: datetime = EVER


_throttle = ThrottleTable.__table__.c
_now = bindparam("b_now", type_=Instant())


@cache
def _reading(names: int) -> Prepared:
    return Prepared(
        select(_throttle.name, _throttle.count, _throttle.since, _throttle.last_at).where(
            _throttle.name.in_([bindparam(f"b_name{n}") for n in range(names)])
        )
    )


def _new(index: int, count: int) -> dict[str, Any]:
    return {"name": bindparam(f"b_name{index}"), "count": count, "since": _now, "last_at": _now}


def _counting(names: int) -> Mapping[str, Insert]:
    """Each name has limits of its own for how old its count may be."""

    def own(limit: str) -> ColumnElement[datetime]:
        return case(
            *(
                (_throttle.name == bindparam(f"b_name{n}"), bindparam(f"b_{limit}{n}", type_=Instant()))
                for n in range(names)
            )
        )

    too_old = or_(_throttle.since <= own("begin"), _throttle.last_at <= own("begin_last"))
    # MariaDB assigns from left to right: what is tested has to be assigned last.
    changed = {
        "count": case((too_old, 1), else_=_throttle.count + 1),
        "since": case((too_old, _now), else_=_throttle.since),
        "last_at": _now,
    }
    return upsert(ThrottleTable, ["name"], [_new(n, 1) for n in range(names)], changed)


_COUNT = {names: Prepared(_counting(names)) for names in (1, 2)}
_TALLY = [_throttle[name] for name in Tally.__slots__]
_LOCK = Prepared(
    {
        product: statement.returning(*_TALLY)
        for product, statement in upsert(
            ThrottleTable, ["name"], [_new(0, 0)], {"count": _throttle.count}
        ).items()
    }
)
_UNCOUNT = (
    update(ThrottleTable)
    .where(_throttle.name == bindparam("b_name"), _throttle.count >= bindparam("b_times"))
    .values(count=_throttle.count - bindparam("b_times"))
)
_CLEAR = Prepared(delete(ThrottleTable).where(_throttle.name == bindparam("b_name")))
_DROP = delete(ThrottleTable).where(_throttle.last_at < bindparam("b_before"))


def read_tallies(connection: Connection, names: Sequence[str]) -> dict[str, Tally]:
    """The counts of these names; what was never counted is left out. One statement."""
    values = {f"b_name{n}": name for n, name in enumerate(names)}
    tallies = [Tally(*row) for row in _reading(len(values)).all(connection, values)]
    return {tally.name: tally for tally in tallies}


def count_up(connection: Connection, now: datetime, *counts: Count) -> None:
    """One more for each of at most two names, counted by the database. One statement."""
    values: dict[str, object] = {"b_now": now}
    for n, count in enumerate(counts):
        values |= {f"b_name{n}": count.name, f"b_begin{n}": count.begin, f"b_begin_last{n}": count.begin_last}
    _COUNT[len(counts)].changed(connection, values)


def lock_tally(connection: Connection, name: str, now: datetime) -> Tally:
    """The count of a name, locked until the transaction ends: what is decided on it is decided by one
    request at a time. One statement."""
    (row,) = _LOCK.all(connection, {"b_name0": name, "b_now": now})
    return Tally(*row)


def uncount(connection: Connection, name: str, times: int) -> None:
    """Take as many back. One statement."""
    connection.execute(_UNCOUNT, {"b_name": name, "b_times": times})


def clear(connection: Connection, name: str) -> bool:
    """Forget a count. False when there was none."""
    return _CLEAR.changed(connection, {"b_name": name}) == 1


def drop_old(connection: Connection, before: datetime) -> int:
    """Delete counts that last moved before ``before``."""
    return rows_changed(connection, _DROP, {"b_before": before})
