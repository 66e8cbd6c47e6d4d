"""A token's PIN: hashed as passwords are, under one salt a person."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from mfa_engine import audit
from mfa_engine.algorithms.password_hash import Hasher, UnknownHash, salt_of
from mfa_engine.audit import Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import NotFound
from mfa_engine.lifecycle.find import token_of_serial
from mfa_engine.lifecycle.whom import about
from mfa_engine.storage.token import TokenRow, change_token, tokens_of
from mfa_engine.unit import Runner, Unit


def set_pin(runner: Runner, rules: Rules, origin: Origin, serial: str, pin: str) -> None:
    """Give a token another PIN; an empty one takes it away. Raises NotFound, InvalidField, Busy."""
    token = token_of_serial(runner, serial)
    siblings: tuple[TokenRow, ...] = ()
    if token.resolver is not None and token.uid is not None:
        key = token.resolver, token.uid
        siblings = runner.look(lambda view: tokens_of(view.connection, *key))
    hashed = pin_hash(rules.hasher, pin, siblings) if pin else None
    runner.record(lambda unit: _store(unit, origin, token, hashed))


def pin_hash(hasher: Hasher, pin: str, siblings: Iterable[TokenRow]) -> str:
    """Under the salt that the person's other PINs have: one hash then serves an attempt for all of them.
    Raises InvalidField, Busy."""
    for token in siblings:
        if token.pin_hash is not None:
            with suppress(UnknownHash):  # an imported one
                return hasher.hash_with_salt(pin, salt_of(token.pin_hash))
    return hasher.hash(pin)


def _store(unit: Unit, origin: Origin, token: TokenRow, hashed: str | None) -> None:
    if not change_token(unit.connection, token.id, {"pin_hash": hashed}):
        raise NotFound("token", token.serial)
    audit.record(unit, origin, about(token, "token.set_pin"))
