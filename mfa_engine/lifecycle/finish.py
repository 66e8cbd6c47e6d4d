"""Finishing an enrolment: the holder proves the new token, and it counts from then on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from mfa_engine import audit
from mfa_engine.audit import Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.identity.user import UserKey
from mfa_engine.lifecycle.opening import open_found
from mfa_engine.lifecycle.whom import about
from mfa_engine.storage.token import (
    TokenRow,
    TokenState,
    change_token,
    count_failures,
    delete_unproven,
    prove,
    token_by_serial,
)
from mfa_engine.tokentypes.base import (
    Answer,
    Enrolment,
    ProvesByRegistration,
    Refusal,
    Spend,
    Token,
    VerifiesCode,
)
from mfa_engine.tokentypes.worth import Worth
from mfa_engine.unit import Runner, Unit, View

TRIES = 10  # wrong first codes, then the enrolment begins anew


@dataclass(frozen=True, slots=True)
class Finished:
    """A token that counts from now on. ``worth``: what its first answer proves, for the login that it
    was enrolled in; None when the answer did not fit."""

    serial: str
    kind: str
    worth: Worth | None


Follow = Callable[[Unit, Finished], None]


def finish(
    runner: Runner,
    rules: Rules,
    origin: Origin,
    serial: str,
    answer: Answer,
    then: Follow | None = None,
    *,
    holder: UserKey | None = None,
) -> Finished:
    """Judge the first answer of a token just made; ``then`` writes what follows in the same transaction.
    ``holder``: whose token it must be, where somebody proves their own (SELF-03).

    A code that does not fit may be tried again; a registration is spent by its first answer, right or
    wrong (FIDO-01). Raises NotFound (also when the time is over), InvalidField and Conflict.
    """
    token = open_found(runner, origin, lambda view: waiting(view, serial, holder))
    kind = rules.types[token.row.kind]
    follow = then or _nothing
    if isinstance(kind, ProvesByRegistration):
        return _register(runner, origin, token, kind, answer, follow)
    if not isinstance(kind, VerifiesCode):
        raise InvalidField("type", "this kind of token is proven by answering a challenge")
    verdict = kind.verify(token, answer.code, runner.now())
    if isinstance(verdict, Refusal):
        return runner.record(lambda unit: refused(unit, origin, token.row, verdict))
    return runner.record(lambda unit: _proven(unit, origin, token, verdict, follow))


def waiting(view: View, serial: str, holder: UserKey | None = None) -> TokenRow:
    """A token in its time of proof, of ``holder`` if one is named. Raises NotFound."""
    row = token_by_serial(view.connection, serial)
    if row is None or row.state is not TokenState.CREATED or not row.enabled:
        raise NotFound("enrolment", serial)
    foreign = holder is not None and (row.resolver, row.uid) != (holder.resolver, holder.uid)
    if foreign or (row.prove_by is not None and row.prove_by <= view.now):
        raise NotFound("enrolment", serial)
    return row


def _nothing(_unit: Unit, _finished: Finished) -> None:
    """Nothing follows."""


def _proven(unit: Unit, origin: Origin, token: Token, spent: Spend, then: Follow) -> Finished:
    row = token.row
    counter = row.counter + 1 if spent.counter is None else spent.counter
    proven(unit, origin, row, counter=counter, details=spent.details)
    finished = Finished(row.serial, row.kind, spent.worth)
    then(unit, finished)
    return finished


def proven(unit: Unit, origin: Origin, row: TokenRow, *, counter: int, details: Any) -> None:
    """The token counts from now on. Raises NotFound when another answer was first, or time is over."""
    if not prove(unit.connection, row.id, counter=counter, details=details, now=unit.now):
        raise NotFound("enrolment", row.serial)
    audit.record(unit, origin, about(row, "token.prove"))


def refused(unit: Unit, origin: Origin, row: TokenRow, refusal: Refusal) -> Finished:
    """The answer did not fit. The last wrong one that there may be ends the enrolment."""
    counted = count_failures(unit.connection, [row.id], unit.now)
    if any(failures >= TRIES for _, failures in counted):
        delete_unproven(unit.connection, row.id)
    audit.record(unit, origin, about(row, "token.prove", done=False, reason=refusal))
    return Finished(row.serial, row.kind, None)


def _register(
    runner: Runner,
    origin: Origin,
    token: Token,
    kind: ProvesByRegistration,
    answer: Answer,
    then: Follow,
) -> Finished:
    try:
        made = kind.finish(token, answer, runner.now())
    except InvalidField as error:
        refused = error.field
        runner.record(lambda unit: _abandoned(unit, origin, token, refused))
        raise
    try:
        return runner.record(lambda unit: _registered(unit, origin, token, made, then))
    except IntegrityError:
        runner.record(lambda unit: _abandoned(unit, origin, token, "taken"))
        raise Conflict("this key is registered already") from None


def _registered(unit: Unit, origin: Origin, token: Token, made: Enrolment, then: Follow) -> Finished:
    row = token.row
    proven(unit, origin, row, counter=max(made.counter, 0), details=made.details)
    change_token(unit.connection, row.id, {"lookup": made.lookup})
    finished = Finished(row.serial, row.kind, made.worth)
    then(unit, finished)
    return finished


def _abandoned(unit: Unit, origin: Origin, token: Token, reason: str) -> None:
    row = token.row
    delete_unproven(unit.connection, row.id)
    audit.record(unit, origin, about(row, "token.prove", done=False, reason=reason))
