"""Ending a session whole: the row, all that was issued in it, and the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from idp.services import Services
from idp.sessions import ending
from idp.storage.sso_session import ParticipantRow, SessionRow, participants_of
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.unit import Unit


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that was ended: since when it was, and who took part in it."""

    since: datetime
    participants: tuple[ParticipantRow, ...]


def end_session(services: Services, origin: Origin, session: SessionRow) -> Ended | None:
    """End it on every node at once; None when it had ended before, which writes nothing.

    ``origin`` says who ends it: the person, an administrator, an application. Its cookie is the caller's
    to drop where it is this browser's (SESS-05).
    """

    return services.engine.record(lambda unit: end_session_in(unit, services, origin, session))


def end_session_in(
    unit: Unit, services: Services, origin: Origin, session: SessionRow, reason: str = ""
) -> Ended | None:
    """The same within a unit: with the act that it follows from, which ``reason`` names."""
    participants = participants_of(unit.connection, session.id)
    if not ending.end(unit, session.id, services.participants):
        return None
    whom = Subject(session.login, session.realm, session.resolver, session.uid)
    entered = [f"{row.protocol}:{row.party}" for row in participants]
    details = {"session": session.id, "applications": entered}
    audit.record(unit, origin, Entry("auth.session.ended", True, reason, whom, details=details))
    return Ended(session.created_at, participants)
