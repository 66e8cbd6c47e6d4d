"""OpenID Connect clients that are registered here, and the web origins whose scripts may call us for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Instant, Json, Key, rows_changed


class ClientTable(Base):
    __tablename__ = "client"

    client_id: Mapped[str] = mapped_column(Key(120), primary_key=True)
    document: Mapped[Any] = mapped_column(Json)  # a RelyingParty as plain values
    secret_hash: Mapped[str | None] = mapped_column(Key(64))  # SHA-256, hex, of a random secret
    enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class ClientOriginTable(Base):
    __tablename__ = "client_origin"

    client_id: Mapped[str] = mapped_column(
        Key(120), ForeignKey("client.client_id", ondelete="CASCADE"), primary_key=True
    )
    origin: Mapped[str] = mapped_column(Key(300), primary_key=True, index=True)


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
_origin = ClientOriginTable.__table__.c
_COLUMNS = [_client[name] for name in ClientRow.__slots__]
_READ = select(*_COLUMNS).where(_client.client_id == bindparam("b_client_id"))
_LIST = (
    select(*_COLUMNS)
    .where(_client.client_id > bindparam("b_after"))
    .order_by(_client.client_id)
    .limit(bindparam("b_limit"))
)
_INSERT = insert(ClientTable)
_CHANGE = (
    update(ClientTable)
    .where(_client.client_id == bindparam("b_client_id"))
    .values(
        document=bindparam("b_document", type_=Json()),
        secret_hash=bindparam("b_secret_hash"),
        enabled=bindparam("b_enabled"),
        changed_at=bindparam("b_changed_at", type_=Instant()),
    )
)
_DELETE = delete(ClientTable).where(_client.client_id == bindparam("b_client_id"))
_HAS_ORIGIN = select(_origin.client_id).where(_origin.origin == bindparam("b_origin")).limit(1)
_ADD_ORIGIN = insert(ClientOriginTable)
_DROP_ORIGINS = delete(ClientOriginTable).where(_origin.client_id == bindparam("b_client_id"))


def read_client(connection: Connection, client_id: str) -> ClientRow | None:
    """The client, or None. One statement."""
    row = connection.execute(_READ, {"b_client_id": client_id}).one_or_none()
    return None if row is None else ClientRow(*row)


def list_clients(connection: Connection, after: str, limit: int) -> tuple[ClientRow, ...]:
    """Clients by their id, behind ``after``. One statement."""
    rows = connection.execute(_LIST, {"b_after": after, "b_limit": limit})
    return tuple(ClientRow(*row) for row in rows)


def insert_client(connection: Connection, row: ClientRow, origins: Iterable[str]) -> None:
    """Store a client. Raises IntegrityError when the id is taken."""
    connection.execute(_INSERT, {name: getattr(row, name) for name in ClientRow.__slots__})
    _add_origins(connection, row.client_id, origins)


def change_client(connection: Connection, row: ClientRow, origins: Iterable[str]) -> bool:
    """Store the client in place of what was there; when it was registered stays. False: there is none."""
    values = {
        "b_client_id": row.client_id,
        "b_document": row.document,
        "b_secret_hash": row.secret_hash,
        "b_enabled": row.enabled,
        "b_changed_at": row.changed_at,
    }
    if rows_changed(connection, _CHANGE, values) != 1:
        return False
    connection.execute(_DROP_ORIGINS, {"b_client_id": row.client_id})
    _add_origins(connection, row.client_id, origins)
    return True


def delete_client(connection: Connection, client_id: str) -> bool:
    """False when there was none."""
    return rows_changed(connection, _DELETE, {"b_client_id": client_id}) == 1


def origin_is_registered(connection: Connection, origin: str) -> bool:
    """Whether any client has this web origin. One statement."""
    return connection.execute(_HAS_ORIGIN, {"b_origin": origin}).scalar() is not None


def _add_origins(connection: Connection, client_id: str, origins: Iterable[str]) -> None:
    rows = [{"client_id": client_id, "origin": origin} for origin in sorted(set(origins))]
    if rows:
        connection.execute(_ADD_ORIGIN, rows)
