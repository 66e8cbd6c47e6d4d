"""Counting a failure against the address that it came from."""

from __future__ import annotations

from datetime import UTC, datetime

from mfa_engine.identity.throttles import address_name
from mfa_engine.settings import ThrottleSettings
from mfa_engine.storage.throttle import count_up
from mfa_engine.unit import Unit

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def count_address(unit: Unit, address: str, settings: ThrottleSettings) -> None:
    """One failure more from ``address`` (AUTH-04). Nothing where no address is known."""
    name = address_name(address)
    if name is not None:
        count_up(unit.connection, name, unit.now, begin=unit.now - settings.window, begin_last=_EVER)
