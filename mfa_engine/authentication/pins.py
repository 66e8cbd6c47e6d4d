"""Asking whether PINs hold: the slow part of an attempt, with nothing of the database held."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from mfa_engine.algorithms.password_hash import Salt, UnknownHash, normalised, salt_of, same_hash
from mfa_engine.authentication.facts import Facts
from mfa_engine.authentication.password_parts import split
from mfa_engine.authentication.reservation import give_back, reserve
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import InvalidField
from mfa_engine.identity.find_user import check_password, decoy_check
from mfa_engine.identity.throttles import first_factor_name
from mfa_engine.identity.user import User
from mfa_engine.policy.decisions.pin import PinSource
from mfa_engine.storage.throttle import EVER
from mfa_engine.tokentypes.base import AnswersChallenge, Token, VerifiesCode
from mfa_engine.unit import Runner

log = logging.getLogger(__name__)

_MOST_SALTS = 3  # distinct salts of one person's PINs; imported tokens may bring their own


@dataclass(frozen=True, slots=True)
class PinAnswers:
    """Which PIN holds for which token."""

    holding: frozenset[tuple[int, str]] = field(default=frozenset(), repr=False)
    asked: bool = False  # a hash was made, or a directory was asked
    wait: timedelta = timedelta(0)  # the directory was not asked: too many wrong passwords before
    right_password_of: str = ""  # the tally of a person whose password was one of them

    def holds(self, token: Token, pin: str) -> bool:
        """Whether ``pin`` is the right one in front of this token's code."""
        return (token.row.id, pin) in self.holding


NOTHING_HOLDS = PinAnswers()

_Wanted = list[tuple[Token, str]]


def ask_pins(runner: Runner, rules: Rules, facts: Facts, typed: str) -> PinAnswers:
    """Check each PIN that the typed text may begin with: one hash a distinct salt and PIN, three salts at
    most. What is too long to be a password is compared with nothing (OTP-10).

    Raises Unavailable when the directory that holds the passwords does not answer.
    """
    if not _can_be_password(typed):
        return NOTHING_HOLDS
    wanted = [(token, pin) for token in facts.tokens for pin in _pins(rules, token, typed)]
    match facts.pin.source:
        case PinSource.NONE:
            return PinAnswers(frozenset((token.row.id, pin) for token, pin in wanted if not pin))
        case PinSource.DIRECTORY:
            return _directory_pins(runner, rules, facts.user, wanted)
        case PinSource.TOKEN:
            return _token_pins(rules, wanted, unset_is_empty=not facts.pin.required)


def pretend(rules: Rules, facts: Facts, typed: str) -> None:
    """For a refusal that nothing was asked for: the work that a PIN causes, so that time does not tell
    whether there is such a person, or such a PIN (AUTH-03)."""
    if not _can_be_password(typed):
        return
    match facts.pin.source:
        case PinSource.TOKEN:
            rules.hasher.verify_nobody(typed)
        case PinSource.DIRECTORY:
            decoy_check(rules.realms, rules.resolvers, typed, facts.whom.login, facts.whom.realm)
        case PinSource.NONE:
            pass


def _can_be_password(typed: str) -> bool:
    try:
        normalised(typed)
    except InvalidField:
        return False
    return True


def _pins(rules: Rules, token: Token, typed: str) -> Iterator[str]:
    kind = rules.types[token.row.kind]
    if isinstance(kind, VerifiesCode):
        parts = split(typed, kind.code_length(token))
        if parts is not None:
            yield parts.pin
    if isinstance(kind, AnswersChallenge) and typed:  # who typed nothing has proven nothing
        yield typed


def _directory_pins(runner: Runner, rules: Rules, user: User | None, wanted: _Wanted) -> PinAnswers:
    """As passwords of the person's directory, each try reserved before it hears of it, until one is right.
    First what stands before a code of the token used last: mostly the directory is asked once."""
    latest_first = sorted(wanted, key=lambda pair: pair[0].row.last_success_at or EVER, reverse=True)
    pins = list(dict.fromkeys(pin for _, pin in latest_first if pin))
    if user is None or not pins:
        return NOTHING_HOLDS
    tally = first_factor_name(user.key, "", "")
    throttle = rules.settings.throttle
    wait = runner.record(lambda unit: reserve(unit, throttle, tally, len(pins)))
    if wait:
        return PinAnswers(wait=wait)
    try:
        right = set(islice((pin for pin in pins if check_password(rules.resolvers, user, pin)), 1))
    except BaseException:
        runner.record(lambda unit: give_back(unit, tally, len(pins)))
        raise
    holding = frozenset((token.row.id, pin) for token, pin in wanted if pin in right)
    return PinAnswers(holding, asked=True, right_password_of=tally if right else "")


def _token_pins(rules: Rules, wanted: _Wanted, *, unset_is_empty: bool) -> PinAnswers:
    """As the tokens' own PINs."""
    holding: set[tuple[int, str]] = {
        (token.row.id, pin)
        for token, pin in wanted
        if token.row.pin_hash is None and unset_is_empty and not pin
    }
    stored = [
        (token, pin, salt, token.row.pin_hash)
        for token, pin in wanted
        if token.row.pin_hash is not None and (salt := _salt(token.row.serial, token.row.pin_hash))
    ]
    salts = _first(_MOST_SALTS, (salt for _, _, salt, _ in stored))
    hashed: dict[tuple[Salt, str], str] = {}
    for token, pin, salt, pin_hash in stored:
        if salt not in salts:
            continue
        if (salt, pin) not in hashed:
            hashed[salt, pin] = rules.hasher.hash_with_salt(pin, salt)
        if same_hash(hashed[salt, pin], pin_hash):
            holding.add((token.row.id, pin))
    return PinAnswers(frozenset(holding), asked=bool(hashed))


def _salt(serial: str, pin_hash: str) -> Salt | None:
    try:
        return salt_of(pin_hash)
    except UnknownHash:  # the person's other tokens stay usable
        log.error("the PIN of token %s is of an unknown scheme: set it anew", serial)
        return None


def _first(count: int, salts: Iterable[Salt]) -> frozenset[Salt]:
    return frozenset(list(dict.fromkeys(salts))[:count])
