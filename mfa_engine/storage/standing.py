"""What one attempt is judged by, read in one statement: it is the read of every check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, String, and_, bindparam, select
from sqlalchemy.orm import aliased

from mfa_engine.storage.challenge import CHALLENGE_COLUMNS, ChallengeRow, ChallengeTable
from mfa_engine.storage.prepared import Prepared
from mfa_engine.storage.throttle import Tally, ThrottleTable
from mfa_engine.storage.token import TOKEN_COLUMNS, TokenRow, TokenTable, token_row


@dataclass(frozen=True, slots=True)
class Standing:
    """Tokens, oldest first; the challenges of one transaction on them, whether open or not; the tallies
    that were asked for, by name."""

    tokens: tuple[TokenRow, ...]
    challenges: tuple[ChallengeRow, ...]
    tallies: Mapping[str, Tally]


def _statement(*token_keys: str) -> Prepared:
    """One row a token, and one without any where there is none: all hangs on a row of what is asked for."""
    asked = select(
        *(
            bindparam(f"b_{name}", type_=String()).label(name)
            for name in ("person", "address", "transaction_id", *token_keys)
        )
    ).subquery("asked")
    token, challenge = TokenTable.__table__.c, ChallengeTable.__table__.c
    person, address = aliased(ThrottleTable), aliased(ThrottleTable)
    open_on = and_(challenge.token_id == token.id, challenge.transaction_id == asked.c.transaction_id)
    return Prepared(
        select(
            *(column for tally in (person, address) for column in _tally_columns(tally)),
            *CHALLENGE_COLUMNS,
            *TOKEN_COLUMNS,
        )
        .select_from(asked)
        .outerjoin(person, person.name == asked.c.person)
        .outerjoin(address, address.name == asked.c.address)
        .outerjoin(TokenTable, and_(*(token[key] == asked.c[key] for key in token_keys)))
        .outerjoin(ChallengeTable, open_on)
        .order_by(token.id)
    )


def _tally_columns(tally: type[ThrottleTable]) -> tuple[Any, ...]:
    return tally.name, tally.count, tally.since, tally.last_at


_OF_OWNER = _statement("resolver", "uid")
_OF_SERIAL = _statement("serial")
_TALLIES = 2 * len(Tally.__slots__)
_CHALLENGE = _TALLIES + len(CHALLENGE_COLUMNS)


def standing_of_owner(
    connection: Connection, resolver: str, uid: str, *, transaction_id: str, person: str, address: str
) -> Standing:
    """Of all tokens of a person. ``person`` and ``address`` name tallies; empty where none is asked for."""
    values = {"b_resolver": resolver, "b_uid": uid}
    return _read(connection, _OF_OWNER, values, transaction_id, person, address)


def standing_of_serial(connection: Connection, serial: str, *, transaction_id: str, address: str) -> Standing:
    """Of one token that nobody owns; empty: of none."""
    return _read(connection, _OF_SERIAL, {"b_serial": serial}, transaction_id, "", address)


def _read(
    connection: Connection,
    statement: Prepared,
    values: dict[str, str],
    transaction_id: str,
    person: str,
    address: str,
) -> Standing:
    values |= {"b_transaction_id": transaction_id, "b_person": person, "b_address": address}
    rows = statement.all(connection, values)
    return Standing(
        tokens=tuple(token_row(row[_CHALLENGE:]) for row in rows if row[_CHALLENGE] is not None),
        challenges=tuple(
            ChallengeRow(*row[_TALLIES:_CHALLENGE]) for row in rows if row[_TALLIES] is not None
        ),
        tallies={tally.name: tally for tally in _tallies(rows[0])},
    )


def _tallies(row: Sequence[Any]) -> tuple[Tally, ...]:
    width = len(Tally.__slots__)
    return tuple(Tally(*row[begin : begin + width]) for begin in (0, width) if row[begin] is not None)
