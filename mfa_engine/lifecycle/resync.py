"""Bringing a token's counter or clock back in step, by two codes that follow each other."""

from __future__ import annotations

from mfa_engine import audit
from mfa_engine.audit import Origin
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import InvalidField
from mfa_engine.lifecycle.find import named
from mfa_engine.lifecycle.opening import open_found
from mfa_engine.lifecycle.whom import about
from mfa_engine.storage.token import TokenRow, count_failures, spend
from mfa_engine.tokentypes.base import Refusal, Resynchronises, Spend
from mfa_engine.unit import Runner, Unit

_LIMIT = 100  # a token that failed more often than any policy allows is not helped by this either


def resync(runner: Runner, rules: Rules, origin: Origin, serial: str, first: str, second: str) -> bool:
    """Whether the codes fit; the token then counts from the second one on. A refusal is a failure of the
    token, so that this is no place to guess at (OTP-04). Raises NotFound, InvalidField."""
    token = open_found(runner, origin, lambda view: named(view, serial))
    row = token.row
    kind = rules.types[row.kind]
    if not isinstance(kind, Resynchronises):
        raise InvalidField("serial", f"a token of type {row.kind} has nothing to bring in step")
    verdict = kind.resynchronise(token, first, second, runner.now())
    return runner.record(lambda unit: _settle(unit, origin, row, verdict))


def _settle(unit: Unit, origin: Origin, row: TokenRow, verdict: Spend | Refusal) -> bool:
    done = isinstance(verdict, Spend) and spend(
        unit.connection,
        row.id,
        counter=verdict.counter or 0,
        details=verdict.details,
        limit=_LIMIT,
        now=unit.now,
    )
    if not done:
        count_failures(unit.connection, [row.id], unit.now)
    reason = "" if done else Refusal.WRONG.value
    audit.record(unit, origin, about(row, "token.resync", done=done, reason=reason))
    return done
