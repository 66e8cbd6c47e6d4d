"""What people agreed that an application may be told about them, so that they are asked once."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, and_, bindparam, delete, outerjoin, select
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.sso_session import SessionRow, SsoSessionTable
from mfa_engine.identity.user import UserKey
from mfa_engine.storage.base import Base, Instant, Json, Key, upsert
from mfa_engine.storage.prepared import Prepared


class ConsentTable(Base):
    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_person", "resolver", "uid"),)

    id: Mapped[str] = mapped_column(Key(64), primary_key=True)  # SHA-256, hex, of the three that follow
    resolver: Mapped[str] = mapped_column(Key(120))
    uid: Mapped[str] = mapped_column(Key(320))
    application: Mapped[str] = mapped_column(Key(520), index=True)  # as policies name it: "oidc:<client id>"
    names: Mapped[Any] = mapped_column(Json)  # sorted list: OAuth scopes
    given_at: Mapped[datetime] = mapped_column(Instant)


_consent = ConsentTable.__table__.c
_session = SsoSessionTable.__table__.c
_READ = Prepared(select(_consent.names).where(_consent.id == bindparam("b_id")))
_WITH_SESSION = Prepared(
    select(*[_session[name] for name in SessionRow.__slots__], _consent.names.label("agreed"))
    .select_from(
        outerjoin(
            SsoSessionTable,
            ConsentTable,
            and_(
                _consent.resolver == _session.resolver,
                _consent.uid == _session.uid,
                _consent.application == bindparam("b_application"),
            ),
        )
    )
    .where(_session.cookie_hash == bindparam("b_cookie_hash"))
)
_new: dict[str, Any] = {
    "names": bindparam("b_names", type_=Json()),
    "given_at": bindparam("b_given_at", type_=Instant()),
}
_SAVE = upsert(
    ConsentTable,
    ["id"],
    [
        {
            "id": bindparam("b_id"),
            "resolver": bindparam("b_resolver"),
            "uid": bindparam("b_uid"),
            "application": bindparam("b_application"),
            **_new,
        }
    ],
    _new,
)
_FORGET = delete(ConsentTable).where(_consent.id == bindparam("b_id"))
_FORGET_OF = delete(ConsentTable).where(_consent.application == bindparam("b_application"))


def read_consent(connection: Connection, user: UserKey, application: str) -> frozenset[str]:
    """What this person agreed to; empty when they were never asked, or are each time. One statement."""
    row = _READ.one(connection, {"b_id": _id(user, application)})
    return frozenset(row[0]) if row else frozenset()


def session_and_consent(
    connection: Connection, cookie_hash: str, application: str
) -> tuple[SessionRow, frozenset[str]] | None:
    """The session of a cookie, alive or not, with what its person agreed to at this application. One
    statement."""
    values = {"b_cookie_hash": cookie_hash, "b_application": application}
    row = _WITH_SESSION.one(connection, values)
    return None if row is None else (SessionRow(*row[:-1]), frozenset(row[-1] or ()))


def save_consent(
    connection: Connection, user: UserKey, application: str, names: frozenset[str], now: datetime
) -> None:
    """Remember this, in place of what was before. One statement."""
    values = {
        "b_id": _id(user, application),
        "b_resolver": user.resolver,
        "b_uid": user.uid,
        "b_application": application,
        "b_names": sorted(names),
        "b_given_at": now,
    }
    connection.execute(_SAVE[connection.dialect.name], values)


def forget_consent(connection: Connection, user: UserKey, application: str) -> None:
    """Ask this person again at their next sign-in there. One statement."""
    connection.execute(_FORGET, {"b_id": _id(user, application)})


def forget_consents_of(connection: Connection, application: str) -> None:
    """The application is gone: nobody agreed to anything. One statement."""
    connection.execute(_FORGET_OF, {"b_application": application})


def _id(user: UserKey, application: str) -> str:
    parts = (user.resolver, user.uid, application)
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
