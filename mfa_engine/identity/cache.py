"""The last answers of directories about people who are logged in (AUTH-10)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from mfa_engine.identity.resolvers.base import Entry
from mfa_engine.identity.user import UserKey

MAX_AGE = timedelta(seconds=60)
CAPACITY = 10_000


class EntryCache:
    """What a directory said about a person, for at most a minute. "Deleted" is kept too, failures never.

    Kept entries have no handle: no password can be checked on them. Safe for threads.
    """

    def __init__(
        self, clock: Callable[[], datetime], *, max_age: timedelta = MAX_AGE, capacity: int = CAPACITY
    ) -> None:
        self._clock = clock
        self._max_age = max_age
        self._capacity = capacity
        self._lock = threading.Lock()
        self._kept: OrderedDict[UserKey, tuple[datetime, Entry | None]] = OrderedDict()

    def entry(self, key: UserKey, ask: Callable[[], Entry | None]) -> Entry | None:
        """The kept answer if it is young enough, else ``ask()``, whose exceptions pass through."""
        now = self._clock()
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and timedelta() <= now - kept[0] < self._max_age:
            return kept[1]
        entry = ask()
        if entry is not None:
            entry = replace(entry, handle="")
        with self._lock:
            self._kept[key] = (now, entry)
            self._kept.move_to_end(key)
            if len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        return entry

    def forget(self, key: UserKey) -> None:
        """This node itself changed the person: the next question goes to the directory."""
        with self._lock:
            self._kept.pop(key, None)
