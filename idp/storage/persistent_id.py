"""Persistent NameIDs: opaque, one a person and service provider, never reassigned."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, UniqueConstraint, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Instant, Key


class PersistentIdTable(Base):
    __tablename__ = "persistent_id"
    __table_args__ = (UniqueConstraint("resolver", "uid", "qualifier"),)

    value: Mapped[str] = mapped_column(Key(256), primary_key=True)
    qualifier: Mapped[str] = mapped_column(Key(512))  # the service provider, or the group it names
    resolver: Mapped[str] = mapped_column(Key(120))
    uid: Mapped[str] = mapped_column(Key(320))
    created_at: Mapped[datetime] = mapped_column(Instant)


_id = PersistentIdTable.__table__.c
_READ = select(_id.value).where(
    _id.resolver == bindparam("b_resolver"),
    _id.uid == bindparam("b_uid"),
    _id.qualifier == bindparam("b_qualifier"),
)
_INSERT = insert(PersistentIdTable)


def read_persistent_id(connection: Connection, resolver: str, uid: str, qualifier: str) -> str | None:
    """The value given before, or None. One statement."""
    values = {"b_resolver": resolver, "b_uid": uid, "b_qualifier": qualifier}
    found: str | None = connection.execute(_READ, values).scalar()
    return found


def insert_persistent_id(
    connection: Connection, value: str, resolver: str, uid: str, qualifier: str, now: datetime
) -> None:
    """Store a new value. Raises IntegrityError when another request was first."""
    values = {"value": value, "resolver": resolver, "uid": uid, "qualifier": qualifier, "created_at": now}
    connection.execute(_INSERT, values)
