"""Reserving tries against a person's password before their directory is asked.

Parallel guesses then neither pass the limit nor lock the account in the directory, whichever door
they come through (AUTH-05). A success forgets the count; an outage gives the try back (RES-05).
"""

from __future__ import annotations

from datetime import timedelta

from mfa_engine.identity.throttles import first_factor_memory, first_factor_wait
from mfa_engine.settings import ThrottleSettings
from mfa_engine.storage.throttle import Count, clear, count_up, lock_tally, uncount
from mfa_engine.unit import Unit


def reserve(unit: Unit, settings: ThrottleSettings, tally: str, tries: int = 1) -> timedelta:
    """Count the tries before they are made; or say how long to wait, without counting."""
    locked = lock_tally(unit.connection, tally, unit.now)
    wait = first_factor_wait(locked, settings, unit.now)
    if not wait:
        # A count of wrong passwords ends by quiet, not by its age.
        count = Count(tally, begin_last=unit.now - first_factor_memory(locked, settings))
        for _ in range(tries):
            count_up(unit.connection, unit.now, count)
    return wait


def give_back(unit: Unit, tally: str, tries: int = 1) -> None:
    """Nobody was asked after all."""
    uncount(unit.connection, tally, tries)


def forget(unit: Unit, tally: str) -> None:
    """The password was right."""
    clear(unit.connection, tally)
