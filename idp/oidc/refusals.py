"""The audit row of a refusal, written in a unit of its own by the face that refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.unit import Runner


def refused(
    runner: Runner,
    origin: Origin,
    event: str,
    reason: str,
    details: Mapping[str, object],
    client_id: str = "",
) -> None:
    """``client_id`` is whom the request speaks for, proven or not."""
    application = f"oidc:{client_id}" if client_id else ""
    entry = Entry(event, False, reason, details=details)
    at = replace(origin, application=application)
    runner.record(lambda unit: audit.record(unit, at, entry))
