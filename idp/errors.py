"""Errors of the faces: what stops the start, and what a caller did wrong at the door."""

from __future__ import annotations

from dataclasses import dataclass

from mfa_engine.errors import DoorwardError


@dataclass
class ConfigError(DoorwardError):
    """The start is refused: one plain line naming file, key and remedy (OPS-13)."""

    file: str
    key: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.remedy}"
