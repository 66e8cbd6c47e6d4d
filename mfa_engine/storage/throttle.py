"""Counters of failures and of messages sent, shared by all nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, case, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Instant, Key, rows_changed, upsert


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


_throttle = ThrottleTable.__table__.c
_READ = select(_throttle.name, _throttle.count, _throttle.since, _throttle.last_at).where(
    _throttle.name.in_(bindparam("b_names", expanding=True))
)
_too_old = or_(_throttle.since <= bindparam("b_begin"), _throttle.last_at <= bindparam("b_begin_last"))
_now = bindparam("b_now", type_=Instant())
_NEW = {"name": bindparam("b_name"), "since": _now, "last_at": _now}
# MariaDB assigns from left to right: what is tested has to be assigned last.
_COUNT = upsert(
    ThrottleTable,
    ["name"],
    _NEW | {"count": 1},
    {
        "count": case((_too_old, 1), else_=_throttle.count + 1),
        "since": case((_too_old, _now), else_=_throttle.since),
        "last_at": _now,
    },
)
_LOCK = upsert(ThrottleTable, ["name"], _NEW | {"count": 0}, {"count": _throttle.count})
_UNCOUNT = (
    update(ThrottleTable)
    .where(_throttle.name == bindparam("b_name"), _throttle.count > 0)
    .values(count=_throttle.count - 1)
)
_CLEAR = delete(ThrottleTable).where(_throttle.name == bindparam("b_name"))
_DROP = delete(ThrottleTable).where(_throttle.last_at < bindparam("b_before"))


def read_tallies(connection: Connection, names: Sequence[str]) -> dict[str, Tally]:
    """The counts of these names; what was never counted is left out. One statement."""
    return {row.name: Tally(*row) for row in connection.execute(_READ, {"b_names": list(names)})}


def count_up(connection: Connection, name: str, now: datetime, begin: datetime, begin_last: datetime) -> None:
    """One more, counted by the database. A count that began at ``begin`` or before, or that last moved at
    ``begin_last`` or before, starts again at one. One statement."""
    values = {"b_name": name, "b_now": now, "b_begin": begin, "b_begin_last": begin_last}
    connection.execute(_COUNT[connection.dialect.name], values)


def lock_tally(connection: Connection, name: str, now: datetime) -> Tally:
    """The count of a name, locked until the transaction ends: what is decided on it is decided by one
    request at a time. Two statements."""
    connection.execute(_LOCK[connection.dialect.name], {"b_name": name, "b_now": now})
    return read_tallies(connection, [name])[name]


def uncount(connection: Connection, name: str) -> None:
    """Take one back. One statement."""
    connection.execute(_UNCOUNT, {"b_name": name})


def clear(connection: Connection, name: str) -> bool:
    """Forget a count. False when there was none."""
    return rows_changed(connection, _CLEAR, {"b_name": name}) == 1


def drop_old(connection: Connection, before: datetime) -> int:
    """Delete counts that last moved before ``before``."""
    return rows_changed(connection, _DROP, {"b_before": before})
