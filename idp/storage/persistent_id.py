"""Persistent NameIDs: opaque, one a person and service provider, never changed, never reassigned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, UniqueConstraint, bindparam, insert, select
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from idp.storage.sso_session import ParticipantRow, ParticipantTable
from mfa_engine.identity.user import UserKey
from mfa_engine.storage.base import Base, Instant, Key
from mfa_engine.storage.prepared import Prepared


class PersistentIdTable(Base):
    __tablename__ = "persistent_id"
    __table_args__ = (UniqueConstraint("resolver", "uid", "qualifier"),)

    value: Mapped[str] = mapped_column(Key(256), primary_key=True)
    qualifier: Mapped[str] = mapped_column(Key(512))  # the service provider, or the group it names
    resolver: Mapped[str] = mapped_column(Key(120))
    uid: Mapped[str] = mapped_column(Key(320))
    created_at: Mapped[datetime] = mapped_column(Instant)


_id = PersistentIdTable.__table__.c
_participant = ParticipantTable.__table__.c
_INSERT = insert(PersistentIdTable)
_HOLDER = select(_id.resolver, _id.uid).where(
    _id.value == bindparam("b_value"), _id.qualifier == bindparam("b_party")
)
_COLUMNS = (*ParticipantRow.__slots__, "created_at")
_NAMED_PARTICIPANT = select(
    *(
        _id.value if name == "name_id" else bindparam(f"b_{name}", type_=_participant[name].type)
        for name in _COLUMNS
    )
).where(
    _id.resolver == bindparam("b_resolver"),
    _id.uid == bindparam("b_uid"),
    _id.qualifier == bindparam("b_party"),
)
_PARTY = ["session_id", "protocol", "party"]
_TOLD = ("name_id", "name_format", "session_index")


def _noting() -> Mapping[str, Any]:
    """INSERT … SELECT that renews what is there, by the database's name."""
    on_sqlite, on_postgresql, on_mariadb = (
        product.insert(ParticipantTable).from_select(_COLUMNS, _NAMED_PARTICIPANT, include_defaults=False)
        for product in (sqlite, postgresql, mysql)
    )
    return {
        "sqlite": on_sqlite.on_conflict_do_update(
            index_elements=_PARTY, set_={name: on_sqlite.excluded[name] for name in _TOLD}
        ),
        "postgresql": on_postgresql.on_conflict_do_update(
            index_elements=_PARTY, set_={name: on_postgresql.excluded[name] for name in _TOLD}
        ),
        "mariadb": on_mariadb.on_duplicate_key_update({name: on_mariadb.inserted[name] for name in _TOLD}),
    }


_NOTE = Prepared({name: statement.returning(_participant.name_id) for name, statement in _noting().items()})


def note_by_persistent_id(
    connection: Connection, row: ParticipantRow, person: UserKey, now: datetime
) -> str | None:
    """Note that a service takes part, by the name under which it knows the person, and give that name.
    None, and nothing noted, when it knows them by none. One statement."""
    values = {f"b_{name}": getattr(row, name) for name in ParticipantRow.__slots__ if name != "name_id"}
    values |= {"b_created_at": now, "b_resolver": person.resolver, "b_uid": person.uid}
    noted = _NOTE.one(connection, values)
    return str(noted[0]) if noted else None


def insert_persistent_id(
    connection: Connection, value: str, person: UserKey, qualifier: str, now: datetime
) -> None:
    """Store a new value. Raises IntegrityError when another request was first."""
    connection.execute(
        _INSERT,
        {
            "value": value,
            "resolver": person.resolver,
            "uid": person.uid,
            "qualifier": qualifier,
            "created_at": now,
        },
    )


def holder(connection: Connection, value: str, qualifier: str) -> UserKey | None:
    """Who goes by this name at that service; None when nobody ever did. One statement."""
    row = connection.execute(_HOLDER, {"b_value": value, "b_party": qualifier}).one_or_none()
    return None if row is None else UserKey(row.resolver, row.uid)
