"""Ending sessions of one person: those that are named, or those that rest on a token that works no more."""

from __future__ import annotations

from collections.abc import Callable

from idp.logout.end import end_session_in
from idp.services import Services
from idp.storage.sso_session import SessionRow, sessions_of
from mfa_engine.audit import Origin
from mfa_engine.identity.user import UserKey
from mfa_engine.unit import Unit, View

Which = Callable[[SessionRow], bool]


def alive_of(view: View | Unit, key: UserKey) -> tuple[SessionRow, ...]:
    """The person's sessions that are alive, oldest first. One statement."""
    rows = sessions_of(view.connection, key.resolver, key.uid)
    return tuple(row for row in rows if view.now < row.idle_at and view.now < row.ends_at)


def end_where(
    unit: Unit, services: Services, origin: Origin, key: UserKey, which: Which, reason: str = ""
) -> int:
    """End those of the person's sessions that ``which`` names, each with an audit row; gives their number."""
    ended = [end_session_in(unit, services, origin, row, reason) for row in alive_of(unit, key) if which(row)]
    return sum(one is not None for one in ended)


def end_resting_on(
    unit: Unit, services: Services, origin: Origin, key: UserKey, serial: str, *, keep: str = ""
) -> None:
    """End the sessions that the token was presented for, in the unit in which it stops working (SESS-05);
    ``keep`` is the session of whoever does it."""

    def rests_on(row: SessionRow) -> bool:
        return row.id != keep and any(proof.get("serial") == serial for proof in row.proofs)

    end_where(unit, services, origin, key, rests_on, "factor_removed")
