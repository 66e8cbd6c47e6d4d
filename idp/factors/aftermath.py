"""The functions to give to an act as ``then``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from idp.login.notify import tell_of_new_token, tell_of_removed_token
from idp.logout.of_person import end_resting_on, end_where
from idp.services import Services
from mfa_engine.audit import Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.identity.find_user import find_by_key
from mfa_engine.identity.resolvers.base import ResolverUnavailable
from mfa_engine.identity.user import User, UserKey
from mfa_engine.lifecycle.enrol import Enrolled, Wanted
from mfa_engine.lifecycle.then import Then
from mfa_engine.lifecycle.whom import owner_key
from mfa_engine.storage.token import TokenRow, TokenState
from mfa_engine.unit import Unit

FollowUp = Callable[[Unit], None]


def stopped(services: Services, origin: Origin, *, keep: str = "") -> Then:
    """A token that may work again some day: the sessions that rest on it end. ``keep`` is the session of
    whoever does it."""

    def follow(unit: Unit, token: TokenRow) -> None:
        key = owner_key(token)
        if key is not None:
            end_resting_on(unit, services, origin, key, token.serial, keep=keep)

    return follow


def removed(
    services: Services, rules: Rules, origin: Origin, token: TokenRow, *, name: str = "", keep: str = ""
) -> Then:
    """A token that is gone for good, or from its owner: as ``stopped``, and they are told. ``name`` is what
    they call it, where that is not its description.

    Asks their directory here, before anything is written. One that is away keeps no lost token alive:
    then nobody is told.
    """
    holder, stop = holder_of(rules, token), stopped(services, origin, keep=keep)

    def follow(unit: Unit, before: TokenRow) -> None:
        stop(unit, before)
        if holder is not None:
            called = name or before.description or before.serial
            tell_of_removed_token(services, unit, holder, called, _as_told(origin, holder.key), "")

    return follow


def added(services: Services, origin: Origin, user: User, name: str) -> FollowUp:
    """A token of theirs that counts from now on: they are told."""
    return lambda unit: tell_of_new_token(services, unit, user, name, _as_told(origin, user.key), "")


def added_at_once(services: Services, origin: Origin, wanted: Wanted) -> Callable[[Unit, Enrolled], None]:
    """One that was just made: they are told, unless they have to prove it first, and then when they have."""

    def follow(unit: Unit, made: Enrolled) -> None:
        if wanted.user is not None and made.state is TokenState.ENROLLED:
            added(services, origin, wanted.user, wanted.description or made.serial)(unit)

    return follow


def assigned(services: Services, origin: Origin, user: User) -> Then:
    """One that is theirs from now on: they are told."""
    return lambda unit, token: added(services, origin, user, token.description or token.serial)(unit)


def sessions_ended(services: Services, origin: Origin, key: UserKey, reason: str) -> FollowUp:
    """All sessions of the person end: their password is another one, or they are let in no more."""

    def follow(unit: Unit) -> None:
        end_where(unit, services, origin, key, lambda _: True, reason)

    return follow


def holder_of(rules: Rules, token: TokenRow) -> User | None:
    """Its owner as their directory has them; None for a token of nobody, or of somebody who cannot be
    looked up."""
    key = owner_key(token)
    try:
        return find_by_key(rules.realms, rules.resolvers, key, token.realm or "") if key else None
    except ResolverUnavailable:
        return None


def _as_told(origin: Origin, owner: UserKey) -> Origin:
    """Where the help desk or a program sits tells the owner nothing; where they were themselves, all."""
    is_own = origin.actor == f"person:{owner.resolver}/{owner.uid}"
    return origin if is_own else replace(origin, address="")
