"""Typed reading of one JSON object of client metadata; what has the wrong type is refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from metadata.oidc.errors import InvalidClientMetadata

Choice = TypeVar("Choice", bound=StrEnum)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Members:
    """The members of the document. An absent member and ``null`` are the same."""

    __slots__ = ("_document",)

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = document

    def present(self, name: str) -> bool:
        """Whether the member has a value."""
        return self._document.get(name) is not None

    def text(self, name: str, *, most: int) -> str | None:
        """A text of 1 to ``most`` characters without control characters."""
        value = self._document.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not 0 < len(value) <= most or _CONTROL.search(value):
            raise InvalidClientMetadata(name, f"give a text of 1 to {most} characters")
        return value

    def texts(self, name: str, *, most: int) -> tuple[str, ...] | None:
        """A list of at most ``most`` different texts, in its order."""
        value = self._document.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InvalidClientMetadata(name, "give a list of texts")
        if len(value) > most:
            raise InvalidClientMetadata(name, f"give {most} at most")
        return tuple(dict.fromkeys(value))

    def words(self, name: str, *, most: int) -> tuple[str, ...] | None:
        """A text of words with blanks between them, such as ``scope``."""
        value = self.text(name, most=4096)
        if value is None:
            return None
        words = tuple(dict.fromkeys(word for word in value.split(" ") if word))
        if len(words) > most:
            raise InvalidClientMetadata(name, f"give {most} at most")
        return words

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self._document.get(name, default)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise InvalidClientMetadata(name, "give true or false")
        return value

    def seconds(self, name: str) -> int | None:
        """A whole number of seconds, 0 to 1,000,000,000."""
        value = self._document.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1_000_000_000:
            raise InvalidClientMetadata(name, "give a whole number of seconds")
        return value

    def choice(self, name: str, kind: Callable[[str], Choice], offered: tuple[Choice, ...]) -> Choice:
        """One of ``offered``; the first is the default."""
        value = self.text(name, most=100)
        if value is None:
            return offered[0]
        try:
            chosen = kind(value)
        except ValueError:
            chosen = None
        if chosen is None or chosen not in offered:
            raise InvalidClientMetadata(name, f"choose one of: {', '.join(offered)}")
        return chosen
