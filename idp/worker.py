"""The background worker: sends what waits in the outbox, and forgets what has expired.

Several may run; each job is harmless when two do it at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from idp.services import Services
from idp.storage.access_token import drop_expired_access_tokens
from idp.storage.login_transaction import drop_expired_logins
from idp.storage.one_time import drop_expired_one_time
from idp.storage.seen_request import drop_expired_requests
from idp.storage.sso_session import drop_ended_sessions
from mfa_engine.errors import DoorwardError
from mfa_engine.storage.challenge import drop_expired_challenges
from mfa_engine.storage.throttle import drop_old
from mfa_engine.storage.token import drop_unproven

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 2.0
_SWEEP_EVERY = timedelta(minutes=5)
_KEPT = timedelta(hours=1)  # expired rows that still tell a replay from a stranger
_TALLIES_KEPT = timedelta(days=30)

_SWEEPS: tuple[tuple[str, Callable[[Connection, datetime], int], timedelta], ...] = (
    ("challenges", drop_expired_challenges, _KEPT),
    ("logins", drop_expired_logins, _KEPT),
    ("unproven tokens", drop_unproven, _KEPT),
    ("one-time values", drop_expired_one_time, _KEPT),
    ("access tokens", drop_expired_access_tokens, _KEPT),
    ("seen requests", drop_expired_requests, _KEPT),
    ("sessions", drop_ended_sessions, _KEPT),
    ("throttles", drop_old, _TALLIES_KEPT),
)


Stop = SimpleQueue[None]
"""Anything put in it ends the worker. Unlike an event, it may be told twice from a signal's handler."""


def work(services: Services, stop: Stop) -> None:
    """Run until told to ``stop``. A job that fails is logged, keeps no other from its turn, and has its own
    again later."""
    swept_at: datetime | None = None
    while stop.empty():
        _tried("sending", services.engine.send_due)
        now = services.clock()
        if swept_at is None or now - swept_at >= _SWEEP_EVERY:
            sweep(services, now)
            swept_at = now
        _pause(stop)


def _pause(stop: Stop) -> None:
    with suppress(Empty):
        stop.get(timeout=_PAUSE_SECONDS)
        stop.put(None)


def sweep(services: Services, now: datetime) -> dict[str, int]:
    """Delete what has expired, a kind a transaction; gives how many of each."""
    return {name: _tried(name, partial(_drop, services, drop, now - kept)) for name, drop, kept in _SWEEPS}


def _tried(job: str, work: Callable[[], int]) -> int:
    try:
        return work()
    except (DoorwardError, SQLAlchemyError) as error:
        log.warning("the background worker goes on after %s failed: %s", job, type(error).__name__)
        return 0


def _drop(services: Services, drop: Callable[[Connection, datetime], int], before: datetime) -> int:
    return services.engine.record(lambda unit: drop(unit.connection, before))
