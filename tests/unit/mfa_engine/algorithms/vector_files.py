"""The published vectors that the algorithms are held against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[3] / "vectors"


def vector_file(name: str) -> dict[str, Any]:
    """The vectors of ``name``, such as ``oath/hotp-window.json``."""
    content: dict[str, Any] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return content


def by_id(case: dict[str, Any]) -> str:
    """How a case is called in the test's name."""
    return str(case["id"])
