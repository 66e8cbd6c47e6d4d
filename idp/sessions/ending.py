"""Ending a session: the row, its participants, and all that was issued in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from idp.storage.sso_session import end_session
from mfa_engine.unit import Unit


class Participant(Protocol):
    """A protocol's part of a session that is being ended."""

    @property
    def protocol(self) -> str:
        """As the session's participants are stored: "oidc", "saml"."""
        ...

    def name(self, party: str) -> str:
        """What people call the application of that client id or entityID."""
        ...

    def end(self, unit: Unit, session_id: str) -> None:
        """Make worthless, in the unit that ends the session, what was issued in it (SESS-05)."""
        ...


def end(unit: Unit, session_id: str, participants: Iterable[Participant]) -> bool:
    """End one session; False when it had ended. Whoever calls this writes the audit row."""
    for participant in participants:
        participant.end(unit, session_id)
    return end_session(unit.connection, session_id)
