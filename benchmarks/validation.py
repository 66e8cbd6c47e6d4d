"""A program that asks `/validate/check` whether codes are right: a plugin, a RADIUS server."""

from __future__ import annotations

from benchmarks.connection import Connection, Failed
from benchmarks.people import People
from benchmarks.scenario import Meeting


class Validation:
    """The same `pin` in front of everybody's code."""

    def __init__(self, meeting: Meeting, people: People, pin: str = "") -> None:
        self._connection = Connection(meeting.port)
        self._people = people
        self._pin = pin

    def prepare(self) -> None:
        """Nothing."""

    def unit(self) -> None:
        """One code, which is right."""
        person, code = self._people.next()
        answer = self._connection.post("/validate/check", f"user={person.login}&pass={self._pin}{code}")
        if answer.status != 200 or b'"value":true' not in answer.body:
            raise Failed(f"{person.login}: {answer.status} {answer.body!r}")
