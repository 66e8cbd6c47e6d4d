"""A whole login, password and TOTP, until the portal has its Response."""

from __future__ import annotations

from benchmarks.people import People
from benchmarks.portal import Portal
from benchmarks.scenario import LOGIN_COST, Meeting, Scenario
from benchmarks.visitor import Visitor


class _Client:
    def __init__(self, meeting: Meeting, people: People) -> None:
        self._portal = Portal(meeting)
        self._visitor = Visitor(meeting.port)
        self._people = people

    def prepare(self) -> None:
        """Nothing."""

    def unit(self) -> None:
        """Somebody in a browser that was never here."""
        person, code = self._people.next()
        self._visitor.forget()
        self._portal.accept(self._visitor.sign_in(self._portal.request(), person, code))


SCENARIO = Scenario(
    name="login-to-response",
    title="login by password and TOTP, to a SAML Response (Argon2id 7 MiB, t 5)",
    floor=25.0,
    goal=20.0,
    begin=_Client,
    people="login",
    a_unit=1,
    cost=LOGIN_COST,
)
