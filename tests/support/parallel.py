"""Many at once: threads that begin together, and a meeting point in the middle of a use case."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from mfa_engine.unit import Runner, Unit, View

T = TypeVar("T")

PATIENCE = 60.0  # seconds; only a test that hangs waits so long


class Crowd:
    """As many threads as it has members, kept for many rounds."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._threads = ThreadPoolExecutor(size)

    def at_once(self, work: Callable[[], T]) -> list[T | Exception]:
        """``work`` by every member, begun together; results, and exceptions in place of them."""
        return self.each([work] * self.size)

    def each(self, works: Sequence[Callable[[], T]]) -> list[T | Exception]:
        """One work a member, begun together; results in their order."""
        begin = threading.Barrier(len(works))

        def run(work: Callable[[], T]) -> T | Exception:
            begin.wait(PATIENCE)
            try:
                return work()
            except Exception as error:  # noqa: BLE001 - a result like any other
                return error

        return list(self._threads.map(run, works))

    def close(self) -> None:
        self._threads.shutdown()


class Patient:
    """A runner whose callers wait for a connection as long as it takes, however busy the machine is."""

    def __init__(self, runner: Runner, connections: int = 16) -> None:
        self._runner = runner
        self._connections = threading.BoundedSemaphore(connections)

    def look(self, work: Callable[[View], T]) -> T:
        with self._connections:
            return self._runner.look(work)

    def record(self, work: Callable[[Unit], T]) -> T:
        with self._connections:
            return self._runner.record(work)

    def now(self) -> datetime:
        return self._runner.now()


class Meeting(Patient):
    """All wait, before the first of them records, until each has looked and judged.

    It makes every round of a race the worst one: none can see what another wrote.
    """

    def __init__(self, runner: Runner, size: int) -> None:
        super().__init__(runner)
        self._meeting = threading.Barrier(size)
        self._been_there = threading.local()

    def record(self, work: Callable[[Unit], T]) -> T:
        if not getattr(self._been_there, "yes", False):
            self._been_there.yes = True
            self._meeting.wait(PATIENCE)
        return super().record(work)


class Between(Patient):
    """Lets something else happen after the use case has looked and judged, before it records."""

    def __init__(self, runner: Runner, act: Callable[[], object]) -> None:
        super().__init__(runner)
        self._acts = [act]

    def record(self, work: Callable[[Unit], T]) -> T:
        while self._acts:
            self._acts.pop()()
        return super().record(work)
