"""OpenID Connect clients that are registered here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Instant, Json, Key, rows_changed


class ClientTable(Base):
    __tablename__ = "client"

    client_id: Mapped[str] = mapped_column(Key(120), primary_key=True)
    document: Mapped[Any] = mapped_column(Json)  # client metadata by the names of RFC 7591, and ours
    secret_hash: Mapped[str | None] = mapped_column(Key(64))  # SHA-256, hex, of a random secret
    enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One client as stored."""

    client_id: str
    document: Any
    secret_hash: str | None = field(repr=False)
    enabled: bool
    created_at: datetime
    changed_at: datetime


_client = ClientTable.__table__.c
_COLUMNS = [_client[name] for name in ClientRow.__slots__]
_READ = select(*_COLUMNS).where(_client.client_id == bindparam("b_client_id"))
_LIST = select(*_COLUMNS).where(_client.client_id > bindparam("b_after")).order_by(_client.client_id)
_INSERT = insert(ClientTable)
_DELETE = delete(ClientTable).where(_client.client_id == bindparam("b_client_id"))


def read_client(connection: Connection, client_id: str) -> ClientRow | None:
    """The client, or None. One statement."""
    row = connection.execute(_READ, {"b_client_id": client_id}).one_or_none()
    return None if row is None else ClientRow(*row)


def list_clients(connection: Connection, after: str, limit: int) -> tuple[ClientRow, ...]:
    """Clients by their id, behind ``after``. One statement."""
    rows = connection.execute(_LIST.limit(limit), {"b_after": after})
    return tuple(ClientRow(*row) for row in rows)


def insert_client(connection: Connection, row: ClientRow) -> None:
    """Store a client. Raises IntegrityError when the id is taken."""
    connection.execute(_INSERT, {name: getattr(row, name) for name in ClientRow.__slots__})


def change_client(connection: Connection, client_id: str, values: dict[str, Any]) -> bool:
    """Set columns of one client. False when there is none."""
    statement = update(ClientTable).where(_client.client_id == bindparam("b_client_id")).values(values)
    return rows_changed(connection, statement, {"b_client_id": client_id}) == 1


def delete_client(connection: Connection, client_id: str) -> bool:
    """False when there was none."""
    return rows_changed(connection, _DELETE, {"b_client_id": client_id}) == 1
