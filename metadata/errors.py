"""What the library of trust refuses, each with a text that is fit for an operator."""

from __future__ import annotations

from dataclasses import dataclass


class MetadataError(Exception):
    """A document about a partner cannot be used. ``str(error)`` says why and what to change."""


@dataclass
class InvalidDocument(MetadataError):
    """The document cannot be used: ``reason`` is a short machine word, ``remedy`` a sentence."""

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.remedy}"
