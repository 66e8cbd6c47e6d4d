"""Logins in progress."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mfa_engine.storage.base import Base, Instant, Json, Key, rows_changed
from mfa_engine.storage.prepared import Prepared


class LoginTransactionTable(Base):
    __tablename__ = "login_transaction"

    handle: Mapped[str] = mapped_column(Key(40), primary_key=True)
    browser: Mapped[str] = mapped_column(Key(64))  # SHA-256, hex, of the browser's cookie
    document: Mapped[Any] = mapped_column(Json)  # as ``sessions.transaction`` reads it
    version: Mapped[int] = mapped_column(Integer)  # two tabs on one transaction: the later write loses
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


_login = LoginTransactionTable.__table__.c
_READ = Prepared(
    select(_login.browser, _login.document, _login.version, _login.expires_at).where(
        _login.handle == bindparam("b_handle")
    )
)
_INSERT = Prepared(insert(LoginTransactionTable))
_CHANGE = Prepared(
    update(LoginTransactionTable)
    .where(_login.handle == bindparam("b_handle"), _login.version == bindparam("b_version"))
    .values(document=bindparam("b_document", type_=Json()), version=_login.version + 1)
)
_SPEND = Prepared(
    delete(LoginTransactionTable).where(
        _login.handle == bindparam("b_handle"),
        _login.version == bindparam("b_version"),
        _login.expires_at > bindparam("b_now"),
    )
)
_DROP = delete(LoginTransactionTable).where(_login.expires_at < bindparam("b_before"))


def read_login(connection: Connection, handle: str) -> tuple[str, Any, int, datetime] | None:
    """Browser hash, document, version and end of a login; None when it is not there. One statement."""
    row = _READ.one(connection, {"b_handle": handle})
    if row is None:
        return None
    browser, document, version, expires_at = row
    return browser, document, version, expires_at


def insert_login(
    connection: Connection, handle: str, browser: str, document: Any, expires_at: datetime
) -> None:
    """Store a login that begins."""
    values = {
        "handle": handle,
        "browser": browser,
        "document": document,
        "version": 1,
        "expires_at": expires_at,
    }
    _INSERT.changed(connection, values)


def change_login(connection: Connection, handle: str, version: int, document: Any) -> bool:
    """Replace the document. False when another request has changed or ended the login meanwhile."""
    values = {"b_handle": handle, "b_version": version, "b_document": document}
    return _CHANGE.changed(connection, values) == 1


def spend_login(connection: Connection, handle: str, version: int, now: datetime) -> bool:
    """End the login: whoever deletes it may issue, nobody else (invariant 1)."""
    return _SPEND.changed(connection, {"b_handle": handle, "b_version": version, "b_now": now}) == 1


def drop_expired_logins(connection: Connection, before: datetime) -> int:
    """Delete what ended before ``before``."""
    return rows_changed(connection, _DROP, {"b_before": before})
