"""Limits on guessing: how failures are named, and what their tallies forbid (assurance.md 5).

Pure: ``storage.throttle`` counts, this decides. Three kinds of count: the first factor of a person
(or of a name that nobody has), all second-factor failures of a person since the last success, and
all failures from an address.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta
from functools import lru_cache

from mfa_engine.identity.user import UserKey
from mfa_engine.settings import ThrottleSettings
from mfa_engine.storage.throttle import Tally

MESSAGE_WINDOW = timedelta(hours=1)


def first_factor_name(user: UserKey | None, realm: str, login: str) -> str:
    """Counts wrong passwords of one person; of a name that nobody has, by the canonical name, so that
    both answer alike (AUTH-03)."""
    return f"first:{user.resolver}:{user.uid}"[:400] if user else f"first:?{realm}:{login}"[:400]


def second_factor_name(user: UserKey) -> str:
    """Counts failures over all tokens and doors of one person (OTP-06)."""
    return f"second:{user.resolver}:{user.uid}"[:400]


def message_name(user: UserKey | None, recipient: str) -> str:
    """Counts messages sent to one person at one address (OOB-04)."""
    owner = f"{user.resolver}:{user.uid}" if user else ""
    return f"message:{owner}:{recipient.casefold()}"[:400]


@lru_cache(maxsize=1024)
def address_name(address: str) -> str | None:
    """Counts failures from one address, IPv6 by its /64 (AUTH-05). None when no address is known."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        network = f"{ipaddress.ip_network((parsed, 64), strict=False).network_address}/64"
        return f"address:{mapped or network}"
    return f"address:{parsed}"


def first_factor_wait(tally: Tally | None, settings: ThrottleSettings, now: datetime) -> timedelta:
    """How long the person must wait before the next password is looked at; zero: not at all.

    Ten failures in five minutes bring 30 s, each further one doubles it, up to an hour.
    """
    if tally is None or tally.count < settings.first_factor_failures:
        return timedelta(0)
    delay = _doubled(
        settings.first_delay, tally.count - settings.first_factor_failures, settings.first_delay_max
    )
    return _left(tally.last_at, delay, now)


def second_factor_wait(
    tally: Tally | None, last_success: datetime | None, settings: ThrottleSettings, now: datetime
) -> timedelta:
    """How long no code of this person is looked at. A success since the count began has ended it."""
    if tally is None or tally.count < settings.user_failures or (last_success and last_success > tally.since):
        return timedelta(0)
    delay = _doubled(settings.user_lock, tally.count - settings.user_failures, settings.user_lock_max)
    return _left(tally.last_at, delay, now)


def address_wait(tally: Tally | None, settings: ThrottleSettings, now: datetime) -> timedelta:
    """How long this address gets 429; zero: it may try."""
    if tally is None or tally.count < settings.address_failures:
        return timedelta(0)
    return _left(tally.since, settings.window, now)


def message_wait(tally: Tally | None, settings: ThrottleSettings, now: datetime) -> timedelta:
    """How long until the next message may be sent to this address of this person."""
    if tally is None or tally.count == 0:
        return timedelta(0)
    interval = _left(tally.last_at, settings.message_interval, now)
    if tally.count < settings.messages_an_hour:
        return interval
    return max(interval, _left(tally.since, MESSAGE_WINDOW, now))


def _left(begin: datetime, length: timedelta, now: datetime) -> timedelta:
    """What is left of a time; never more than all of it, however far the clock was set back (OPS-09)."""
    return min(max(begin + length - now, timedelta(0)), length)


def _doubled(first: timedelta, times: int, most: timedelta) -> timedelta:
    return min(first * int(2 ** min(times, 20)), most)  # 20 doublings are past every bound


def first_factor_memory(tally: Tally | None, settings: ThrottleSettings) -> timedelta:
    """How long a person must be quiet until the count of wrong passwords begins anew: the window, or
    twice the delay that is being served."""
    over = (tally.count if tally else 0) - settings.first_factor_failures
    delay = _doubled(settings.first_delay, over, settings.first_delay_max) if over >= 0 else timedelta(0)
    return max(settings.window, 2 * delay)
