"""What a use case is given: a view to look through, a unit to record in, a runner to ask for both.

Look, ask, record (architecture, invariant 3): between the two no connection is held, so that a slow
directory stops nobody else. ``Runner`` is a protocol so that use cases know no layer above them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from mfa_engine.secrets.keyring import Keyring

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class View:
    """A short read: each statement sees what is committed, and nothing is locked."""

    connection: Connection
    now: datetime
    keyring: Keyring


@dataclass(frozen=True, slots=True)
class Unit:
    """One transaction: all that is done with it is committed together, or nothing.

    The work may run again after a serialization failure, so it has no effect outside the database.
    ``posted`` holds what went into the outbox (id, kind, content): the runner sends it after COMMIT.
    """

    connection: Connection
    now: datetime
    keyring: Keyring
    posted: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list, repr=False)


class Runner(Protocol):
    """Runs a use case's reads and its one write."""

    def look(self, work: Callable[[View], T]) -> T:
        """Run a short read."""
        ...

    def record(self, work: Callable[[Unit], T]) -> T:
        """Run one transaction, again when the database reports a serialization failure."""
        ...

    def now(self) -> datetime:
        """The time by the one clock, aware UTC."""
        ...
