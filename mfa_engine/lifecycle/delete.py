"""Deleting a token, with its secret and its open challenges."""

from __future__ import annotations

from mfa_engine import audit
from mfa_engine.audit import Origin
from mfa_engine.errors import NotFound
from mfa_engine.lifecycle.find import token_of_serial
from mfa_engine.lifecycle.then import Then, nothing
from mfa_engine.lifecycle.whom import about
from mfa_engine.storage.challenge import drop_challenges
from mfa_engine.storage.token import TokenRow, delete_token
from mfa_engine.unit import Runner, Unit


def delete(runner: Runner, origin: Origin, serial: str, then: Then = nothing) -> None:
    """Remove the token; ``then`` writes, in the same transaction, what follows. Raises NotFound."""
    token = token_of_serial(runner, serial)
    runner.record(lambda unit: _delete(unit, origin, token, then))


def _delete(unit: Unit, origin: Origin, token: TokenRow, then: Then) -> None:
    drop_challenges(unit.connection, token.id)
    if not delete_token(unit.connection, token.id):
        raise NotFound("token", token.serial)
    audit.record(unit, origin, about(token, "token.delete"))
    then(unit, token)
