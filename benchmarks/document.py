"""A program that fetches one public document again and again."""

from __future__ import annotations

from benchmarks.connection import Connection, Failed
from benchmarks.people import People
from benchmarks.scenario import Meeting


class Document:
    """The one at `path`, which must hold `mark`."""

    def __init__(self, meeting: Meeting, people: People, path: str, mark: bytes) -> None:
        del people  # anybody may
        self._connection = Connection(meeting.port)
        self._path = path
        self._mark = mark

    def prepare(self) -> None:
        """Nothing."""

    def unit(self) -> None:
        """Fetch it, without asking whether it has changed."""
        answer = self._connection.get(self._path)
        if answer.status != 200 or self._mark not in answer.body:
            raise Failed(f"{self._path}: {answer.status}")
