"""Asking whether PINs hold: the slow part of an attempt, with nothing of the database held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mfa_engine.algorithms.password_hash import Salt, salt_of, same_hash
from mfa_engine.authentication.facts import Facts
from mfa_engine.authentication.password_parts import split
from mfa_engine.configuration.rules import Rules
from mfa_engine.identity.find_user import check_password
from mfa_engine.policy.decisions.pin import PinSource
from mfa_engine.tokentypes.base import AnswersChallenge, Token, VerifiesCode

_MOST_SALTS = 3  # distinct salts of one person's PINs; imported tokens may bring their own


@dataclass(frozen=True, slots=True)
class PinAnswers:
    """Which PIN holds for which token."""

    holding: frozenset[tuple[int, str]] = field(repr=False)

    def holds(self, token: Token, pin: str) -> bool:
        """Whether ``pin`` is the right one in front of this token's code."""
        return (token.row.id, pin) in self.holding


NOTHING_HOLDS = PinAnswers(frozenset())


def ask_pins(rules: Rules, facts: Facts, typed: str) -> PinAnswers:
    """Check each PIN that the typed text may begin with.

    One hash a distinct salt and PIN, three salts at most. Where somebody's PIN would be hashed but there
    is nobody, or nothing to compare, one is hashed all the same: time does not tell (AUTH-03). Raises
    Unavailable when the directory that holds the passwords does not answer.
    """
    wanted = [(token, pin) for token in facts.tokens for pin in _pins(rules, token, typed)]
    if facts.pin.source is PinSource.NONE:
        return PinAnswers(frozenset((token.row.id, pin) for token, pin in wanted if not pin))
    if not any(pin for _, pin in wanted):
        rules.hasher.verify_nobody(typed)
    if facts.pin.source is PinSource.DIRECTORY:
        right = _right_passwords(rules, facts, {pin for _, pin in wanted})
        return PinAnswers(frozenset((token.row.id, pin) for token, pin in wanted if pin in right))
    return PinAnswers(frozenset(_holding(rules, wanted, unset_is_empty=not facts.pin.required)))


def _pins(rules: Rules, token: Token, typed: str) -> Iterator[str]:
    kind = rules.types[token.row.kind]
    if isinstance(kind, VerifiesCode):
        parts = split(typed, kind.code_length(token))
        if parts is not None:
            yield parts.pin
    if isinstance(kind, AnswersChallenge):
        yield typed


def _right_passwords(rules: Rules, facts: Facts, pins: set[str]) -> set[str]:
    if facts.user is None or not any(pins):
        return set()
    user = facts.user
    return {pin for pin in pins if pin and check_password(rules.resolvers, user, pin)}


def _holding(
    rules: Rules, wanted: list[tuple[Token, str]], *, unset_is_empty: bool
) -> Iterator[tuple[int, str]]:
    hashed: dict[tuple[Salt, str], str] = {}
    for token, pin in wanted:
        stored = token.row.pin_hash
        if stored is None:
            if unset_is_empty and not pin:
                yield token.row.id, pin
            continue
        salt = salt_of(stored)
        if (salt, pin) not in hashed:
            if len({known for known, _ in hashed} | {salt}) > _MOST_SALTS:
                continue
            hashed[salt, pin] = rules.hasher.hash_with_salt(pin, salt)
        if same_hash(hashed[salt, pin], stored):
            yield token.row.id, pin
