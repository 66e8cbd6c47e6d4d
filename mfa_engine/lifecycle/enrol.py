"""Enrolling a token: made, stored, and shown to its holder once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.configuration.rules import Rules, subject_of
from mfa_engine.errors import Conflict, InvalidField, NotAllowed
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.pin import pin_hash
from mfa_engine.lifecycle.whom import whom
from mfa_engine.policy.decisions.enrolment import tokens_per_person
from mfa_engine.secrets.sealed import seal
from mfa_engine.storage.token import (
    TokenRow,
    TokenState,
    insert_token,
    lock_owner,
    token_by_serial,
    tokens_of,
)
from mfa_engine.tokentypes.base import Enrolment, EnrolmentRequest, TokenType
from mfa_engine.unit import Runner, Unit

LONGEST_DESCRIPTION = 200
_SERIAL_LETTERS = "0123456789ABCDEF"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The token that is wanted. ``parameters`` are the type's own, by their wire names."""

    kind: str
    user: User | None
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    serial: str = ""
    description: str = ""
    pin: str = field(default="", repr=False)
    proof_needed: bool = True  # False: an administrator vouches for it
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The stored token, and what its holder is shown this once."""

    serial: str
    kind: str
    state: TokenState
    handover: Mapping[str, str] = field(repr=False)


Follow = Callable[[Unit, Enrolled], None]


def enrol(
    runner: Runner, rules: Rules, origin: Origin, wanted: Wanted, then: Follow | None = None
) -> Enrolled:
    """Make and store a token; ``then`` writes, in the same transaction, what follows.

    Raises InvalidField, NotAllowed when the person has as many as policy allows, Conflict when the
    serial is taken. A token that nobody proved within 15 minutes is dead (OTP-09).
    """
    kind = rules.types.named(wanted.kind)
    user = wanted.user
    owned = runner.look(lambda view: tokens_of(view.connection, *_key(user))) if user else ()
    serial = wanted.serial or new_serial(kind)
    _check_serial(serial)
    check_description(wanted.description)
    siblings = tuple(row for row in owned if row.kind == kind.name)
    made = kind.enrol(EnrolmentRequest(serial, user, wanted.parameters, siblings))
    hashed = pin_hash(rules.hasher, wanted.pin, owned) if wanted.pin else None

    def store(unit: Unit) -> Enrolled:
        enrolled = _store(unit, rules, origin, wanted, kind, serial, made, hashed)
        if then is not None:
            then(unit, enrolled)
        return enrolled

    try:
        return runner.record(store)
    except IntegrityError:
        if runner.look(lambda view: token_by_serial(view.connection, serial)) is None:
            raise
        raise Conflict(f"a token of serial '{serial}' exists already") from None


def new_serial(kind: TokenType) -> str:
    """A serial that nobody has: the type's prefix and 32 random bits."""
    return kind.prefix + "".join(secrets.choice(_SERIAL_LETTERS) for _ in range(8))


def _store(
    unit: Unit,
    rules: Rules,
    origin: Origin,
    wanted: Wanted,
    kind: TokenType,
    serial: str,
    made: Enrolment,
    hashed: str | None,
) -> Enrolled:
    user = wanted.user
    if user is not None:
        keep_limit(unit, rules, origin, user)
    unproven = wanted.proof_needed or made.proof_needed
    state = TokenState.CREATED if unproven else TokenState.ENROLLED
    insert_token(
        unit.connection,
        {
            "serial": serial,
            "kind": kind.name,
            "resolver": user.key.resolver if user else None,
            "uid": user.key.uid if user else None,
            "realm": user.realm if user else None,
            "description": wanted.description,
            "state": state,
            "enabled": True,
            "pin_hash": hashed,
            "secret": seal(unit.keyring, "token", "secret", serial, made.secret) if made.secret else None,
            "counter": made.counter,
            "details": made.details,
            "lookup": made.lookup,
            "failures": 0,
            "created_at": unit.now,
            "prove_by": unit.now + rules.settings.unproven_life if unproven else None,
            "valid_from": wanted.valid_from,
            "valid_until": wanted.valid_until,
        },
    )
    audit.record(
        unit, origin, Entry("token.enrol", True, "", whom(user), serial, {"kind": kind.name, "state": state})
    )
    return Enrolled(serial, kind.name, state, made.handover)


def keep_limit(unit: Unit, rules: Rules, origin: Origin, user: User) -> None:
    """Count under a lock on the person, so that parallel enrolments cannot pass the limit (RACE-05)."""
    subject = subject_of(user, address=origin.address, application=origin.application)
    limit = tokens_per_person(rules.policies, subject).value
    lock_owner(unit.connection, user.key.resolver, user.key.uid, unit.now)
    if len(living(tokens_of(unit.connection, *_key(user)), unit.now)) >= limit:
        raise NotAllowed(f"{user.login} has as many tokens as policy allows ({limit}): remove one first")


def living(tokens: tuple[TokenRow, ...], now: datetime) -> tuple[TokenRow, ...]:
    """Those that are, or can still become, good for something."""
    return tuple(
        token
        for token in tokens
        if token.state is TokenState.ENROLLED
        or (token.state is TokenState.CREATED and (token.prove_by is None or token.prove_by > now))
    )


def _check_serial(serial: str) -> None:
    if not (3 <= len(serial) <= 40 and serial.isascii() and all(c.isalnum() or c in "-_." for c in serial)):
        raise InvalidField("serial", "give 3 to 40 letters, digits, hyphens, dots or underscores")


def check_description(description: str) -> None:
    """Raises InvalidField for one that is too long."""
    if len(description) > LONGEST_DESCRIPTION:
        raise InvalidField("description", f"use at most {LONGEST_DESCRIPTION} characters")


def _key(user: User) -> tuple[str, str]:
    return user.key.resolver, user.key.uid
