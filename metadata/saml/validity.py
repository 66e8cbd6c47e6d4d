"""Comparisons of time with a peer whose clock may be up to three minutes off (SD-G01)."""

from __future__ import annotations

from datetime import datetime, timedelta

SKEW = timedelta(seconds=180)


def is_over(end: datetime, now: datetime) -> bool:
    """Whether ``end`` (NotOnOrAfter, validUntil) has passed, whichever clock one asks."""
    return now - end >= SKEW


def is_older(instant: datetime, age: timedelta, now: datetime) -> bool:
    """Whether something from ``instant`` is older than ``age``."""
    return now - instant > age + SKEW


def is_ahead(instant: datetime, now: datetime) -> bool:
    """Whether ``instant`` lies in a future that no skew explains."""
    return instant - now > SKEW
