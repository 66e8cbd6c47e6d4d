"""The SSO session: what a person has proven to this browser, until it ends."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from idp.sessions.transaction import Person
from idp.storage.consent import session_and_consent
from idp.storage.sso_session import (
    SessionRow,
    insert_session,
    raise_session,
    session_by_cookie,
    sessions_of,
    touch_session,
    touch_session_for,
)
from mfa_engine.authentication.assurance import Proof
from mfa_engine.policy.decisions.session import SessionLifetime
from mfa_engine.unit import Unit, View

MOST_SESSIONS = 20  # of one person; the oldest ends


@dataclass(frozen=True, slots=True)
class SsoSession:
    """A session that is alive."""

    row: SessionRow
    proofs: tuple[Proof, ...]

    @property
    def person(self) -> Person:
        """Whose session it is."""
        return Person(self.row.resolver, self.row.uid, self.row.realm, self.row.login)

    @property
    def id(self) -> str:
        """The public name (OIDC ``sid``)."""
        return self.row.id


def cookie_hash(value: str) -> str:
    """What is stored of a cookie's value."""
    return hashlib.sha256(value.encode()).hexdigest()


def find(view: View, cookie: str) -> SsoSession | None:
    """The live session of a cookie. Idle and overall limits are the server's (SESS-04). One statement."""
    row = session_by_cookie(view.connection, cookie_hash(cookie))
    return _opened(row) if row is not None and is_alive(row, view.now) else None


def find_for(view: View, cookie: str, application: str) -> tuple[SsoSession | None, frozenset[str]]:
    """As ``find``, with what the session's person agreed to share with the application. One statement,
    none without a cookie."""
    found = session_and_consent(view.connection, cookie_hash(cookie), application) if cookie else None
    if found is None or not is_alive(found[0], view.now):
        return None, frozenset()
    row, agreed = found
    return _opened(row), agreed


def start(
    unit: Unit,
    person: Person,
    proofs: Iterable[Proof],
    lifetime: SessionLifetime,
    *,
    address: str,
    user_agent: str,
) -> tuple[SsoSession, str]:
    """A new session and its cookie's value. Called by ``login.issue`` only (invariant 1)."""
    cookie = secrets.token_urlsafe(32)
    kept = tuple(proofs)
    row = SessionRow(
        id=secrets.token_urlsafe(16),
        cookie_hash=cookie_hash(cookie),
        resolver=person.resolver,
        uid=person.uid,
        realm=person.realm,
        login=person.login,
        proofs=[proof.document() for proof in kept],
        created_at=unit.now,
        used_at=unit.now,
        idle_at=unit.now + lifetime.idle,
        ends_at=unit.now + lifetime.absolute,
        idle_seconds=int(lifetime.idle.total_seconds()),
        address=address[:60],
        user_agent=user_agent[:300],
    )
    insert_session(unit.connection, {name: getattr(row, name) for name in SessionRow.__slots__})
    return SsoSession(row, kept), cookie


def surplus(unit: Unit, person: Person) -> tuple[str, ...]:
    """The ids of live sessions beyond those that a person may have, the oldest first."""
    of_person = sessions_of(unit.connection, person.resolver, person.uid)
    alive = [row.id for row in of_person if is_alive(row, unit.now)]
    return tuple(alive[:-MOST_SESSIONS])


def lift(unit: Unit, session: SsoSession, proofs: Iterable[Proof]) -> tuple[SsoSession, str] | None:
    """The session with these proofs under a new cookie; None when it has ended meanwhile. Called by
    ``login.issue`` only."""
    cookie = secrets.token_urlsafe(32)
    kept = newest_of_each(proofs)
    raised = replace(
        session.row,
        cookie_hash=cookie_hash(cookie),
        proofs=[proof.document() for proof in kept],
        used_at=unit.now,
        idle_at=idle_end(session, unit.now),
    )
    if not raise_session(unit.connection, session.row, raised):
        return None
    return SsoSession(raised, kept), cookie


def newest_of_each(proofs: Iterable[Proof]) -> tuple[Proof, ...]:
    """One proof a password and a token, the last one: a session does not grow with its use."""
    return tuple({(proof.kind, proof.serial): proof for proof in proofs}.values())


def touch(unit: Unit, session: SsoSession) -> bool:
    """Note a use. False: it has ended, nothing may rest on it."""
    return touch_session(unit.connection, session.row, unit.now, idle_end(session, unit.now))


def touch_for(unit: Unit, session: SsoSession, protocol: str, party: str) -> bool:
    """As ``touch``, while the application is enabled."""
    idle_at = idle_end(session, unit.now)
    return touch_session_for(unit.connection, session.row, unit.now, idle_at, protocol=protocol, party=party)


def idle_end(session: SsoSession, now: datetime) -> datetime:
    """When the session dies if it is not used again."""
    return min(now + timedelta(seconds=session.row.idle_seconds), session.row.ends_at)


def is_alive(row: SessionRow, now: datetime) -> bool:
    """Within both limits (SESS-04)."""
    return now < row.idle_at and now < row.ends_at


def _opened(row: SessionRow) -> SsoSession:
    return SsoSession(row, tuple(Proof.read(document) for document in row.proofs))
