"""Small changes to one token: enable, disable, reset its counter, describe it, revoke it for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mfa_engine import audit
from mfa_engine.audit import Origin
from mfa_engine.errors import Conflict, NotFound
from mfa_engine.identity.throttles import second_factor_name
from mfa_engine.identity.user import UserKey
from mfa_engine.lifecycle.enrol import LONGEST_DESCRIPTION, check_description
from mfa_engine.lifecycle.find import token_of_serial
from mfa_engine.lifecycle.then import Then, nothing
from mfa_engine.lifecycle.whom import about
from mfa_engine.storage.throttle import clear
from mfa_engine.storage.token import TokenRow, TokenState, change_token, enable_token, name_token
from mfa_engine.unit import Runner, Unit


def enable(runner: Runner, origin: Origin, serial: str) -> None:
    """The token may be used again. Raises NotFound; Conflict when it was revoked."""
    token = token_of_serial(runner, serial)

    def store(unit: Unit) -> None:
        if not enable_token(unit.connection, token.id):
            raise Conflict(f"token {serial} was revoked, which is for good: enrol a new one")
        audit.record(unit, origin, about(token, "token.enable"))

    runner.record(store)


def disable(runner: Runner, origin: Origin, serial: str, then: Then = nothing) -> None:
    """The token is not accepted until it is enabled again; ``then`` writes, in the same transaction, what
    follows. Raises NotFound."""
    token = token_of_serial(runner, serial)

    def store(unit: Unit) -> None:
        _set(unit, origin, token, "token.disable", {"enabled": False})
        then(unit, token)

    runner.record(store)


def reset(runner: Runner, origin: Origin, serial: str) -> None:
    """Set the failure counter to zero, which unlocks the token; its owner's failures over all tokens are
    forgotten, too. Raises NotFound."""
    token = token_of_serial(runner, serial)

    def store(unit: Unit) -> None:
        _set(unit, origin, token, "token.reset", {"failures": 0})
        if token.resolver is not None and token.uid is not None:
            clear(unit.connection, second_factor_name(UserKey(token.resolver, token.uid)))

    runner.record(store)


def describe(runner: Runner, origin: Origin, serial: str, description: str) -> None:
    """Give the token a name that people know it by. Raises NotFound, InvalidField."""
    check_description(description)
    token = token_of_serial(runner, serial)
    values = {"description": description}
    runner.record(lambda unit: _set(unit, origin, token, "token.describe", values))


def describe_in(unit: Unit, serial: str, description: str) -> None:
    """Name a token in the transaction that proves it: part of that act, without an audit row of its own."""
    if description:
        name_token(unit.connection, serial, description[:LONGEST_DESCRIPTION])


def revoke(runner: Runner, origin: Origin, serial: str, then: Then = nothing) -> None:
    """Never accept the token again; ``then`` as for ``disable``. Raises NotFound."""
    token = token_of_serial(runner, serial)

    def store(unit: Unit) -> None:
        _set(unit, origin, token, "token.revoke", {"state": TokenState.REVOKED, "enabled": False})
        then(unit, token)

    runner.record(store)


def _set(unit: Unit, origin: Origin, token: TokenRow, event: str, values: Mapping[str, Any]) -> None:
    if not change_token(unit.connection, token.id, dict(values)):
        raise NotFound("token", token.serial)
    audit.record(unit, origin, about(token, event))
