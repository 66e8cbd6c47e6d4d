"""Open challenges on tokens, each of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Index,
    Integer,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, BigKey, Bytes, Instant, Json, Key, rows_changed
from mfa_engine.storage.prepared import Prepared


class ChallengeTable(Base):
    __tablename__ = "challenge"
    __table_args__ = (
        UniqueConstraint("transaction_id", "token_id"),
        Index("ix_challenge_expires_at", "expires_at"),
        Index("ix_challenge_token_id", "token_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    transaction_id: Mapped[str] = mapped_column(Key(40))
    token_id: Mapped[int] = mapped_column(BigInteger)
    prompt: Mapped[Any] = mapped_column(Json)  # what was asked, e.g. the WebAuthn challenge
    answer_mac: Mapped[bytes | None] = mapped_column(Bytes)  # keyed HMAC of a code that was sent
    tries: Mapped[int] = mapped_column(Integer)
    max_tries: Mapped[int] = mapped_column(Integer)
    spent: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """One challenge as stored."""

    id: int
    transaction_id: str
    token_id: int
    prompt: Any = field(repr=False)
    answer_mac: bytes | None = field(repr=False)
    tries: int
    max_tries: int
    spent: bool
    created_at: datetime
    expires_at: datetime


_challenge = ChallengeTable.__table__.c
CHALLENGE_COLUMNS = [_challenge[name] for name in ChallengeRow.__slots__]

_OPEN = Prepared(
    select(*CHALLENGE_COLUMNS)
    .where(_challenge.transaction_id == bindparam("b_transaction_id"))
    .order_by(_challenge.id)
)
_SPEND_CHALLENGE = Prepared(
    update(ChallengeTable)
    .where(
        _challenge.id == bindparam("b_id"),
        _challenge.spent.is_(False),
        _challenge.expires_at > bindparam("b_now"),
        _challenge.tries < _challenge.max_tries,
    )
    .values(spent=True)
)
_COUNT_TRY = (
    update(ChallengeTable)
    .where(_challenge.id.in_(bindparam("b_ids", expanding=True)))
    .values(tries=_challenge.tries + 1)
)
_CLOSE_CHALLENGES = (
    update(ChallengeTable)
    .where(_challenge.transaction_id == bindparam("b_transaction_id"), _challenge.spent.is_(False))
    .values(spent=True)
)
_DROP_CHALLENGES = delete(ChallengeTable).where(_challenge.token_id == bindparam("b_token_id"))
_DROP_EXPIRED_CHALLENGES = delete(ChallengeTable).where(_challenge.expires_at < bindparam("b_before"))
_INSERT = insert(ChallengeTable)


def challenges_of(connection: Connection, transaction_id: str) -> tuple[ChallengeRow, ...]:
    """All challenges of a transaction, spent and expired ones too. One statement."""
    rows = _OPEN.all(connection, {"b_transaction_id": transaction_id})
    return tuple(ChallengeRow(*row) for row in rows)


def insert_challenges(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Open challenges. One statement."""
    if rows:
        connection.execute(_INSERT, list(rows))


def spend_challenge(connection: Connection, challenge_id: int, *, now: datetime) -> bool:
    """Answer a challenge once: False when it was answered, had too many wrong answers, or is too old."""
    return _SPEND_CHALLENGE.changed(connection, {"b_id": challenge_id, "b_now": now}) == 1


def count_try(connection: Connection, ids: Sequence[int]) -> None:
    """One wrong answer more on each of these challenges. One statement."""
    if ids:
        connection.execute(_COUNT_TRY, {"b_ids": list(ids)})


def close_challenges(connection: Connection, transaction_id: str) -> None:
    """Nothing of this transaction can be answered any more."""
    connection.execute(_CLOSE_CHALLENGES, {"b_transaction_id": transaction_id})


def drop_expired_challenges(connection: Connection, before: datetime) -> int:
    """Delete what ended before ``before``; gives how many."""
    return rows_changed(connection, _DROP_EXPIRED_CHALLENGES, {"b_before": before})


def drop_challenges(connection: Connection, token_id: int) -> None:
    """Forget all challenges of a token: it is being deleted."""
    connection.execute(_DROP_CHALLENGES, {"b_token_id": token_id})
