"""Which tokens may answer at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mfa_engine.storage.token import TokenRow, TokenState


def usable(token: TokenRow, *, limit: int, now: datetime) -> bool:
    """Enrolled, enabled, not locked, in its time of validity (OTP-09). The statement that spends it
    asserts the same again (RACE-03)."""
    return works(token, now=now) and token.failures < limit


def locked(token: TokenRow, *, limit: int, now: datetime) -> bool:
    """Would be usable, had it not failed too often."""
    return works(token, now=now) and token.failures >= limit


def works(token: TokenRow, *, now: datetime) -> bool:
    """Enrolled, enabled and in its time of validity, whatever its counter says."""
    return (
        token.state is TokenState.ENROLLED
        and token.enabled
        and (token.valid_from is None or token.valid_from <= now)
        and (token.valid_until is None or token.valid_until > now)
    )


def of_kinds(tokens: Iterable[TokenRow], kinds: frozenset[str] | None) -> tuple[TokenRow, ...]:
    """Those whose type is among ``kinds``; all when ``kinds`` is None."""
    return tuple(token for token in tokens if kinds is None or token.kind in kinds)
