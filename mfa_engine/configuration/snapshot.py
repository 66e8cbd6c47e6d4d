"""A copy in memory of what the database holds, looked at again when it has become old (invariant 4)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from mfa_engine.storage.configuration import revision_number
from mfa_engine.unit import Runner

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Copy(Generic[T]):
    value: T
    revision: int
    checked_at: datetime
    forgotten: object  # as it was when the revision was looked at


class Snapshot(Generic[T]):
    """Keeps what ``load`` made of the rows while the revision of that ``name`` stands.

    ``load`` is given the revision that was read before, and the copy until now if there is one; what
    it raises passes through. Safe for threads: of many that find the copy old one looks, the others
    wait for what it finds.
    """

    def __init__(
        self, runner: Runner, name: str, max_age: timedelta, load: Callable[[int, T | None], T]
    ) -> None:
        self._runner = runner
        self._name = name
        self._max_age = max_age
        self._load = load
        self._copy: _Copy[T] | None = None
        self._forgotten = object()
        self._looking = threading.Lock()

    def current(self) -> T:
        """The value as of now, at most ``max_age`` old. One statement when that is over, and those of
        ``load`` when the revision moved."""
        copy = self._young()
        if copy is None:
            with self._looking:
                copy = self._young() or self._looked()
        return copy.value

    def forget(self) -> None:
        """Whoever asks from now on is given what the database holds then: also when somebody is just
        looking, who may have begun before a change was committed."""
        self._forgotten = object()

    def _young(self) -> _Copy[T] | None:
        copy, now = self._copy, self._runner.now()
        if copy is None or copy.forgotten is not self._forgotten:
            return None
        return copy if copy.checked_at <= now < copy.checked_at + self._max_age else None

    def _looked(self) -> _Copy[T]:
        before, forgotten, now = self._copy, self._forgotten, self._runner.now()
        revision = self._runner.look(lambda view: revision_number(view.connection, self._name))
        if before is not None and before.revision == revision:
            value = before.value
        else:
            value = self._load(revision, before.value if before else None)
        self._copy = _Copy(value, revision, now, forgotten)
        return self._copy
