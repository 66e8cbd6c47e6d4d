"""Whom an attempt is about: a typed name, a person already found, or the owner of a serial."""

from __future__ import annotations

from dataclasses import dataclass

from mfa_engine import audit
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.outcome import Reason
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import InvalidField
from mfa_engine.identity.find_user import find_by_key, find_user
from mfa_engine.identity.realms import parse_login
from mfa_engine.identity.resolvers.base import AmbiguousLogin
from mfa_engine.identity.user import User, UserKey
from mfa_engine.storage.token import TokenRow, token_by_serial
from mfa_engine.unit import Runner


@dataclass(frozen=True, slots=True)
class Found:
    """The person, or why there is none; ``orphan`` is a named token that belongs to nobody."""

    user: User | None
    whom: audit.Subject
    reason: Reason | None = None
    orphan: tuple[TokenRow, ...] = ()


def find_subject(runner: Runner, rules: Rules, attempt: Attempt) -> Found:
    """Ask the directories. Raises ResolverUnavailable: an outage is never an unknown user (RES-05)."""
    if attempt.user is not None:
        return _known(attempt.user)
    if attempt.login:
        return _by_login(rules, attempt)
    return _by_serial(runner, rules, attempt)


def whom(user: User) -> audit.Subject:
    """A person as audit rows name one."""
    return audit.Subject(user.login, user.realm, user.key.resolver, user.key.uid)


def _by_login(rules: Rules, attempt: Attempt) -> Found:
    typed = audit.Subject(attempt.login, _realm_of(rules, attempt))
    try:
        user = find_user(rules.realms, rules.resolvers, attempt.login, attempt.realm)
    except AmbiguousLogin:
        return Found(None, typed, Reason.AMBIGUOUS_USER)
    return Found(None, typed, Reason.UNKNOWN_USER) if user is None else _known(user)


def _realm_of(rules: Rules, attempt: Attempt) -> str:
    """The realm that the name is read in, whether it is known there or not: policies are asked about it."""
    try:
        return parse_login(attempt.login, rules.realms, attempt.realm).realm or ""
    except InvalidField:
        return ""


def _by_serial(runner: Runner, rules: Rules, attempt: Attempt) -> Found:
    row = runner.look(lambda view: token_by_serial(view.connection, attempt.serial))
    if row is None:
        return Found(None, audit.Subject(), Reason.UNKNOWN_TOKEN)
    if row.resolver is None or row.uid is None:
        return Found(None, audit.Subject(), None, (row,))
    user = find_by_key(rules.realms, rules.resolvers, UserKey(row.resolver, row.uid), row.realm or "")
    if user is None:
        return Found(None, audit.Subject("", row.realm or "", row.resolver, row.uid), Reason.UNKNOWN_USER)
    return _known(user)


def _known(user: User) -> Found:
    return Found(user, whom(user), None if user.enabled else Reason.USER_DISABLED)
