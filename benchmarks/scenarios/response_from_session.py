"""A Response, signed twice, for somebody who is signed in."""

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
        """Sign in."""
        person, code = self._people.next()
        self._portal.accept(self._visitor.sign_in(self._portal.request(), person, code))

    def unit(self) -> None:
        """One page that carries the Response."""
        self._portal.accept(self._visitor.open(self._portal.request()))


SCENARIO = Scenario(
    name="response-from-session",
    title="SAML Response, signed twice, from a live session",
    floor=2.8,
    goal=1.4,
    begin=_Client,
    people="login",
    cost=LOGIN_COST,
)
