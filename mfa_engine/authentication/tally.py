"""Counting failures: against the address that they came from, and against the person."""

from __future__ import annotations

from datetime import datetime

from mfa_engine.identity.throttles import address_name, second_factor_name
from mfa_engine.identity.user import User
from mfa_engine.settings import ThrottleSettings
from mfa_engine.storage.throttle import EVER, Count, count_up
from mfa_engine.unit import Unit


def count_address(unit: Unit, address: str, settings: ThrottleSettings) -> None:
    """One failure more from ``address`` (AUTH-04). Nothing where no address is known."""
    counts = _of_address(unit, address, settings)
    if counts:
        count_up(unit.connection, unit.now, *counts)


def count_second_factor(
    unit: Unit, user: User | None, address: str, settings: ThrottleSettings, last_success: datetime | None
) -> None:
    """One failure more of the person, whose count begins anew after a success, and from the address. One
    statement."""
    counts = _of_address(unit, address, settings)
    if user is not None:
        begin = last_success - datetime.resolution if last_success else EVER  # what began with it counts
        counts.insert(0, Count(second_factor_name(user.key), begin=begin))
    if counts:
        count_up(unit.connection, unit.now, *counts)


def _of_address(unit: Unit, address: str, settings: ThrottleSettings) -> list[Count]:
    name = address_name(address)
    return [] if name is None else [Count(name, begin=unit.now - settings.window)]
