"""What the engine refuses, each with a text that is fit for the caller.

A wrong code is not here: expected results are outcomes (``authentication.outcome``), not exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass


class DoorwardError(Exception):
    """The caller asked for something that cannot be done. ``str(error)`` is fit for the caller."""


@dataclass
class InvalidField(DoorwardError):
    """A value that came in is not usable: names the field, and what to give instead."""

    field: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.field}: {self.remedy}"


@dataclass
class NotFound(DoorwardError):
    """What was named is not there, or is not the caller's to see: both look the same (ADM-02)."""

    what: str
    name: str

    def __str__(self) -> str:
        return f"{self.what} '{self.name}' does not exist"


@dataclass
class Conflict(DoorwardError):
    """The state of things forbids it (409): says what stands in the way."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass
class NotAllowed(DoorwardError):
    """The caller lacks a right, or a limit is reached (403): names it."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass
class Unavailable(DoorwardError):
    """Something outside does not answer (503). Nothing was counted against anybody."""

    what: str

    def __str__(self) -> str:
        return f"{self.what} does not answer at the moment, try again"


class Busy(Unavailable):
    """Too much of one kind of work at once (503 with ``Retry-After``)."""


class DatabaseAway(Unavailable):
    """The database does not answer (503): not even an audit row can be written (OPS-05)."""


class InDoubt(Unavailable):
    """The connection was lost at COMMIT: it may have happened. Never reported as success (OPS-02)."""


class IntegrityFailure(DoorwardError):
    """A sealed value does not open in its place: swapped, altered, or sealed by another key (KEY-02)."""
