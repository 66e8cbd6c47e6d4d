"""Giving a token to a person, and taking it back."""

from __future__ import annotations

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import Conflict
from mfa_engine.identity.user import User, UserKey
from mfa_engine.lifecycle.enrol import keep_limit
from mfa_engine.lifecycle.find import token_of_serial
from mfa_engine.lifecycle.pin import pin_hash
from mfa_engine.lifecycle.then import Then, nothing
from mfa_engine.lifecycle.whom import about, whom
from mfa_engine.storage.challenge import drop_challenges
from mfa_engine.storage.token import TokenRow, assign_token, tokens_of, unassign_token
from mfa_engine.unit import Runner, Unit


def assign(
    runner: Runner,
    rules: Rules,
    origin: Origin,
    serial: str,
    user: User,
    pin: str = "",
    then: Then = nothing,
) -> None:
    """Make the person the token's owner; ``then`` writes, in the same transaction, what follows. Raises
    NotFound, Conflict when it has one, NotAllowed when the person has as many as policy allows."""
    token = token_of_serial(runner, serial)
    if token.uid is not None:
        raise Conflict(f"token {serial} is already assigned: unassign it first")
    siblings = runner.look(lambda view: tokens_of(view.connection, user.key.resolver, user.key.uid))
    hashed = pin_hash(rules.hasher, pin, siblings) if pin else token.pin_hash
    runner.record(lambda unit: _assign(unit, rules, origin, token, user, hashed, then))


def unassign(runner: Runner, origin: Origin, serial: str, then: Then = nothing) -> None:
    """Take the token from its owner, with its PIN; ``then`` as for ``assign``. Raises NotFound, Conflict."""
    token = token_of_serial(runner, serial)
    if token.resolver is None or token.uid is None:
        raise Conflict(f"token {serial} is not assigned to anybody")
    key = UserKey(token.resolver, token.uid)
    runner.record(lambda unit: _unassign(unit, origin, token, key, then))


def _assign(
    unit: Unit, rules: Rules, origin: Origin, token: TokenRow, user: User, hashed: str | None, then: Then
) -> None:
    keep_limit(unit, rules, origin, user)
    given = assign_token(
        unit.connection,
        token.id,
        resolver=user.key.resolver,
        uid=user.key.uid,
        realm=user.realm,
        pin_hash=hashed,
    )
    if not given:
        raise Conflict(f"token {token.serial} was assigned or deleted in this moment")
    audit.record(unit, origin, Entry("token.assign", True, "", whom(user), token.serial))
    then(unit, token)


def _unassign(unit: Unit, origin: Origin, token: TokenRow, key: UserKey, then: Then) -> None:
    """What was asked of the old owner on this token is answered by nobody any more."""
    if not unassign_token(unit.connection, token.id, resolver=key.resolver, uid=key.uid):
        raise Conflict(f"token {token.serial} was unassigned or deleted in this moment")
    drop_challenges(unit.connection, token.id)
    audit.record(unit, origin, about(token, "token.unassign"))
    then(unit, token)
