"""An authorization code for somebody who is signed in."""

from __future__ import annotations

from benchmarks.people import People
from benchmarks.relying_party import RelyingParty
from benchmarks.scenario import LOGIN_COST, Meeting, Scenario
from benchmarks.visitor import Visitor


class _Client:
    def __init__(self, meeting: Meeting, people: People) -> None:
        self._application = RelyingParty(meeting)
        self._visitor = Visitor(meeting.port)
        self._people = people

    def prepare(self) -> None:
        """Sign in."""
        person, code = self._people.next()
        self._application.code(self._visitor.sign_in(self._application.request, person, code))

    def unit(self) -> None:
        """One redirect back."""
        self._application.code(self._visitor.open(self._application.request))


SCENARIO = Scenario(
    name="code-from-session",
    title="authorization code from a live session",
    floor=3.7,
    goal=1.9,
    begin=_Client,
    people="login",
    cost=LOGIN_COST,
)
