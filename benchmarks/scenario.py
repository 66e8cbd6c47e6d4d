"""What one benchmark measures, and what its clients are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from benchmarks.people import People


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a client meets: the server, and the applications that are registered there."""

    port: int
    client_id: str
    client_secret: str = field(repr=False)
    callback: str
    portal: str  # entityID
    consumer: str


class Client(Protocol):
    """One client of a scenario: whatever it needs first, then the same unit of work again and again."""

    def prepare(self) -> None:
        """Before anything is measured."""

    def unit(self) -> None:
        """What is measured. Raises Failed, and Exhausted when there is no code left to try."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of the stored passwords or PINs: Argon2id (RFC 9106, section 3.1)."""

    memory_kib: int
    iterations: int


DEFAULT_COST = Cost(19_456, 2)
LOGIN_COST = Cost(7_168, 5)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One unit of work. `floor` and `goal` in milliseconds of CPU time of server and database.

    `people` names the group of the population that its clients are given of; `a_unit` is how many of
    them a unit uses up: 0 when a person's codes never end, or one serves a whole run.
    """

    name: str
    title: str
    floor: float
    goal: float
    begin: Callable[[Meeting, People], Client]
    people: str = ""
    a_unit: int = 0
    cost: Cost = DEFAULT_COST
