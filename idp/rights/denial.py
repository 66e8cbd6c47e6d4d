"""What a principal is refused, and its audit row."""

from __future__ import annotations

from dataclasses import dataclass, field

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.errors import NotAllowed, NotFound
from mfa_engine.unit import Runner


@dataclass
class Denied(NotAllowed):
    """A right is missing (403). ``why`` is for the audit."""

    right: str = ""
    why: str = "right_missing"
    subject: Subject = field(default_factory=Subject)
    serial: str | None = None


@dataclass
class OutOfReach(NotFound):
    """It is there, but not for this caller: answered as if it were not (404, ADM-02)."""

    right: str = ""
    subject: Subject = field(default_factory=Subject)
    serial: str | None = None
    why: str = "out_of_reach"


def missing(right: str, *, subject: Subject | None = None, serial: str | None = None) -> Denied:
    """That this needs ``right``."""
    return Denied(f"This needs the right {right}.", right, subject=subject or Subject(), serial=serial)


def record_denial(runner: Runner, origin: Origin, denied: Denied | OutOfReach, route: str = "") -> None:
    """One row for one refusal, in a unit of its own: nothing else happened."""
    details = {"right": denied.right, "route": route}
    entry = Entry("admin.denied", False, denied.why, denied.subject, denied.serial, details)
    runner.record(lambda unit: audit.record(unit, origin, entry))
