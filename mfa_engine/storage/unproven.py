"""Tokens that wait for their holder's proof: begun anew, or vouched for. Each statement asserts that nobody
has proven the token meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, or_, update

from mfa_engine.storage.base import Bytes, Instant, Json, rows_changed
from mfa_engine.storage.token import TokenState, TokenTable

_token = TokenTable.__table__.c
_WAITS = (
    _token.id == bindparam("b_id"),
    _token.state == TokenState.CREATED,
    _token.enabled.is_(True),
    or_(_token.prove_by.is_(None), _token.prove_by > bindparam("b_now")),
)
_RENEW = (
    update(TokenTable)
    .where(*_WAITS)
    .values(
        secret=bindparam("b_secret", type_=Bytes),
        counter=bindparam("b_counter"),
        details=bindparam("b_details", type_=Json()),
        created_at=bindparam("b_now", type_=Instant()),
    )
)
_VOUCH = update(TokenTable).where(*_WAITS).values(state=TokenState.ENROLLED, prove_by=None)


def renew_unproven(
    connection: Connection, token_id: int, *, secret: bytes | None, counter: int, details: Any, now: datetime
) -> bool:
    """Give a waiting token other values to prove; until when stays. False when it does not wait any more."""
    values = {"b_id": token_id, "b_secret": secret, "b_counter": counter, "b_details": details, "b_now": now}
    return rows_changed(connection, _RENEW, values) == 1


def accept_unproven(connection: Connection, token_id: int, now: datetime) -> bool:
    """Make a waiting token an enrolled one. False when it does not wait any more."""
    return rows_changed(connection, _VOUCH, {"b_id": token_id, "b_now": now}) == 1
