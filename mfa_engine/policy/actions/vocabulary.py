"""The words that the registry of token types brings, so that policies name no type themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names of token types: all of them, and those that prove a second factor of their own right."""

    token_types: frozenset[str]
    second_factors: frozenset[str]
