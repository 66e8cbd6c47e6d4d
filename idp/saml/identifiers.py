"""IDs of the messages and assertions that we make."""

from __future__ import annotations

import secrets


def new_identifier() -> str:
    """An xs:ID of 160 random bits; unguessable and never used again (SD-S09)."""
    return f"_{secrets.token_hex(20)}"
