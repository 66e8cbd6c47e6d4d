"""Giving a token to a person, and taking it back."""

from __future__ import annotations

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import Conflict
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.enrol import keep_limit
from mfa_engine.lifecycle.find import token_of_serial
from mfa_engine.lifecycle.pin import pin_hash
from mfa_engine.lifecycle.whom import about, whom
from mfa_engine.storage.token import TokenRow, change_token, tokens_of
from mfa_engine.unit import Runner, Unit


def assign(runner: Runner, rules: Rules, origin: Origin, serial: str, user: User, pin: str = "") -> None:
    """Make the person the token's owner. Raises NotFound, Conflict when it has one, NotAllowed when the
    person has as many as policy allows."""
    token = token_of_serial(runner, serial)
    if token.uid is not None:
        raise Conflict(f"token {serial} is already assigned: unassign it first")
    siblings = runner.look(lambda view: tokens_of(view.connection, user.key.resolver, user.key.uid))
    hashed = pin_hash(rules.hasher, pin, siblings) if pin else token.pin_hash
    runner.record(lambda unit: _assign(unit, rules, origin, token, user, hashed))


def unassign(runner: Runner, origin: Origin, serial: str) -> None:
    """Take the token from its owner; its PIN goes with the owner. Raises NotFound, Conflict."""
    token = token_of_serial(runner, serial)
    if token.uid is None:
        raise Conflict(f"token {serial} is not assigned to anybody")
    runner.record(lambda unit: _unassign(unit, origin, token))


def _assign(
    unit: Unit, rules: Rules, origin: Origin, token: TokenRow, user: User, hashed: str | None
) -> None:
    keep_limit(unit, rules, origin, user)
    values = {"resolver": user.key.resolver, "uid": user.key.uid, "realm": user.realm, "pin_hash": hashed}
    change_token(unit.connection, token.id, values)
    audit.record(unit, origin, Entry("token.assign", True, "", whom(user), token.serial))


def _unassign(unit: Unit, origin: Origin, token: TokenRow) -> None:
    values = {"resolver": None, "uid": None, "realm": None, "pin_hash": None, "failures": 0}
    change_token(unit.connection, token.id, values)
    audit.record(unit, origin, about(token, "token.unassign"))
