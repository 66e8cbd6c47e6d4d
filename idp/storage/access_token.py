"""Access tokens, stored hashed; with the grant they belong to, so that a replayed code ends them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, and_, bindparam, delete, insert, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.standing import client_enabled, session_alive
from mfa_engine.storage.base import Base, Instant, Json, Key, rows_changed
from mfa_engine.storage.prepared import Prepared


class AccessTokenTable(Base):
    __tablename__ = "access_token"
    __table_args__ = (
        Index("ix_access_token_grant_id", "grant_id"),
        Index("ix_access_token_session_id", "session_id"),
    )

    value_hash: Mapped[str] = mapped_column(Key(64), primary_key=True)  # SHA-256, hex
    grant_id: Mapped[str] = mapped_column(Key(40))
    session_id: Mapped[str | None] = mapped_column(Key(40))
    client_id: Mapped[str] = mapped_column(Key(120))
    resolver: Mapped[str] = mapped_column(Key(120))
    uid: Mapped[str] = mapped_column(Key(320))
    realm: Mapped[str] = mapped_column(Key(120))
    scope: Mapped[Any] = mapped_column(Json)  # sorted list of words
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


@dataclass(frozen=True, slots=True)
class AccessTokenRow:
    """One access token as stored."""

    grant_id: str
    session_id: str | None
    client_id: str
    resolver: str
    uid: str
    realm: str
    scope: Any
    created_at: datetime
    expires_at: datetime


_token = AccessTokenTable.__table__.c
_standing = and_(
    or_(_token.session_id.is_(None), session_alive(_token.session_id)), client_enabled(_token.client_id)
)
_READ = Prepared(
    select(*[_token[name] for name in AccessTokenRow.__slots__], _standing.label("standing")).where(
        _token.value_hash == bindparam("b_value_hash")
    )
)
_INSERT = Prepared(insert(AccessTokenTable))
_OF_GRANT = delete(AccessTokenTable).where(_token.grant_id == bindparam("b_grant_id"))
_OF_SESSION = delete(AccessTokenTable).where(_token.session_id == bindparam("b_session_id"))
_OF_CLIENT = delete(AccessTokenTable).where(_token.client_id == bindparam("b_client_id"))
_DROP = delete(AccessTokenTable).where(_token.expires_at < bindparam("b_before"))


def read_access_token(
    connection: Connection, value_hash: str, now: datetime
) -> tuple[AccessTokenRow, bool] | None:
    """The token of that hash, expired or not, and whether its session lives and its client is enabled. One
    statement."""
    row = _READ.one(connection, {"b_value_hash": value_hash, "b_now": now})
    return None if row is None else (AccessTokenRow(*row[:-1]), bool(row[-1]))


def insert_access_token(connection: Connection, value_hash: str, row: AccessTokenRow) -> None:
    """Store a new one."""
    values = {name: getattr(row, name) for name in AccessTokenRow.__slots__}
    _INSERT.changed(connection, {"value_hash": value_hash, **values})


def revoke_grant(connection: Connection, grant_id: str) -> int:
    """End all access tokens of one grant; gives how many (OIDC-05)."""
    return rows_changed(connection, _OF_GRANT, {"b_grant_id": grant_id})


def revoke_of_session(connection: Connection, session_id: str) -> int:
    """End all access tokens that rest on one session (SESS-05)."""
    return rows_changed(connection, _OF_SESSION, {"b_session_id": session_id})


def revoke_of_client(connection: Connection, client_id: str) -> int:
    """End all access tokens of one client."""
    return rows_changed(connection, _OF_CLIENT, {"b_client_id": client_id})


def drop_expired_access_tokens(connection: Connection, before: datetime) -> int:
    """Delete what expired before ``before``."""
    return rows_changed(connection, _DROP, {"b_before": before})
