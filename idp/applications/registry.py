"""Finding a registered application: a bounded cache by key, emptied when the revision moves.

What must be true this instant (that it is enabled) is asserted again by the statement that issues.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from mfa_engine.storage.configuration import move_revision, revision_number
from mfa_engine.unit import Runner, Unit, View

T = TypeVar("T")

REVISION = "applications"
_CAPACITY = 10_000
_NEVER = datetime.min.replace(tzinfo=UTC)


class Registry:
    """Keeps what ``read`` made of the rows, at most ``max_age`` without looking whether they changed."""

    def __init__(self, runner: Runner, max_age: timedelta) -> None:
        self._runner = runner
        self._max_age = max_age
        self._revision = -1
        self._checked_at = _NEVER
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable, read: Callable[[View], T]) -> T:
        """What ``read`` gives for this key, read once a revision; also that there is nothing."""
        self._refresh()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key])
            revision = self._revision
        value = self._runner.look(read)
        with self._lock:
            if revision == self._revision:
                self._kept[key] = value
                if len(self._kept) > _CAPACITY:
                    self._kept.popitem(last=False)
        return value

    def forget(self) -> None:
        """Whoever changed an application reads it back before answering."""
        self._checked_at = _NEVER

    def _refresh(self) -> None:
        now = self._runner.now()
        if self._checked_at <= now < self._checked_at + self._max_age:
            return
        revision = self._runner.look(lambda view: revision_number(view.connection, REVISION))
        with self._lock:
            if revision != self._revision:
                self._kept.clear()
                self._revision = revision
            self._checked_at = now


def applications_changed(unit: Unit) -> None:
    """Tell every node, in the transaction of the change."""
    move_revision(unit.connection, REVISION)
