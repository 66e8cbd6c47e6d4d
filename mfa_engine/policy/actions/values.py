"""The types of action values: how each is read from a document, written to one, and said in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from mfa_engine.policy.actions.vocabulary import Vocabulary

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "min": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_DURATION = re.compile(r"([0-9]{1,6})(d|h|min|s)")


class ValueType(Protocol[T]):
    """One type of value. ``expected`` completes "write ..."."""

    @property
    def expected(self) -> str:
        """What to write, for help texts and errors."""
        ...

    def parse(self, raw: object, vocabulary: Vocabulary) -> T:
        """The value that a document means. Raises ValueError with the remedy."""
        ...

    def document(self, value: T) -> object:
        """The value as TOML and JSON know it; ``parse`` gives it back."""
        ...

    def words(self, value: T) -> str:
        """The value for people."""
        ...


@dataclass(frozen=True, slots=True)
class YesNo:
    """A truth value."""

    expected: str = "true or false"

    def parse(self, raw: object, vocabulary: Vocabulary) -> bool:
        """Only a real truth value: 0 and "no" mean different things to different people."""
        if not isinstance(raw, bool):
            raise ValueError(f"write {self.expected}")
        return raw

    def document(self, value: bool) -> object:
        """As it is."""
        return value

    def words(self, value: bool) -> str:
        """Yes or no."""
        return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds, both included."""

    low: int
    high: int

    @property
    def expected(self) -> str:
        """With its bounds."""
        return f"a whole number from {self.low} to {self.high}"

    def parse(self, raw: object, vocabulary: Vocabulary) -> int:
        """A number inside the bounds. A truth value is none, though Python says so."""
        if isinstance(raw, bool) or not isinstance(raw, int) or not self.low <= raw <= self.high:
            raise ValueError(f"write {self.expected}")
        return raw

    def document(self, value: int) -> object:
        """As it is."""
        return value

    def words(self, value: int) -> str:
        """In digits."""
        return str(value)


@dataclass(frozen=True, slots=True)
class OneOf(Generic[E]):
    """One of a closed set, with a phrase for each."""

    phrases: Mapping[E, str]

    @property
    def expected(self) -> str:
        """All of them."""
        return "one of " + ", ".join(f'"{choice}"' for choice in self.phrases)

    def parse(self, raw: object, vocabulary: Vocabulary) -> E:
        """The choice of exactly that name."""
        for choice in self.phrases:
            if isinstance(raw, str) and raw == choice:
                return choice
        raise ValueError(f"write {self.expected}")

    def document(self, value: E) -> object:
        """Its name."""
        return str(value)

    def words(self, value: E) -> str:
        """Its phrase."""
        return self.phrases[value]


@dataclass(frozen=True, slots=True)
class TokenTypes:
    """A set of token types by name; None, which only a default can be, stands for ``unset``."""

    unset: str
    expected: str = "a list of token types"

    def parse(self, raw: object, vocabulary: Vocabulary) -> frozenset[str] | None:
        """Names that the registry knows, at least one."""
        if not isinstance(raw, list) or not raw or not all(isinstance(name, str) for name in raw):
            raise ValueError(f"write {self.expected}: {listed(vocabulary.token_types)}")
        unknown = frozenset(raw) - vocabulary.token_types
        if unknown:
            raise ValueError(f"{listed(unknown)} is no token type: use {listed(vocabulary.token_types)}")
        return frozenset(raw)

    def document(self, value: frozenset[str] | None) -> object:
        """A sorted list."""
        return sorted(value or ())

    def words(self, value: frozenset[str] | None) -> str:
        """The names."""
        return self.unset if value is None else listed(value)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time between two bounds, both included."""

    low: timedelta
    high: timedelta

    @property
    def expected(self) -> str:
        """With its bounds."""
        return (
            "a number and a unit (s, min, h or d), for example 12h, "
            f"from {written(self.low)} to {written(self.high)}"
        )

    def parse(self, raw: object, vocabulary: Vocabulary) -> timedelta:
        """A number and a unit, inside the bounds."""
        match = _DURATION.fullmatch(raw) if isinstance(raw, str) else None
        value = int(match[1]) * _UNITS[match[2]] if match else None
        if value is None or not self.low <= value <= self.high:
            raise ValueError(f"write {self.expected}")
        return value

    def document(self, value: timedelta) -> object:
        """In the largest unit that gives a whole number."""
        return written(value)

    def words(self, value: timedelta) -> str:
        """As written."""
        return written(value)


def written(length: timedelta) -> str:
    """A length of time as policies write it, in the largest unit that gives a whole number."""
    unit = next(name for name, size in _UNITS.items() if not length % size)
    return f"{length // _UNITS[unit]}{unit}"


def listed(names: frozenset[str]) -> str:
    """Names in a fixed order; "none" for no name."""
    return ", ".join(sorted(names)) or "none"
