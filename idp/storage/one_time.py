"""One-time values: authorization codes, links. Each carries its purpose, and is found by both (OIDC-07).

Those that were issued in a session and to a client hold as long as both do: that is asked and asserted
by the very statements that read and spend them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.standing import client_enabled, session_alive
from mfa_engine.storage.base import Base, Instant, Json, Key, rows_changed
from mfa_engine.storage.prepared import Prepared


class OneTimeTable(Base):
    __tablename__ = "one_time"

    value_hash: Mapped[str] = mapped_column(Key(64), primary_key=True)  # SHA-256, hex
    purpose: Mapped[str] = mapped_column(Key(20), primary_key=True)
    document: Mapped[Any] = mapped_column(Json)
    session_id: Mapped[str | None] = mapped_column(Key(40))  # what it stands or falls with, if anything
    client_id: Mapped[str | None] = mapped_column(Key(120))
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


@dataclass(frozen=True, slots=True)
class IssuedRow:
    """One that was issued to a client in a session. ``standing``: both are as they should be now."""

    document: Any
    spent: bool
    standing: bool


_one = OneTimeTable.__table__.c
_named = (_one.value_hash == bindparam("b_value_hash"), _one.purpose == bindparam("b_purpose"))
_READ = select(*[_one[name] for name in OneTimeRow.__slots__]).where(*_named)
_standing = and_(session_alive(_one.session_id), client_enabled(_one.client_id))
_READ_ISSUED = Prepared(select(_one.document, _one.spent, _standing.label("standing")).where(*_named))
_INSERT = Prepared(insert(OneTimeTable))
_SPEND = update(OneTimeTable).where(*_named, _one.spent.is_(False)).values(spent=True)
_SPEND_ALL = update(OneTimeTable).where(_one.purpose == bindparam("b_purpose")).values(spent=True)
_SPEND_ISSUED = Prepared(_SPEND.where(_standing))
_DROP = delete(OneTimeTable).where(_one.expires_at < bindparam("b_before"))


def read_one_time(connection: Connection, purpose: str, value_hash: str) -> OneTimeRow | None:
    """The value of this purpose, spent or not; None when there is none. One statement."""
    row = connection.execute(_READ, {"b_value_hash": value_hash, "b_purpose": purpose}).one_or_none()
    return None if row is None else OneTimeRow(*row)


def read_issued(connection: Connection, purpose: str, value_hash: str, now: datetime) -> IssuedRow | None:
    """The same for one that was issued to a client in a session. One statement."""
    values = {"b_value_hash": value_hash, "b_purpose": purpose, "b_now": now}
    row = _READ_ISSUED.one(connection, values)
    if row is None:
        return None
    document, spent, standing = row
    return IssuedRow(document, spent, bool(standing))


def insert_one_time(
    connection: Connection,
    purpose: str,
    value_hash: str,
    document: Any,
    now: datetime,
    expires_at: datetime,
    *,
    session_id: str | None = None,
    client_id: str | None = None,
) -> None:
    """Store a new value. One statement."""
    _INSERT.changed(
        connection,
        {
            "value_hash": value_hash,
            "purpose": purpose,
            "document": document,
            "session_id": session_id,
            "client_id": client_id,
            "spent": False,
            "created_at": now,
            "expires_at": expires_at,
        },
    )


def spend_one_time(connection: Connection, purpose: str, value_hash: str) -> bool:
    """Use the value up. False when another request did (RACE-04)."""
    return rows_changed(connection, _SPEND, {"b_value_hash": value_hash, "b_purpose": purpose}) == 1


def spend_all_of(connection: Connection, purpose: str) -> None:
    """Use up every value of this purpose. One statement."""
    connection.execute(_SPEND_ALL, {"b_purpose": purpose})


def spend_issued(connection: Connection, purpose: str, value_hash: str, now: datetime) -> bool:
    """The same while its session lives and its client is enabled. False: one of the three is not so."""
    values = {"b_value_hash": value_hash, "b_purpose": purpose, "b_now": now}
    return _SPEND_ISSUED.changed(connection, values) == 1


def drop_expired_one_time(connection: Connection, before: datetime) -> int:
    """Delete what expired before ``before``."""
    return rows_changed(connection, _DROP, {"b_before": before})
