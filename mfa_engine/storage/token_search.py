"""Searching all tokens, a page at a time: for administration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from mfa_engine.storage.token import TOKEN_COLUMNS, TokenRow, TokenTable, token_row

_token = TokenTable.__table__.c


@dataclass(frozen=True, slots=True)
class TokenPage:
    """Some tokens, and how many match in all."""

    tokens: tuple[TokenRow, ...]
    count: int


def find_tokens(
    connection: Connection,
    *,
    serial: str,
    kind: str,
    owner: tuple[str, str] | None,
    assigned: bool | None,
    enabled: bool | None,
    description: str,
    realms: frozenset[str] | None,
    sort: str,
    descending: bool,
    offset: int,
    limit: int,
) -> TokenPage:
    """A page of tokens by equality, prefix and ``*``; ``sort`` names a column. Two statements."""
    conditions: list[ColumnElement[bool]] = []
    for column, wanted in ((_token.serial, serial), (_token.kind, kind), (_token.description, description)):
        if wanted and wanted != "*":
            conditions.append(_matches(column, wanted))
    if owner is not None:
        conditions += [_token.resolver == owner[0], _token.uid == owner[1]]
    if assigned is not None:
        conditions.append(_token.uid.is_not(None) if assigned else _token.uid.is_(None))
    if enabled is not None:
        conditions.append(_token.enabled.is_(enabled))
    if realms is not None:
        conditions.append(_token.realm.in_(realms))
    by = _token[sort].desc() if descending else _token[sort].asc()
    rows = connection.execute(
        select(*TOKEN_COLUMNS).where(*conditions).order_by(by, _token.id).offset(offset).limit(limit)
    )
    count = connection.execute(select(func.count()).select_from(TokenTable).where(*conditions)).scalar_one()
    return TokenPage(tuple(map(token_row, rows)), count)


def _matches(column: ColumnElement[Any], wanted: str) -> ColumnElement[bool]:
    if "*" not in wanted:
        return column == wanted
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(escaped.replace("*", "%"), escape="\\")
