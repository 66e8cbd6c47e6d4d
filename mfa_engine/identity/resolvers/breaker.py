"""A circuit breaker: who failed five times in a row is left alone for a while, then tried once (RES-05)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES = 5
COOL_DOWN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Circuit:
    """Closed (``retry_at`` is None): all may ask. Open until ``retry_at``; then one may ask, and the
    others wait for how it ends, at most another cool-down."""

    failures: int = 0
    retry_at: datetime | None = None

    def admits(self, now: datetime) -> bool:
        """Whether a question may be asked."""
        # A clock set back must not keep the circuit open for longer than a cool-down.
        return self.retry_at is None or now >= self.retry_at or self.retry_at - now > COOL_DOWN

    def asked(self, now: datetime) -> Circuit:
        """After somebody was admitted: an open circuit admits nobody else meanwhile."""
        return self if self.retry_at is None else replace(self, retry_at=now + COOL_DOWN)

    def failed(self, now: datetime) -> Circuit:
        """After a question that got no answer."""
        failures = self.failures + 1
        return Circuit(failures, now + COOL_DOWN if failures >= FAILURES else None)


class Breaker:
    """The circuit of one server, shared by threads."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._circuit = Circuit()

    def admits(self) -> bool:
        """Whether to ask now. Whoever is told yes reports how it ended."""
        now = self._clock()
        with self._lock:
            if not self._circuit.admits(now):
                return False
            self._circuit = self._circuit.asked(now)
            return True

    def succeeded(self) -> None:
        """It answered."""
        with self._lock:
            self._circuit = Circuit()

    def failed(self) -> None:
        """It did not answer."""
        now = self._clock()
        with self._lock:
            self._circuit = self._circuit.failed(now)
