"""Tokens and the open challenges on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Index,
    Integer,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, BigKey, Bytes, Instant, Json, Key, LongText, rows_changed, upsert
from mfa_engine.storage.prepared import Prepared


class TokenState(StrEnum):
    """Where a token stands in its life. Disabled and locked are apart: they come and go."""

    CREATED = "created"  # enrolled by somebody, not yet proven by one right answer
    ENROLLED = "enrolled"
    REVOKED = "revoked"  # for good


class TokenTable(Base):
    __tablename__ = "token"
    __table_args__ = (Index("ix_token_owner", "resolver", "uid"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    serial: Mapped[str] = mapped_column(Key(40), unique=True)
    kind: Mapped[str] = mapped_column(Key(40))
    resolver: Mapped[str | None] = mapped_column(Key(120))  # with ``uid`` the owner; both or neither
    uid: Mapped[str | None] = mapped_column(Key(320))
    realm: Mapped[str | None] = mapped_column(Key(120))  # the realm it was enrolled in
    description: Mapped[str] = mapped_column(LongText, default="")
    state: Mapped[str] = mapped_column(Key(20))
    enabled: Mapped[bool]
    pin_hash: Mapped[str | None] = mapped_column(Key(255))
    secret: Mapped[bytes | None] = mapped_column(Bytes)  # sealed, bound to the serial
    counter: Mapped[int] = mapped_column(BigInteger)  # highest counter, time step or sign count spent
    details: Mapped[Any] = mapped_column(Json)  # what the token's kind keeps, read into its own dataclass
    lookup: Mapped[str | None] = mapped_column(Key(128), unique=True)  # credential id hash
    failures: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant)
    prove_by: Mapped[datetime | None] = mapped_column(Instant)  # while ``created``: dead after this
    valid_from: Mapped[datetime | None] = mapped_column(Instant)
    valid_until: Mapped[datetime | None] = mapped_column(Instant)
    last_success_at: Mapped[datetime | None] = mapped_column(Instant)
    last_failure_at: Mapped[datetime | None] = mapped_column(Instant)


class TokenOwnerTable(Base):
    """One row a person with tokens: locked while their number changes, so that a limit holds (RACE-05)."""

    __tablename__ = "token_owner"

    resolver: Mapped[str] = mapped_column(Key(120), primary_key=True)
    uid: Mapped[str] = mapped_column(Key(320), primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token as stored. ``secret`` is still sealed: only the use case that needs it opens it."""

    id: int
    serial: str
    kind: str
    resolver: str | None
    uid: str | None
    realm: str | None
    description: str
    state: TokenState
    enabled: bool
    pin_hash: str | None = field(repr=False)
    secret: bytes | None = field(repr=False)
    counter: int
    details: Any = field(repr=False)
    lookup: str | None
    failures: int
    created_at: datetime
    prove_by: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None


_token = TokenTable.__table__.c

TOKEN_COLUMNS = [_token[name] for name in TokenRow.__slots__]

_OF_OWNER = Prepared(
    select(*TOKEN_COLUMNS)
    .where(_token.resolver == bindparam("b_resolver"), _token.uid == bindparam("b_uid"))
    .order_by(_token.id)
)
_BY_SERIAL = Prepared(select(*TOKEN_COLUMNS).where(_token.serial == bindparam("b_serial")))
_BY_LOOKUP = select(*TOKEN_COLUMNS).where(_token.lookup == bindparam("b_lookup"))
_FAILURES = select(_token.serial, _token.failures).where(_token.id.in_(bindparam("b_ids", expanding=True)))

# What must be true of a token at the very moment it is used (RACE-03): asserted where it is spent.
_USABLE = and_(
    _token.id == bindparam("b_id"),
    _token.enabled.is_(True),
    _token.state == TokenState.ENROLLED,
    _token.failures < bindparam("b_limit"),
    or_(_token.valid_from.is_(None), _token.valid_from <= bindparam("b_now")),
    or_(_token.valid_until.is_(None), _token.valid_until > bindparam("b_now")),
)
_USED = {"failures": 0, "last_success_at": bindparam("b_now")}

_SPEND = Prepared(
    update(TokenTable)
    .where(_USABLE, _token.counter < bindparam("b_counter"))
    .values(**_USED, counter=bindparam("b_counter"), details=bindparam("b_details", type_=Json()))
)
_MARK_USED = Prepared(update(TokenTable).where(_USABLE).values(**_USED))
_COUNT_FAILURES = (
    update(TokenTable)
    .where(_token.id.in_(bindparam("b_ids", expanding=True)))
    .values(failures=_token.failures + 1, last_failure_at=bindparam("b_now"))
)
_COUNT_FAILURES_TELLING = _COUNT_FAILURES.returning(_token.serial, _token.failures)
_PROVE = (
    update(TokenTable)
    .where(
        _token.id == bindparam("b_id"),
        _token.state == TokenState.CREATED,
        _token.enabled.is_(True),
        or_(_token.prove_by.is_(None), _token.prove_by > bindparam("b_now")),
        _token.counter < bindparam("b_counter"),
    )
    .values(
        **_USED,
        state=TokenState.ENROLLED,
        prove_by=None,
        counter=bindparam("b_counter"),
        details=bindparam("b_details", type_=Json()),
    )
)

_DROP_UNPROVEN = delete(TokenTable).where(
    _token.state == TokenState.CREATED, _token.prove_by < bindparam("b_before")
)
_INSERT_TOKEN = insert(TokenTable)
_LOCK_OWNER = upsert(
    TokenOwnerTable,
    ["resolver", "uid"],
    [{"resolver": bindparam("b_resolver"), "uid": bindparam("b_uid"), "changed_at": bindparam("b_now")}],
    {"changed_at": bindparam("b_now", type_=Instant())},
)
_NAME_TOKEN = (
    update(TokenTable)
    .where(_token.serial == bindparam("b_serial"))
    .values(description=bindparam("b_description"))
)
_ENABLE = (
    update(TokenTable)
    .where(_token.id == bindparam("b_id"), _token.state != TokenState.REVOKED)
    .values(enabled=True)
)
_ASSIGN = (
    update(TokenTable)
    .where(_token.id == bindparam("b_id"), _token.uid.is_(None))
    .values(
        resolver=bindparam("b_resolver"),
        uid=bindparam("b_uid"),
        realm=bindparam("b_realm"),
        pin_hash=bindparam("b_pin_hash"),
    )
)
_UNASSIGN = (
    update(TokenTable)
    .where(
        _token.id == bindparam("b_id"),
        _token.resolver == bindparam("b_resolver"),
        _token.uid == bindparam("b_uid"),
    )
    .values(resolver=None, uid=None, realm=None, pin_hash=None, failures=0)
)
_DELETE_TOKEN = delete(TokenTable).where(_token.id == bindparam("b_id"))
_DELETE_UNPROVEN = _DELETE_TOKEN.where(_token.state == TokenState.CREATED)


def token_row(row: Sequence[Any]) -> TokenRow:
    """A row of TOKEN_COLUMNS."""
    values = list(row)
    values[7] = TokenState(values[7])
    return TokenRow(*values)


def tokens_of(connection: Connection, resolver: str, uid: str) -> tuple[TokenRow, ...]:
    """All tokens of one person, oldest first. One statement."""
    return tuple(map(token_row, _OF_OWNER.all(connection, {"b_resolver": resolver, "b_uid": uid})))


def token_by_serial(connection: Connection, serial: str) -> TokenRow | None:
    """The token of that serial, or None."""
    row = _BY_SERIAL.one(connection, {"b_serial": serial})
    return None if row is None else token_row(row)


def token_by_lookup(connection: Connection, lookup: str) -> TokenRow | None:
    """The token that holds this unique outside identifier (a credential), or None."""
    row = connection.execute(_BY_LOOKUP, {"b_lookup": lookup}).one_or_none()
    return None if row is None else token_row(row)


def spend(
    connection: Connection, token_id: int, *, counter: int, details: Any, limit: int, now: datetime
) -> bool:
    """Use a token's value up to ``counter``. False when another request was first, or the token is not
    usable at this moment. This statement alone decides (invariant 2; OTP-01, RACE-01, RACE-03)."""
    values = {"b_id": token_id, "b_counter": counter, "b_details": details, "b_limit": limit, "b_now": now}
    return _SPEND.changed(connection, values) == 1


def mark_used(connection: Connection, token_id: int, *, limit: int, now: datetime) -> bool:
    """As ``spend``, for a token whose one-time value is its challenge."""
    return _MARK_USED.changed(connection, {"b_id": token_id, "b_limit": limit, "b_now": now}) == 1


def prove(connection: Connection, token_id: int, *, counter: int, details: Any, now: datetime) -> bool:
    """The first right answer makes a created token an enrolled one, and is spent by it. False when the
    token is not waiting for it any more."""
    values = {"b_id": token_id, "b_counter": counter, "b_details": details, "b_now": now}
    return rows_changed(connection, _PROVE, values) == 1


def count_failures(connection: Connection, ids: Sequence[int], now: datetime) -> tuple[tuple[str, int], ...]:
    """One failure more on each of these tokens, counted by the database (RACE-02); gives each serial with
    the count that this failure made. One statement; two on MariaDB, which changes or tells."""
    if not ids:
        return ()
    counted = {"b_ids": list(ids), "b_now": now}
    if connection.dialect.update_returning:
        rows = connection.execute(_COUNT_FAILURES_TELLING, counted)
    else:
        connection.execute(_COUNT_FAILURES, counted)
        rows = connection.execute(_FAILURES, {"b_ids": list(ids)})
    return tuple((row.serial, row.failures) for row in rows)


def lock_owner(connection: Connection, resolver: str, uid: str, now: datetime) -> None:
    """Keep others from changing how many tokens this person has until the transaction ends."""
    values = {"b_resolver": resolver, "b_uid": uid, "b_now": now}
    connection.execute(_LOCK_OWNER[connection.dialect.name], values)


def insert_token(connection: Connection, values: dict[str, Any]) -> int:
    """Store a new token; gives its id. Raises IntegrityError when serial or lookup is taken."""
    (token_id,) = connection.execute(_INSERT_TOKEN, values).inserted_primary_key or (0,)
    return int(token_id)


def change_token(connection: Connection, token_id: int, values: dict[str, Any]) -> bool:
    """Set columns of one token by its id (administration). False when it is gone."""
    statement = update(TokenTable).where(_token.id == bindparam("b_id")).values(values)
    return rows_changed(connection, statement, {"b_id": token_id}) == 1


def enable_token(connection: Connection, token_id: int) -> bool:
    """Let a token be used again. False when it is gone, or revoked."""
    return rows_changed(connection, _ENABLE, {"b_id": token_id}) == 1


def assign_token(
    connection: Connection, token_id: int, *, resolver: str, uid: str, realm: str, pin_hash: str | None
) -> bool:
    """Make a person the owner of a token. False when it is gone, or has one by now."""
    values = {
        "b_id": token_id,
        "b_resolver": resolver,
        "b_uid": uid,
        "b_realm": realm,
        "b_pin_hash": pin_hash,
    }
    return rows_changed(connection, _ASSIGN, values) == 1


def unassign_token(connection: Connection, token_id: int, *, resolver: str, uid: str) -> bool:
    """Take a token from this owner, its PIN and failures with it. False when it is not theirs any more."""
    return rows_changed(connection, _UNASSIGN, {"b_id": token_id, "b_resolver": resolver, "b_uid": uid}) == 1


def name_token(connection: Connection, serial: str, description: str) -> None:
    """Describe the token of that serial. One statement."""
    connection.execute(_NAME_TOKEN, {"b_serial": serial, "b_description": description})


def delete_token(connection: Connection, token_id: int) -> bool:
    """Remove a token. False when it was gone already."""
    return rows_changed(connection, _DELETE_TOKEN, {"b_id": token_id}) == 1


def delete_unproven(connection: Connection, token_id: int) -> bool:
    """Remove a token that nobody has proven. False when somebody has, or it is gone."""
    return rows_changed(connection, _DELETE_UNPROVEN, {"b_id": token_id}) == 1


def drop_unproven(connection: Connection, before: datetime) -> int:
    """Delete tokens that nobody proved in time and that are dead since ``before``; gives how many."""
    return rows_changed(connection, _DROP_UNPROVEN, {"b_before": before})
