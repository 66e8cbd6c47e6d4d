"""What the portal remembers between two requests: in memory, each entry until its own time.

SAML needs it on the server. The identity provider's answer arrives as a POST from another
site, and a browser sends no SameSite=Lax cookie with that: state kept in such a cookie is lost.
"""

import threading
import time
from typing import Generic, TypeVar

T = TypeVar("T")


class ExpiringStore(Generic[T]):
    """Values under a name. Threads may share it; the oldest entry makes room when it is full."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._entries: dict[str, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def put(self, name: str, value: T, *, lifetime_seconds: float) -> bool:
        """Keep ``value``, unless something is kept under ``name``: False then, and nothing changes."""
        with self._lock:
            if self._live(name) is not None:
                return False
            if len(self._entries) >= self._limit:
                self._make_room()
            self._entries[name] = (time.monotonic() + lifetime_seconds, value)
            return True

    def get(self, name: str) -> T | None:
        """What is kept under ``name`` and has not expired."""
        with self._lock:
            return self._live(name)

    def take(self, name: str) -> T | None:
        """As ``get``, and forget it: of two callers one receives the value."""
        with self._lock:
            value = self._live(name)
            self._entries.pop(name, None)
            return value

    def _live(self, name: str) -> T | None:
        expires, value = self._entries.get(name, (0.0, None))
        return value if expires > time.monotonic() else None

    def _make_room(self) -> None:
        now = time.monotonic()
        live = {name: entry for name, entry in self._entries.items() if entry[0] > now}
        if len(live) >= self._limit:
            del live[next(iter(live))]
        self._entries = live
