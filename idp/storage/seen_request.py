"""SAML requests that were seen: each (issuer, id) is answered, or begins a login, once (SAML-13)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Instant, Key, rows_changed
from mfa_engine.storage.prepared import Prepared


class SeenRequestTable(Base):
    __tablename__ = "seen_request"

    request_hash: Mapped[str] = mapped_column(Key(64), primary_key=True)  # SHA-256 of issuer and id
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


_INSERT = Prepared(insert(SeenRequestTable))
_DROP = delete(SeenRequestTable).where(SeenRequestTable.__table__.c.expires_at < bindparam("b_before"))


def insert_seen_request(connection: Connection, request_hash: str, expires_at: datetime) -> None:
    """Note a request. Raises IntegrityError when it was seen before: then the transaction is given up.
    One statement."""
    _INSERT.changed(connection, {"request_hash": request_hash, "expires_at": expires_at})


def drop_expired_requests(connection: Connection, before: datetime) -> int:
    """Delete what can be refused by its age alone."""
    return rows_changed(connection, _DROP, {"b_before": before})
