"""Audit rows: who did what to whom, from where, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, Select, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Bytes, Instant, Json, Key, LongText
from mfa_engine.storage.prepared import Prepared


class AuditTable(Base):
    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_person", "resolver", "uid", "id"),
        Index("ix_audit_serial", "serial", "id"),
    )

    id: Mapped[str] = mapped_column(Key(32), primary_key=True)  # begins with the time: sorts by it
    at: Mapped[datetime] = mapped_column(Instant)
    event: Mapped[str] = mapped_column(Key(60))
    success: Mapped[bool]
    reason: Mapped[str] = mapped_column(Key(60))
    actor: Mapped[str] = mapped_column(LongText)
    resolver: Mapped[str | None] = mapped_column(Key(120))
    uid: Mapped[str | None] = mapped_column(Key(320))
    subject: Mapped[str] = mapped_column(LongText)
    realm: Mapped[str] = mapped_column(LongText)
    serial: Mapped[str | None] = mapped_column(Key(40))
    application: Mapped[str] = mapped_column(LongText)
    address: Mapped[str] = mapped_column(Key(60))
    request_id: Mapped[str] = mapped_column(Key(40), index=True)
    details: Mapped[Any] = mapped_column(Json)
    mac: Mapped[bytes] = mapped_column(Bytes)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One audit row as stored."""

    id: str
    at: datetime
    event: str
    success: bool
    reason: str
    actor: str
    resolver: str | None
    uid: str | None
    subject: str
    realm: str
    serial: str | None
    application: str
    address: str
    request_id: str
    details: Any
    mac: bytes


_audit = AuditTable.__table__.c
_COLUMNS = [_audit[name] for name in AuditRow.__slots__]
_INSERT = Prepared(insert(AuditTable))
_ALL_AFTER = (
    select(*_COLUMNS).where(_audit.id > bindparam("b_after")).order_by(_audit.id).limit(bindparam("b_limit"))
)


def insert_audit(connection: Connection, values: dict[str, Any]) -> None:
    """Store one row. One statement."""
    _INSERT.changed(connection, values)


def audit_after(connection: Connection, after: str, limit: int) -> tuple[AuditRow, ...]:
    """Rows in order of time, behind the row ``after`` ("" for the first)."""
    return tuple(
        AuditRow(*row) for row in connection.execute(_ALL_AFTER, {"b_after": after, "b_limit": limit})
    )


def newest_audit(
    connection: Connection,
    *,
    limit: int,
    before: str = "",
    event: str = "",
    person: tuple[str, str] | None = None,
    serial: str = "",
    request_id: str = "",
    success: bool | None = None,
) -> tuple[AuditRow, ...]:
    """Newest first, behind the row ``before``, narrowed by what is given. One statement on an index."""
    query: Select[Any] = select(*_COLUMNS).order_by(_audit.id.desc()).limit(limit)
    if before:
        query = query.where(_audit.id < before)
    if event:
        query = query.where(_audit.event.like(event.replace("*", "%")))
    if person:
        query = query.where(_audit.resolver == person[0], _audit.uid == person[1])
    if serial:
        query = query.where(_audit.serial == serial)
    if request_id:
        query = query.where(_audit.request_id == request_id)
    if success is not None:
        query = query.where(_audit.success.is_(success))
    return tuple(AuditRow(*row) for row in connection.execute(query))
