"""What state a token is in, as people see it: one of these, decided from its row and the time."""

from __future__ import annotations

from enum import StrEnum


class TokenState(StrEnum):
    """Each has its badge and its sentence in ``parts/tokens.html``."""

    ACTIVE = "active"
    NOT_CONFIRMED = "not confirmed"
    LOCKED = "locked"
    DISABLED = "disabled"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
