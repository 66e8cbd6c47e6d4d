"""One-time values: authorization codes, links. Each carries its purpose, and is found by both (OIDC-07)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Instant, Json, Key, rows_changed


class OneTimeTable(Base):
    __tablename__ = "one_time"

    value_hash: Mapped[str] = mapped_column(Key(64), primary_key=True)  # SHA-256, hex
    purpose: Mapped[str] = mapped_column(Key(20), primary_key=True)
    document: Mapped[Any] = mapped_column(Json)
    spent: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


@dataclass(frozen=True, slots=True)
class OneTimeRow:
    """One such value as stored: spent ones are kept until they expire, so that a replay is seen."""

    document: Any
    spent: bool
    created_at: datetime
    expires_at: datetime


_one = OneTimeTable.__table__.c
_named = (_one.value_hash == bindparam("b_value_hash"), _one.purpose == bindparam("b_purpose"))
_READ = select(*[_one[name] for name in OneTimeRow.__slots__]).where(*_named)
_INSERT = insert(OneTimeTable)
_SPEND = update(OneTimeTable).where(*_named, _one.spent.is_(False)).values(spent=True)
_DROP = delete(OneTimeTable).where(_one.expires_at < bindparam("b_before"))


def read_one_time(connection: Connection, purpose: str, value_hash: str) -> OneTimeRow | None:
    """The value of this purpose, spent or not; None when there is none. One statement."""
    row = connection.execute(_READ, {"b_value_hash": value_hash, "b_purpose": purpose}).one_or_none()
    return None if row is None else OneTimeRow(*row)


def insert_one_time(
    connection: Connection, purpose: str, value_hash: str, document: Any, now: datetime, expires_at: datetime
) -> None:
    """Store a new value."""
    connection.execute(
        _INSERT,
        {
            "value_hash": value_hash,
            "purpose": purpose,
            "document": document,
            "spent": False,
            "created_at": now,
            "expires_at": expires_at,
        },
    )


def spend_one_time(connection: Connection, purpose: str, value_hash: str) -> bool:
    """Use the value up. False when another request did (RACE-04)."""
    return rows_changed(connection, _SPEND, {"b_value_hash": value_hash, "b_purpose": purpose}) == 1


def drop_expired_one_time(connection: Connection, before: datetime) -> int:
    """Delete what expired before ``before``."""
    return rows_changed(connection, _DROP, {"b_before": before})
