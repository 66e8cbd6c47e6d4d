"""Finding a registered application: a bounded cache by key, emptied when the revision moves.

What must be true this instant (that it is enabled) is asserted again by the statement that issues.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import Any, TypeVar, cast

from mfa_engine.configuration.snapshot import Snapshot
from mfa_engine.storage.configuration import move_revision
from mfa_engine.unit import Runner, Unit, View

T = TypeVar("T")

REVISION = "applications"
_CAPACITY = 10_000


class Registry:
    """Keeps what ``read`` made of the rows, at most ``max_age`` without looking whether they changed."""

    def __init__(self, runner: Runner, max_age: timedelta) -> None:
        self._runner = runner
        self._kept = Snapshot[OrderedDict[Hashable, Any]](runner, REVISION, max_age, _nothing_yet)
        self._lock = threading.Lock()

    def find(self, key: Hashable, read: Callable[[View], T]) -> T:
        """What ``read`` gives for this key, read once a revision; also that there is nothing."""
        kept = self._kept.current()
        with self._lock:
            if key in kept:
                kept.move_to_end(key)
                return cast("T", kept[key])
        value = self._runner.look(read)
        with self._lock:
            kept[key] = value
            if len(kept) > _CAPACITY:
                kept.popitem(last=False)
        return value

    def forget(self) -> None:
        """Whoever changed an application reads it back before answering."""
        self._kept.forget()


def _nothing_yet(_revision: int, _before: object) -> OrderedDict[Hashable, Any]:
    """A revision begins empty; what is read for one is never asked for in another."""
    return OrderedDict()


def applications_changed(unit: Unit) -> None:
    """Tell every node, in the transaction of the change."""
    move_revision(unit.connection, REVISION)
