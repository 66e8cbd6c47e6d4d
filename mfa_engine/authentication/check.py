"""Checking one attempt: look, ask, record. THE MAIN PATH of a validation.

Statements of a code: the person (internal directory), tokens with challenges and tallies, the spend or the
failures, the tallies of a failure, the audit row: five at most and one COMMIT, however many tokens there are.
"""

from __future__ import annotations

from collections.abc import Callable

from mfa_engine import audit
from mfa_engine.audit import Entry
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.challenges import open_challenges
from mfa_engine.authentication.facts import Facts, gather
from mfa_engine.authentication.judge import Accept, Ask, Refuse, Verdict, judge
from mfa_engine.authentication.outcome import (
    Challenged,
    Matched,
    Outcome,
    PassedWithoutToken,
    Reason,
    Rejected,
    Throttled,
)
from mfa_engine.authentication.pins import NOTHING_HOLDS, PinAnswers, ask_pins, pretend
from mfa_engine.authentication.reservation import forget
from mfa_engine.authentication.subject import find_subject
from mfa_engine.authentication.tally import count_second_factor
from mfa_engine.configuration.rules import Rules
from mfa_engine.lifecycle.opening import broken
from mfa_engine.policy.decisions.fallback import passes_without_token
from mfa_engine.storage.challenge import close_challenges, count_try, spend_challenge
from mfa_engine.storage.token import TokenRow, change_token, count_failures, mark_used, spend
from mfa_engine.tokentypes.base import Spend
from mfa_engine.unit import Runner, Unit


def check(
    runner: Runner,
    rules: Rules,
    attempt: Attempt,
    then: Callable[[Unit, Outcome], None] | None = None,
) -> Outcome:
    """Verify one attempt and record it: its counters, its audit row and what it spends, in one COMMIT.

    ``then`` writes, in the same transaction, what follows from the outcome (a login's new proof). Raises
    Unavailable when a directory or the database does not answer; then nothing was counted.
    """
    found = find_subject(runner, rules, attempt)
    facts = runner.look(lambda view: gather(view, rules, attempt, found))
    if facts.address_waits:
        return runner.record(lambda unit: _throttle(unit, attempt, facts))
    pins = _ask(runner, rules, attempt, facts)
    verdict = judge(rules, facts, pins, attempt)
    if isinstance(verdict, Refuse) and _has_pin(attempt, facts) and not pins.asked:
        pretend(rules, facts, attempt.answer.code)
    return runner.record(lambda unit: settle(unit, rules, attempt, facts, pins, verdict, then))


def _ask(runner: Runner, rules: Rules, attempt: Attempt, facts: Facts) -> PinAnswers:
    if not _has_pin(attempt, facts):
        return NOTHING_HOLDS
    return ask_pins(runner, rules, facts, attempt.answer.code)


def _has_pin(attempt: Attempt, facts: Facts) -> bool:
    return not (attempt.code_alone or attempt.answer.fields or facts.challenges)


def settle(
    unit: Unit,
    rules: Rules,
    attempt: Attempt,
    facts: Facts,
    pins: PinAnswers,
    verdict: Verdict,
    then: Callable[[Unit, Outcome], None] | None,
) -> Outcome:
    """All of it is written, or nothing; may run again after a serialization failure."""
    if pins.right_password_of:
        forget(unit, pins.right_password_of)
    match verdict:
        case Accept():
            outcome = _spend(unit, attempt, facts, verdict)
        case Ask():
            outcome = _challenge(unit, rules, facts, verdict)
        case Refuse():
            outcome = _refuse(unit, rules, attempt, facts, verdict)
    for row in facts.broken:
        audit.record(unit, attempt.origin, broken(row))
    audit.record(unit, attempt.origin, _entry(facts, outcome))
    if then is not None:
        then(unit, outcome)
    return outcome


def _spend(unit: Unit, attempt: Attempt, facts: Facts, accept: Accept) -> Outcome:
    """Two conditional statements at most, whose row counts decide (invariant 2)."""
    token, challenge, spent = accept.token.row, accept.challenge, accept.spend
    if challenge is not None and not spend_challenge(unit.connection, challenge.id, now=unit.now):
        return Rejected(Reason.CHALLENGE, facts.user, token.serial, token.kind)
    if not _use(unit, facts, token, spent):
        reason = Reason.NO_TOKEN if spent.counter is None else Reason.REPLAYED
        return Rejected(reason, facts.user, token.serial, token.kind)
    if any(other is not challenge for other in facts.challenges):
        close_challenges(unit.connection, attempt.transaction_id)
    return Matched(
        facts.user,
        token.serial,
        token.kind,
        spent.worth,
        accept.code_length,
        by_challenge=challenge is not None,
    )


def _use(unit: Unit, facts: Facts, token: TokenRow, spent: Spend) -> bool:
    if spent.counter is None:
        return mark_used(unit.connection, token.id, limit=facts.fail_limit, now=unit.now)
    return spend(
        unit.connection,
        token.id,
        counter=spent.counter,
        details=spent.details,
        limit=facts.fail_limit,
        now=unit.now,
    )


def _challenge(unit: Unit, rules: Rules, facts: Facts, ask: Ask) -> Outcome:
    opened = open_challenges(unit, rules, facts.user, ask.tokens)
    return Challenged(facts.user, opened.transaction_id, opened.prompts, opened.wait)


def _refuse(unit: Unit, rules: Rules, attempt: Attempt, facts: Facts, refuse: Refuse) -> Outcome:
    if refuse.reason is Reason.NO_TOKEN and facts.user and not facts.has_tokens:
        decision = passes_without_token(rules.policies, facts.subject)
        if decision.value:
            return PassedWithoutToken(facts.user, decision.because)
    count_try(unit.connection, [challenge.id for challenge in refuse.challenges])
    counted = count_failures(unit.connection, [token.row.id for token in refuse.counted], unit.now)
    _audit_locks(unit, attempt, facts, counted)
    if refuse.reason is Reason.CLONED:
        _disable_clones(unit, attempt, facts, refuse)
    if refuse.person:
        throttle = rules.settings.throttle
        count_second_factor(unit, facts.user, attempt.origin.address, throttle, facts.last_success)
    if len(refuse.tried) != 1:
        return Rejected(refuse.reason, facts.user)
    (token,) = refuse.tried
    return Rejected(refuse.reason, facts.user, token.row.serial, token.row.kind)


def _audit_locks(unit: Unit, attempt: Attempt, facts: Facts, counted: tuple[tuple[str, int], ...]) -> None:
    """A token that this failure locked has its own row, once: the count that reaches the limit is seen
    by one transaction only (OTP-06)."""
    for serial, failures in counted:
        if failures == facts.fail_limit:
            entry = Entry("token.locked", True, "failures", facts.whom, serial, {"failures": failures})
            audit.record(unit, attempt.origin, entry)


def _disable_clones(unit: Unit, attempt: Attempt, facts: Facts, refuse: Refuse) -> None:
    """A signature that is right under a counter that went back: somebody has a copy (FIDO-06)."""
    for token in refuse.tried:
        change_token(unit.connection, token.row.id, {"enabled": False})
        entry = Entry("token.fido.cloned", True, "counter", facts.whom, token.row.serial)
        audit.record(unit, attempt.origin, entry)


def _throttle(unit: Unit, attempt: Attempt, facts: Facts) -> Outcome:
    entry = Entry("auth.check", False, "throttled", facts.whom, details={"wait": facts.address_waits.seconds})
    audit.record(unit, attempt.origin, entry)
    return Throttled(facts.address_waits)


def _entry(facts: Facts, outcome: Outcome) -> Entry:
    """What the audit says of an outcome: one row an attempt."""
    match outcome:
        case Matched():
            details = {"kind": outcome.kind, "by_challenge": outcome.by_challenge}
            return Entry("auth.check", True, "", facts.whom, outcome.serial, details)
        case Challenged():
            details = {"serials": [prompt.serial for prompt in outcome.prompts]}
            return Entry("auth.challenge", True, "", facts.whom, details=details)
        case PassedWithoutToken():
            details = {"policies": list(outcome.because)}
            return Entry("auth.check", True, "pass_on_no_token", facts.whom, details=details)
        case Rejected():
            return Entry(
                "auth.check", False, outcome.reason, facts.whom, outcome.serial, {"kind": outcome.kind}
            )
        case Throttled():
            return Entry("auth.check", False, "throttled", facts.whom)
