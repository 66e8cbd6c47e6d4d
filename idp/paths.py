"""Where the data folders lie: in the installed package, else in the checkout."""

from __future__ import annotations

from pathlib import Path


def shipped(folder: str) -> Path:
    """Where ``templates`` or ``config`` lies."""
    installed = Path(__file__).parent / folder
    return installed if installed.is_dir() else Path(__file__).parents[1] / folder
