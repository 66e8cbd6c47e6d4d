"""How many wrong answers a token endures."""

from __future__ import annotations

from mfa_engine.policy.actions.core import MAX_FAILURES
from mfa_engine.policy.model import Decision, Subject
from mfa_engine.policy.policy_set import PolicySet


def failure_limit(policies: PolicySet, subject: Subject) -> Decision[int]:
    """A token with this many failures in a row is locked (assurance.md, section 5)."""
    return policies.decide(MAX_FAILURES, subject)
