"""What a logout comes to for the applications that took part in the session. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from idp.pages.login import AppLogout
from idp.storage.sso_session import ParticipantRow


@dataclass(frozen=True, slots=True)
class Initiator:
    """The application that began the logout: it has ended its own session before."""

    protocol: str
    party: str


def report(
    participants: Iterable[ParticipantRow],
    initiator: Initiator | None,
    name: Callable[[ParticipantRow], str],
) -> tuple[AppLogout, ...]:
    """A line an application, in the order in which they were entered. Only who began it knows of it: to
    tell the others takes a back channel."""
    lines: dict[tuple[str, str], AppLogout] = {}
    for row in participants:
        knows = initiator == Initiator(row.protocol, row.party)
        lines.setdefault((row.protocol, row.party), AppLogout(name(row), told=knows))
    return tuple(lines.values())
