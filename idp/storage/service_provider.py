"""SAML service providers that are registered here, with the document that says who they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Instant, Json, Key, LongText, rows_changed


class ServiceProviderTable(Base):
    __tablename__ = "service_provider"

    entity_id: Mapped[str] = mapped_column(Key(512), primary_key=True)
    metadata_xml: Mapped[str] = mapped_column(LongText)
    settings: Mapped[Any] = mapped_column(Json)  # release rules and choices of ours
    enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class ServiceProviderRow:
    """One service provider as stored."""

    entity_id: str
    metadata_xml: str = field(repr=False)
    settings: Any
    enabled: bool
    created_at: datetime
    changed_at: datetime


_provider = ServiceProviderTable.__table__.c
_COLUMNS = [_provider[name] for name in ServiceProviderRow.__slots__]
_READ = select(*_COLUMNS).where(_provider.entity_id == bindparam("b_entity_id"))
_LIST = (
    select(*_COLUMNS)
    .where(_provider.entity_id > bindparam("b_after"))
    .order_by(_provider.entity_id)
    .limit(bindparam("b_limit"))
)
_INSERT = insert(ServiceProviderTable)
_DELETE = delete(ServiceProviderTable).where(_provider.entity_id == bindparam("b_entity_id"))


def read_service_provider(connection: Connection, entity_id: str) -> ServiceProviderRow | None:
    """The service provider, or None. One statement."""
    row = connection.execute(_READ, {"b_entity_id": entity_id}).one_or_none()
    return None if row is None else ServiceProviderRow(*row)


def list_service_providers(connection: Connection, after: str, limit: int) -> tuple[ServiceProviderRow, ...]:
    """Service providers by entityID, behind ``after``. One statement."""
    rows = connection.execute(_LIST, {"b_after": after, "b_limit": limit})
    return tuple(ServiceProviderRow(*row) for row in rows)


def insert_service_provider(connection: Connection, row: ServiceProviderRow) -> None:
    """Store a service provider. Raises IntegrityError when the entityID is taken."""
    connection.execute(_INSERT, {name: getattr(row, name) for name in ServiceProviderRow.__slots__})


def change_service_provider(connection: Connection, entity_id: str, values: dict[str, Any]) -> bool:
    """Set columns of one service provider. False when there is none."""
    statement = (
        update(ServiceProviderTable).where(_provider.entity_id == bindparam("b_entity_id")).values(values)
    )
    return rows_changed(connection, statement, {"b_entity_id": entity_id}) == 1


def delete_service_provider(connection: Connection, entity_id: str) -> bool:
    """False when there was none."""
    return rows_changed(connection, _DELETE, {"b_entity_id": entity_id}) == 1
