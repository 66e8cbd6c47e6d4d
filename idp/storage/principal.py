"""Who may administer, and which services may call: administrators and service accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Instant, Json, Key, rows_changed


class AdministratorTable(Base):
    __tablename__ = "administrator"

    resolver: Mapped[str] = mapped_column(Key(120), primary_key=True)
    uid: Mapped[str] = mapped_column(Key(320), primary_key=True)
    login: Mapped[str] = mapped_column(Key(320))  # for people who read the list
    role: Mapped[str] = mapped_column(Key(40))
    realms: Mapped[Any] = mapped_column(Json)  # whose people and tokens; empty: all
    created_at: Mapped[datetime] = mapped_column(Instant)


class ServiceAccountTable(Base):
    __tablename__ = "service_account"

    name: Mapped[str] = mapped_column(Key(120), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(Key(64))  # SHA-256, hex, of a random secret
    rights: Mapped[Any] = mapped_column(Json)
    realms: Mapped[Any] = mapped_column(Json)
    networks: Mapped[Any] = mapped_column(Json)  # where it may call from; empty: anywhere
    enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class AdministratorRow:
    """One administrator as stored."""

    resolver: str
    uid: str
    login: str
    role: str
    realms: Any
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ServiceAccountRow:
    """One service account as stored."""

    name: str
    secret_hash: str = field(repr=False)
    rights: Any
    realms: Any
    networks: Any
    enabled: bool
    created_at: datetime


_admin = AdministratorTable.__table__.c
_account = ServiceAccountTable.__table__.c
_ADMIN_COLUMNS = [_admin[name] for name in AdministratorRow.__slots__]
_ACCOUNT_COLUMNS = [_account[name] for name in ServiceAccountRow.__slots__]
_READ_ADMIN = select(*_ADMIN_COLUMNS).where(
    _admin.resolver == bindparam("b_resolver"), _admin.uid == bindparam("b_uid")
)
_LIST_ADMINS = select(*_ADMIN_COLUMNS).order_by(_admin.login)
_DELETE_ADMIN = delete(AdministratorTable).where(
    _admin.resolver == bindparam("b_resolver"), _admin.uid == bindparam("b_uid")
)
_READ_ACCOUNT = select(*_ACCOUNT_COLUMNS).where(_account.name == bindparam("b_name"))
_LIST_ACCOUNTS = select(*_ACCOUNT_COLUMNS).order_by(_account.name)
_DELETE_ACCOUNT = delete(ServiceAccountTable).where(_account.name == bindparam("b_name"))


def read_administrator(connection: Connection, resolver: str, uid: str) -> AdministratorRow | None:
    """What this person may administer, or None. One statement."""
    row = connection.execute(_READ_ADMIN, {"b_resolver": resolver, "b_uid": uid}).one_or_none()
    return None if row is None else AdministratorRow(*row)


def list_administrators(connection: Connection) -> tuple[AdministratorRow, ...]:
    """All administrators. One statement."""
    return tuple(AdministratorRow(*row) for row in connection.execute(_LIST_ADMINS))


def insert_administrator(connection: Connection, row: AdministratorRow) -> None:
    """Store one. Raises IntegrityError when the person already is one."""
    connection.execute(
        insert(AdministratorTable), {name: getattr(row, name) for name in AdministratorRow.__slots__}
    )


def delete_administrator(connection: Connection, resolver: str, uid: str) -> bool:
    """False when the person was none."""
    return rows_changed(connection, _DELETE_ADMIN, {"b_resolver": resolver, "b_uid": uid}) == 1


def read_service_account(connection: Connection, name: str) -> ServiceAccountRow | None:
    """The account, enabled or not. One statement."""
    row = connection.execute(_READ_ACCOUNT, {"b_name": name}).one_or_none()
    return None if row is None else ServiceAccountRow(*row)


def list_service_accounts(connection: Connection) -> tuple[ServiceAccountRow, ...]:
    """All service accounts. One statement."""
    return tuple(ServiceAccountRow(*row) for row in connection.execute(_LIST_ACCOUNTS))


def insert_service_account(connection: Connection, row: ServiceAccountRow) -> None:
    """Store one. Raises IntegrityError when the name is taken."""
    connection.execute(
        insert(ServiceAccountTable), {name: getattr(row, name) for name in ServiceAccountRow.__slots__}
    )


def change_service_account(connection: Connection, name: str, values: dict[str, Any]) -> bool:
    """Set columns of one. False when there is none."""
    statement = update(ServiceAccountTable).where(_account.name == bindparam("b_name")).values(values)
    return rows_changed(connection, statement, {"b_name": name}) == 1


def delete_service_account(connection: Connection, name: str) -> bool:
    """False when there was none."""
    return rows_changed(connection, _DELETE_ACCOUNT, {"b_name": name}) == 1
