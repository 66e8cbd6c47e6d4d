"""SSO sessions, and the applications that take part in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.client import ClientTable
from idp.storage.service_provider import ServiceProviderTable
from mfa_engine.storage.base import Base, BigKey, Instant, Json, Key, rows_changed, upsert
from mfa_engine.storage.prepared import Prepared


class SsoSessionTable(Base):
    __tablename__ = "sso_session"
    __table_args__ = (Index("ix_sso_session_person", "resolver", "uid"),)

    id: Mapped[str] = mapped_column(Key(40), primary_key=True)  # its public name; never the cookie's value
    cookie_hash: Mapped[str] = mapped_column(Key(64), unique=True)  # SHA-256, hex
    resolver: Mapped[str] = mapped_column(Key(120))
    uid: Mapped[str] = mapped_column(Key(320))
    realm: Mapped[str] = mapped_column(Key(120))
    login: Mapped[str] = mapped_column(Key(320))
    proofs: Mapped[Any] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime] = mapped_column(Instant)
    idle_at: Mapped[datetime] = mapped_column(Instant)  # dead without use by then
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)
    idle_seconds: Mapped[int] = mapped_column(Integer)
    address: Mapped[str] = mapped_column(Key(60))
    user_agent: Mapped[str] = mapped_column(Key(300))


class ParticipantTable(Base):
    __tablename__ = "session_participant"
    __table_args__ = (UniqueConstraint("session_id", "protocol", "party"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    session_id: Mapped[str] = mapped_column(Key(40), ForeignKey("sso_session.id", ondelete="CASCADE"))
    protocol: Mapped[str] = mapped_column(Key(10))  # "oidc" or "saml"
    party: Mapped[str] = mapped_column(Key(512))  # client id or entityID
    name_id: Mapped[str] = mapped_column(Key(300))  # what the party knows the person by
    name_format: Mapped[str] = mapped_column(Key(120))
    session_index: Mapped[str] = mapped_column(Key(64), index=True)  # what the party knows the session by
    created_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session as stored."""

    id: str
    cookie_hash: str = field(repr=False)
    resolver: str
    uid: str
    realm: str
    login: str
    proofs: Any
    created_at: datetime
    used_at: datetime
    idle_at: datetime
    ends_at: datetime
    idle_seconds: int
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """One application that was given an answer in a session."""

    session_id: str
    protocol: str
    party: str
    name_id: str
    name_format: str
    session_index: str


_session = SsoSessionTable.__table__.c
_participant = ParticipantTable.__table__.c
_client = ClientTable.__table__.c
_provider = ServiceProviderTable.__table__.c
_COLUMNS = [_session[name] for name in SessionRow.__slots__]
_PARTICIPANT_COLUMNS = [_participant[name] for name in ParticipantRow.__slots__]

_BY_COOKIE = Prepared(select(*_COLUMNS).where(_session.cookie_hash == bindparam("b_cookie_hash")))
_OF_PERSON = Prepared(
    select(*_COLUMNS)
    .where(_session.resolver == bindparam("b_resolver"), _session.uid == bindparam("b_uid"))
    .order_by(_session.created_at)
)
_INSERT = Prepared(insert(SsoSessionTable))
_alive = (
    _session.id == bindparam("b_id"),
    _session.cookie_hash == bindparam("b_cookie_hash"),
    _session.idle_at > bindparam("b_now"),
    _session.ends_at > bindparam("b_now"),
)
_used: dict[str, Any] = {"used_at": bindparam("b_now"), "idle_at": bindparam("b_idle_at")}
_touch = update(SsoSessionTable).where(*_alive).values(**_used)
_TOUCH = Prepared(_touch)
_IS_ENABLED = {
    "oidc": exists().where(_client.client_id == bindparam("b_party"), _client.enabled.is_(True)),
    "saml": exists().where(_provider.entity_id == bindparam("b_party"), _provider.enabled.is_(True)),
}
_TOUCH_FOR = {protocol: Prepared(_touch.where(enabled)) for protocol, enabled in _IS_ENABLED.items()}
_RAISE = (
    update(SsoSessionTable)
    .where(*_alive)
    .values(
        **_used,
        cookie_hash=bindparam("b_new_hash"),
        proofs=bindparam("b_proofs", type_=Json()),
    )
)
_END = delete(SsoSessionTable).where(_session.id == bindparam("b_id"))
_END_EXPIRED = delete(SsoSessionTable).where(_session.ends_at < bindparam("b_before"))
_PARTICIPANTS = (
    select(*_PARTICIPANT_COLUMNS)
    .where(_participant.session_id == bindparam("b_session_id"))
    .order_by(_participant.id)
)
_told: dict[str, Any] = {name: bindparam(f"b_{name}") for name in ("name_id", "name_format", "session_index")}
_NOTE_PARTICIPANT = Prepared(
    upsert(
        ParticipantTable,
        ["session_id", "protocol", "party"],
        [
            {
                **{name: bindparam(f"b_{name}") for name in ("session_id", "protocol", "party")},
                **_told,
                "created_at": bindparam("b_created_at", type_=Instant()),
            }
        ],
        _told,
    )
)


def session_by_cookie(connection: Connection, cookie_hash: str) -> SessionRow | None:
    """The session of a cookie, alive or not. One statement."""
    row = _BY_COOKIE.one(connection, {"b_cookie_hash": cookie_hash})
    return None if row is None else SessionRow(*row)


def sessions_of(connection: Connection, resolver: str, uid: str) -> tuple[SessionRow, ...]:
    """All sessions of one person, oldest first. One statement."""
    rows = _OF_PERSON.all(connection, {"b_resolver": resolver, "b_uid": uid})
    return tuple(SessionRow(*row) for row in rows)


def insert_session(connection: Connection, values: dict[str, Any]) -> None:
    """Store a new session."""
    _INSERT.changed(connection, values)


def touch_session(connection: Connection, session: SessionRow, now: datetime, idle_at: datetime) -> bool:
    """Note a use. False when the session has ended meanwhile: then nothing may rest on it."""
    values = {"b_id": session.id, "b_cookie_hash": session.cookie_hash, "b_now": now, "b_idle_at": idle_at}
    return _TOUCH.changed(connection, values) == 1


def touch_session_for(
    connection: Connection,
    session: SessionRow,
    now: datetime,
    idle_at: datetime,
    *,
    protocol: str,
    party: str,
) -> bool:
    """As ``touch_session``, and only while the application is enabled: asserted in the same statement, so
    that a party disabled this instant gets nothing any more (SAML-20, OIDC-30)."""
    values = {"b_id": session.id, "b_cookie_hash": session.cookie_hash, "b_now": now, "b_idle_at": idle_at}
    return _TOUCH_FOR[protocol].changed(connection, {**values, "b_party": party}) == 1


def is_enabled(connection: Connection, protocol: str, party: str) -> bool:
    """Whether the application is one that people are let in to. One statement."""
    return bool(connection.execute(select(_IS_ENABLED[protocol]), {"b_party": party}).scalar())


def raise_session(connection: Connection, session: SessionRow, raised: SessionRow) -> bool:
    """Give a session more proofs under a new cookie; the old one is dead (SESS-01). False when it ended."""
    values = {
        "b_id": session.id,
        "b_cookie_hash": session.cookie_hash,
        "b_now": raised.used_at,
        "b_idle_at": raised.idle_at,
        "b_new_hash": raised.cookie_hash,
        "b_proofs": raised.proofs,
    }
    return rows_changed(connection, _RAISE, values) == 1


def end_session(connection: Connection, session_id: str) -> bool:
    """End one session with its participants. False when it had ended."""
    return rows_changed(connection, _END, {"b_id": session_id}) == 1


def drop_ended_sessions(connection: Connection, before: datetime) -> int:
    """Delete what ended before ``before``."""
    return rows_changed(connection, _END_EXPIRED, {"b_before": before})


def participants_of(connection: Connection, session_id: str) -> tuple[ParticipantRow, ...]:
    """Who was given an answer in this session, in order. One statement."""
    return tuple(
        ParticipantRow(*row) for row in connection.execute(_PARTICIPANTS, {"b_session_id": session_id})
    )


def note_participant(connection: Connection, row: ParticipantRow, now: datetime) -> None:
    """Note that a party takes part; what it was told last stands. One statement."""
    values = {f"b_{name}": getattr(row, name) for name in ParticipantRow.__slots__}
    _NOTE_PARTICIPANT.changed(connection, {**values, "b_created_at": now})
