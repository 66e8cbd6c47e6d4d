"""Small changes to one token: enable, disable, reset its counter, describe it, revoke it for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mfa_engine import audit
from mfa_engine.audit import Origin
from mfa_engine.errors import Conflict, InvalidField
from mfa_engine.lifecycle.find import token_of_serial
from mfa_engine.lifecycle.whom import about
from mfa_engine.storage.token import TokenRow, TokenState, change_token, name_token
from mfa_engine.unit import Runner, Unit

_LONGEST_DESCRIPTION = 200


def enable(runner: Runner, origin: Origin, serial: str) -> None:
    """The token may be used again. Raises NotFound; Conflict when it was revoked."""
    token = token_of_serial(runner, serial)
    if token.state is TokenState.REVOKED:
        raise Conflict(f"token {serial} was revoked, which is for good: enrol a new one")
    _change(runner, origin, token, "token.enable", {"enabled": True})


def disable(runner: Runner, origin: Origin, serial: str) -> None:
    """The token is not accepted until it is enabled again. Raises NotFound."""
    _change(runner, origin, token_of_serial(runner, serial), "token.disable", {"enabled": False})


def reset(runner: Runner, origin: Origin, serial: str) -> None:
    """Set the failure counter to zero, which unlocks the token. Raises NotFound."""
    _change(runner, origin, token_of_serial(runner, serial), "token.reset", {"failures": 0})


def describe(runner: Runner, origin: Origin, serial: str, description: str) -> None:
    """Give the token a name that people know it by. Raises NotFound, InvalidField."""
    if len(description) > _LONGEST_DESCRIPTION:
        raise InvalidField("description", f"use at most {_LONGEST_DESCRIPTION} characters")
    _change(runner, origin, token_of_serial(runner, serial), "token.describe", {"description": description})


def describe_in(unit: Unit, serial: str, description: str) -> None:
    """Name a token in the transaction that proves it: part of that act, without an audit row of its own."""
    if description:
        name_token(unit.connection, serial, description[:_LONGEST_DESCRIPTION])


def revoke(runner: Runner, origin: Origin, serial: str) -> None:
    """Never accept the token again. Raises NotFound."""
    values = {"state": TokenState.REVOKED, "enabled": False}
    _change(runner, origin, token_of_serial(runner, serial), "token.revoke", values)


def _change(runner: Runner, origin: Origin, token: TokenRow, event: str, values: Mapping[str, Any]) -> None:
    def store(unit: Unit) -> None:
        change_token(unit.connection, token.id, dict(values))
        audit.record(unit, origin, about(token, event))

    runner.record(store)
