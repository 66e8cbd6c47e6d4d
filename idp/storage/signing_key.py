"""Our signing keys: private part sealed, bound to the key id."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Bytes, Instant, Key, LongText, rows_changed


class SigningKeyTable(Base):
    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(Key(64), primary_key=True)
    protocol: Mapped[str] = mapped_column(Key(10))  # "oidc" or "saml"
    algorithm: Mapped[str] = mapped_column(Key(20))
    private_key: Mapped[bytes] = mapped_column(Bytes)  # sealed PKCS#8 DER
    certificate: Mapped[str | None] = mapped_column(LongText)  # PEM, for SAML
    state: Mapped[str] = mapped_column(Key(10))  # next, active, retired
    created_at: Mapped[datetime] = mapped_column(Instant)
    state_since: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class SigningKeyRow:
    """One key as stored, its private part still sealed."""

    kid: str
    protocol: str
    algorithm: str
    private_key: bytes = field(repr=False)
    certificate: str | None
    state: str
    created_at: datetime
    state_since: datetime


_key = SigningKeyTable.__table__.c
_ALL = select(*[_key[name] for name in SigningKeyRow.__slots__]).order_by(_key.created_at, _key.kid)


def all_signing_keys(connection: Connection) -> tuple[SigningKeyRow, ...]:
    """Every key, oldest first. One statement."""
    return tuple(SigningKeyRow(*row) for row in connection.execute(_ALL))


def insert_signing_key(connection: Connection, row: SigningKeyRow) -> None:
    """Store a new key."""
    connection.execute(
        insert(SigningKeyTable), {name: getattr(row, name) for name in SigningKeyRow.__slots__}
    )


def move_signing_key(connection: Connection, kid: str, state: str, now: datetime) -> bool:
    """Give a key another state. False when there is none."""
    statement = update(SigningKeyTable).where(_key.kid == kid).values(state=state, state_since=now)
    return rows_changed(connection, statement, {}) == 1
