"""What the validation API says of people who have no token."""

from __future__ import annotations

from mfa_engine.policy.actions.core import PASS_ON_NO_TOKEN
from mfa_engine.policy.model import Decision, Subject
from mfa_engine.policy.policy_set import PolicySet


def passes_without_token(policies: PolicySet, subject: Subject) -> Decision[bool]:
    """Whether a known, enabled person without any token is accepted. Without a policy: no.

    For the validation API only. The sign-in in the browser asks ``second_factor_required``, and an
    acceptance by this rule is no proof: it adds nothing to a session (AUTH-02).
    """
    return policies.decide(PASS_ON_NO_TOKEN, subject)
