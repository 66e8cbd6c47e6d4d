"""People who live in Doorward itself: the internal directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, UniqueConstraint, bindparam, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Instant, Json, Key, rows_changed
from mfa_engine.storage.prepared import Prepared


class PersonTable(Base):
    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("resolver", "login"),)

    uid: Mapped[str] = mapped_column(Key(36), primary_key=True)  # never reassigned
    resolver: Mapped[str] = mapped_column(Key(120))
    login: Mapped[str] = mapped_column(Key(320))  # canonical form
    email: Mapped[str | None] = mapped_column(Key(320), index=True)  # canonical form of the first one
    enabled: Mapped[bool]
    password_hash: Mapped[str | None] = mapped_column(Key(255))
    attributes: Mapped[Any] = mapped_column(Json)  # name -> list of values
    created_at: Mapped[datetime] = mapped_column(Instant)
    password_changed_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as stored."""

    uid: str
    resolver: str
    login: str
    email: str | None
    enabled: bool
    password_hash: str | None = field(repr=False)
    attributes: Mapping[str, list[str]]
    created_at: datetime
    password_changed_at: datetime | None


_person = PersonTable.__table__.c
_COLUMNS = [_person[name] for name in PersonRow.__slots__]
_BY_LOGIN = Prepared(
    select(*_COLUMNS).where(
        _person.resolver == bindparam("b_resolver"),
        or_(_person.login == bindparam("b_login"), _person.email == bindparam("b_login")),
    )
)
_BY_UID = Prepared(
    select(*_COLUMNS).where(_person.uid == bindparam("b_uid"), _person.resolver == bindparam("b_resolver"))
)
_SEARCH = (
    select(*_COLUMNS)
    .where(
        _person.resolver == bindparam("b_resolver"),
        or_(
            _person.login.like(bindparam("b_like"), escape="\\"),
            _person.email.like(bindparam("b_like"), escape="\\"),
        ),
    )
    .order_by(_person.login)
    .limit(bindparam("b_limit"))
)
_INSERT = insert(PersonTable)
_REPLACE_HASH = (
    update(PersonTable)
    .where(
        _person.uid == bindparam("b_uid"),
        _person.resolver == bindparam("b_resolver"),
        _person.password_hash == bindparam("b_old"),
    )
    .values(password_hash=bindparam("b_new"))
)


def people_called(connection: Connection, resolver: str, login: str) -> tuple[PersonRow, ...]:
    """Who has this canonical login name or mail address: none, one, or an ambiguity. One statement."""
    rows = _BY_LOGIN.all(connection, {"b_resolver": resolver, "b_login": login})
    return tuple(PersonRow(*row) for row in rows)


def person_by_uid(connection: Connection, resolver: str, uid: str) -> PersonRow | None:
    """The person of that unique id, or None."""
    row = _BY_UID.one(connection, {"b_uid": uid, "b_resolver": resolver})
    return None if row is None else PersonRow(*row)


def search_people(connection: Connection, resolver: str, text: str, limit: int) -> tuple[PersonRow, ...]:
    """People whose login name or mail begins with ``text`` (canonical form). One statement."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = connection.execute(_SEARCH, {"b_resolver": resolver, "b_like": f"{escaped}%", "b_limit": limit})
    return tuple(PersonRow(*row) for row in rows)


def insert_person(connection: Connection, values: dict[str, Any]) -> None:
    """Store a new person. Raises IntegrityError when the login name is taken."""
    connection.execute(_INSERT, values)


def replace_hash(connection: Connection, resolver: str, uid: str, old: str, new: str) -> bool:
    """Exchange a stored hash for a better one of the same password. False when it is another by now."""
    values = {"b_resolver": resolver, "b_uid": uid, "b_old": old, "b_new": new}
    return rows_changed(connection, _REPLACE_HASH, values) == 1


def change_person(connection: Connection, resolver: str, uid: str, values: dict[str, Any]) -> bool:
    """Set columns of one person. False when there is none."""
    statement = (
        update(PersonTable)
        .where(_person.uid == bindparam("b_uid"), _person.resolver == bindparam("b_resolver"))
        .values(values)
    )
    return rows_changed(connection, statement, {"b_uid": uid, "b_resolver": resolver}) == 1
