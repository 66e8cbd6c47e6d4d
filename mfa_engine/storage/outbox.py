"""What leaves the house: rows committed with the act, sent afterwards at least once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Bytes, Instant, Key, rows_changed


class OutboxTable(Base):
    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(Key(32), primary_key=True)
    kind: Mapped[str] = mapped_column(Key(20))
    body: Mapped[bytes] = mapped_column(Bytes)  # sealed: it may hold a code
    attempts: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)
    give_up_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message as stored, still sealed."""

    id: str
    kind: str
    body: bytes = field(repr=False)
    attempts: int
    due_at: datetime
    give_up_at: datetime


_outbox = OutboxTable.__table__.c
_COLUMNS = [_outbox[name] for name in OutboxRow.__slots__]
_INSERT = insert(OutboxTable)
_DUE = (
    select(*_COLUMNS)
    .where(_outbox.due_at <= bindparam("b_now"))
    .order_by(_outbox.due_at)
    .limit(bindparam("b_limit"))
)
_CLAIM = (
    update(OutboxTable)
    .where(_outbox.id == bindparam("b_id"), _outbox.due_at <= bindparam("b_now"))
    .values(due_at=bindparam("b_until"), attempts=_outbox.attempts + 1)
)
_DELETE = delete(OutboxTable).where(_outbox.id.in_(bindparam("b_ids", expanding=True)))


def insert_message(connection: Connection, values: dict[str, Any]) -> None:
    """Store a message in the transaction of the act that causes it."""
    connection.execute(_INSERT, values)


def due_messages(connection: Connection, now: datetime, limit: int) -> tuple[OutboxRow, ...]:
    """What nobody is sending at the moment. One statement."""
    return tuple(OutboxRow(*row) for row in connection.execute(_DUE, {"b_now": now, "b_limit": limit}))


def claim(connection: Connection, message_id: str, now: datetime, until: datetime) -> bool:
    """Take a message for sending until ``until``. False when another node was first."""
    return rows_changed(connection, _CLAIM, {"b_id": message_id, "b_now": now, "b_until": until}) == 1


def delete_messages(connection: Connection, ids: Sequence[str]) -> None:
    """They are sent, or given up. One statement."""
    connection.execute(_DELETE, {"b_ids": list(ids)})
