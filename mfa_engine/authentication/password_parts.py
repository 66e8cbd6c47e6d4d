"""Splitting what was typed at once into PIN and code. The split follows the token's code length only."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Parts:
    """PIN in front, code behind."""

    pin: str = field(repr=False)
    code: str = field(repr=False)


def split(typed: str, code_length: int) -> Parts | None:
    """The last ``code_length`` characters are the code. None when there are not that many."""
    if code_length < 1 or len(typed) < code_length:
        return None
    return Parts(typed[:-code_length], typed[-code_length:])
