"""One entry of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from mfa_engine.policy.actions.values import ValueType

T = TypeVar("T")


class Scope(StrEnum):
    """What an action is about; names as in the compatible wire format."""

    AUTHENTICATION = "authentication"
    AUTHORIZATION = "authorization"
    ENROLMENT = "enrollment"


@dataclass(frozen=True, slots=True)
class Action(Generic[T]):
    """What a policy can say, and what holds when none does.

    ``question`` is how it is asked in explanations, ``help`` what an operator needs to know.
    """

    name: str
    scope: Scope
    kind: ValueType[T]
    default: T
    question: str
    help: str
