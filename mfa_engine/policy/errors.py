"""What policies are refused for, and what makes a decision impossible."""

from __future__ import annotations

from dataclasses import dataclass

from mfa_engine.errors import DoorwardError, InvalidField


@dataclass
class PolicyConflict(DoorwardError):
    """Policies of one priority disagree, so there is no answer: the caller refuses (ADM-09).

    The text is for administrators; a person at the login is told nothing of it.
    """

    action: str
    priority: int
    policies: tuple[str, ...]

    def __str__(self) -> str:
        names = " and ".join(f"'{name}'" for name in self.policies)
        return (
            f"policies {names} have the same priority {self.priority} and disagree on {self.action}: "
            "let them say the same, or give the one that is to win a smaller number"
        )


@dataclass
class InvalidPolicies(DoorwardError):
    """Policies that cannot be used, with every problem; a line each in ``str(error)``."""

    problems: tuple[InvalidField, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))
