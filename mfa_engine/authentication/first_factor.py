"""The first factor: a name and a password, throttled before the directory is asked.

The same answer, and the same work, for a name that nobody has, a wrong password, a disabled person
and one that has to wait (AUTH-03); only an address that has to wait is told so at once. Each try is
reserved in the person's tally before the directory sees it, so that parallel guesses neither pass the
limit nor lock the account there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.authentication.outcome import Reason
from mfa_engine.authentication.reservation import forget, give_back, reserve
from mfa_engine.authentication.tally import count_address
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import InvalidField
from mfa_engine.identity.find_user import check_password, decoy_check, find_user
from mfa_engine.identity.realms import parse_login
from mfa_engine.identity.resolvers.base import AmbiguousLogin
from mfa_engine.identity.throttles import address_name, address_wait, first_factor_name
from mfa_engine.identity.user import User
from mfa_engine.storage.throttle import read_tallies
from mfa_engine.unit import Runner, Unit


@dataclass(frozen=True, slots=True)
class Password:
    """What was typed."""

    login: str
    password: str = field(repr=False)
    realm: str = ""


@dataclass(frozen=True, slots=True)
class Right:
    """The password is this person's. ``settle`` it in the unit that records what follows from it."""

    user: User
    tally: str

    def settle(self, unit: Unit, origin: Origin) -> None:
        """Forget the failures and write the audit row."""
        forget(unit, self.tally)
        whom = Subject(self.user.login, self.user.realm, self.user.key.resolver, self.user.key.uid)
        audit.record(unit, origin, Entry("auth.password", True, "", whom))


@dataclass(frozen=True, slots=True)
class Wrong:
    """No. ``reason`` is for the audit; whoever typed it is told one thing only. Already recorded."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many tries: by this person (``of_address`` False) or from this address. Already recorded."""

    wait: timedelta
    of_address: bool


def check_first_factor(runner: Runner, rules: Rules, origin: Origin, typed: Password) -> Right | Wrong | Wait:
    """Look, reserve, ask, and record a refusal; a success is recorded by ``Right.settle``.

    Raises Unavailable when the directory does not answer: then the reserved try is given back.
    """
    user, reason = _find(rules, typed)
    tally = _tally_name(rules, typed, user)
    waits = runner.record(lambda unit: _reserve(unit, rules, origin, typed, user, tally))
    if waits is not None:
        if not waits.of_address:
            _decoy(rules, typed)
        return waits
    try:
        right = _ask(rules, typed, user)
    except BaseException:
        runner.record(lambda unit: give_back(unit, tally))
        raise
    if user is not None and right and user.enabled:
        return Right(user, tally)
    reason = reason or (Reason.USER_DISABLED if right else Reason.WRONG_PASSWORD)
    runner.record(lambda unit: _refuse(unit, rules, origin, typed, user, reason))
    return Wrong(reason)


def _find(rules: Rules, typed: Password) -> tuple[User | None, Reason | None]:
    try:
        user = find_user(rules.realms, rules.resolvers, typed.login, typed.realm)
    except AmbiguousLogin:
        return None, Reason.AMBIGUOUS_USER
    return user, None if user else Reason.UNKNOWN_USER


def _tally_name(rules: Rules, typed: Password, user: User | None) -> str:
    if user is not None:
        return first_factor_name(user.key, "", "")
    try:
        name = parse_login(typed.login, rules.realms, typed.realm)
    except InvalidField:  # all that cannot be a name count as one
        return first_factor_name(None, "", "")
    return first_factor_name(None, name.realm or "", name.canonical)


def _reserve(
    unit: Unit, rules: Rules, origin: Origin, typed: Password, user: User | None, tally: str
) -> Wait | None:
    """Count the try before it is made; or say how long to wait, without counting."""
    settings = rules.settings.throttle
    address = address_name(origin.address)
    from_address = read_tallies(unit.connection, [address]).get(address) if address else None
    wait = address_wait(from_address, settings, unit.now)
    waits = Wait(wait, True) if wait else Wait(reserve(unit, settings, tally), False)
    if not waits.wait:
        return None
    reason = "address_throttled" if waits.of_address else "person_throttled"
    audit.record(unit, origin, Entry("auth.password", False, reason, _whom(typed, user)))
    return waits


def _ask(rules: Rules, typed: Password, user: User | None) -> bool:
    if user is None:
        _decoy(rules, typed)
        return False
    return check_password(rules.resolvers, user, typed.password)


def _decoy(rules: Rules, typed: Password) -> None:
    decoy_check(rules.realms, rules.resolvers, typed.password, typed.login, typed.realm)


def _refuse(
    unit: Unit, rules: Rules, origin: Origin, typed: Password, user: User | None, reason: Reason
) -> None:
    count_address(unit, origin.address, rules.settings.throttle)
    audit.record(unit, origin, Entry("auth.password", False, reason, _whom(typed, user)))


def _whom(typed: Password, user: User | None) -> Subject:
    """As typed, with the person's key where there is one."""
    if user is None:
        return Subject(typed.login, typed.realm)
    return Subject(typed.login, user.realm, user.key.resolver, user.key.uid)
