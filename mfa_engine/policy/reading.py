"""Reads one policy and gathers what is wrong with it, so that an operator sees all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeGuard, TypeVar

from mfa_engine.errors import InvalidField

T = TypeVar("T")

LONGEST_TEXT = 1000


class Reading:
    """The problems of one policy so far. ``place`` is how the policy is spoken of."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.problems: list[InvalidField] = []

    def value(self, field: str, parse: Callable[[object], T], raw: object, *, instead: T) -> T:
        """What ``raw`` means; ``instead`` when it means nothing, which is then a problem."""
        try:
            return parse(raw)
        except ValueError as error:
            self.refuse(field, str(error))
            return instead

    def refuse(self, field: str, remedy: str) -> None:
        """Note a problem. What cannot be printed is shown escaped: the text ends up on a terminal."""
        field = field if field.isprintable() else ascii(field)
        self.problems.append(InvalidField(f"{self.place}, {field}", remedy))

    def refuse_unknown(self, table: Mapping[object, object], known: Iterable[str], within: str = "") -> None:
        """Note every key that means nothing here: a misspelt condition would cover everybody."""
        for key in sorted(map(str, set(table) - set(known))):
            self.refuse(f"{within}{key}", f"is not known here; use {', '.join(sorted(known))}")


def is_printable(raw: object) -> TypeGuard[str]:
    """Whether this is one line of text that can be shown as it is, and not too long."""
    return isinstance(raw, str) and 0 < len(raw) <= LONGEST_TEXT and raw.isprintable()
