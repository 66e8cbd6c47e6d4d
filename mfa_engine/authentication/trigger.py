"""Starting challenges without a password: for a caller that has the right to, and for the login flow."""

from __future__ import annotations

from collections.abc import Sequence

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.candidates import usable
from mfa_engine.authentication.challenges import open_challenges
from mfa_engine.authentication.facts import Facts, gather
from mfa_engine.authentication.outcome import Challenged, Reason, Rejected
from mfa_engine.authentication.subject import find_subject
from mfa_engine.configuration.rules import Rules
from mfa_engine.lifecycle.opening import broken
from mfa_engine.tokentypes.base import Token
from mfa_engine.unit import Runner, Unit


def trigger(runner: Runner, rules: Rules, attempt: Attempt) -> Challenged | Rejected:
    """Open a challenge on every token of the person that can be asked; none there is also an answer.

    Raises Unavailable.
    """
    found = find_subject(runner, rules, attempt)
    facts = runner.look(lambda view: gather(view, rules, attempt, found))
    reason = facts.missing or (Reason.USER_LOCKED if facts.person_waits else None)
    if reason is not None:
        return runner.record(lambda unit: _refused(unit, attempt.origin, facts, reason))
    tokens = [t for t in facts.tokens if usable(t.row, limit=facts.fail_limit, now=facts.now)]
    return runner.record(lambda unit: _opened(unit, rules, attempt, facts, tokens))


def _refused(unit: Unit, origin: Origin, facts: Facts, reason: Reason) -> Rejected:
    audit.record(unit, origin, Entry("auth.challenge", False, reason, facts.whom))
    return Rejected(reason, facts.user)


def _opened(unit: Unit, rules: Rules, attempt: Attempt, facts: Facts, tokens: Sequence[Token]) -> Challenged:
    opened = open_challenges(unit, rules, facts.user, tokens)
    for row in facts.broken:
        audit.record(unit, attempt.origin, broken(row))
    details = {"serials": [prompt.serial for prompt in opened.prompts]}
    audit.record(unit, attempt.origin, Entry("auth.challenge", True, "", facts.whom, details=details))
    return Challenged(facts.user, opened.transaction_id, opened.prompts, opened.wait)
