"""The data keys, wrapped by the key-encryption key that lies outside the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Integer, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Bytes, Instant


class DataKeyTable(Base):
    __tablename__ = "data_key"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    wrapped: Mapped[bytes] = mapped_column(Bytes)
    created_at: Mapped[datetime] = mapped_column(Instant)


_key = DataKeyTable.__table__.c


def wrapped_keys(connection: Connection) -> dict[int, bytes]:
    """All data keys by version, still wrapped."""
    return {row.version: row.wrapped for row in connection.execute(select(_key.version, _key.wrapped))}


def insert_data_key(connection: Connection, version: int, wrapped: bytes, now: datetime) -> None:
    """Store a new data key. Raises IntegrityError when another node was first with this version."""
    connection.execute(insert(DataKeyTable), {"version": version, "wrapped": wrapped, "created_at": now})
