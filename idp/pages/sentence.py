"""Sentences as values: made where they are decided, said where the language is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Strong:
    """A name or number that stands out."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A place of a sentence that leads somewhere. ``href`` is a path of ours or an http(s) address."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day within the next hours: "14:12"."""

    at: datetime


Place: TypeAlias = "str | int | datetime | Strong | Link | Clock | Sentence | tuple[Sentence | str, ...]"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One whole sentence, or a few, in the catalogue's key language, with named places for what varies.

    With ``plural`` and ``n`` the count decides between the two; ``n`` is a place, too.
    """

    key: str
    places: Mapping[str, Place] = field(default_factory=dict)
    plural: str = ""
    n: int = 0


def say(key: str, **places: Place) -> Sentence:
    """A sentence to be said later. Extraction takes the first argument, so it is always a literal."""
    return Sentence(key, places)


def say_n(singular: str, plural: str, n: int, **places: Place) -> Sentence:
    """A sentence that depends on the number ``n``, which is written where it says ``%(n)s``."""
    return Sentence(singular, places, plural, n)
