"""Is a second factor needed here, and which token types are good for it?"""

from __future__ import annotations

from mfa_engine.policy.actions.core import ACCEPTED_TYPES, SECOND_FACTOR, SecondFactor
from mfa_engine.policy.model import Decision, Subject
from mfa_engine.policy.policy_set import PolicySet


def second_factor_required(policies: PolicySet, subject: Subject) -> Decision[bool]:
    """Whether this person needs a second factor for this application. Without a policy: yes."""
    decision = policies.decide(SECOND_FACTOR, subject)
    return Decision(decision.value is SecondFactor.REQUIRED, decision.because)


def accepted_types(policies: PolicySet, subject: Subject) -> Decision[frozenset[str]]:
    """The token types that are good for the second factor of a sign-in.

    Without a policy: those that prove possession, so no code by e-mail.
    """
    return _types(policies, subject, unset=policies.catalogue.vocabulary.second_factors)


def types_for_check(policies: PolicySet, subject: Subject) -> Decision[frozenset[str]]:
    """The token types that the validation API accepts from this person. Without a policy: every one."""
    return _types(policies, subject, unset=policies.catalogue.vocabulary.token_types)


def _types(policies: PolicySet, subject: Subject, unset: frozenset[str]) -> Decision[frozenset[str]]:
    decision = policies.decide(ACCEPTED_TYPES, subject)
    return Decision(unset if decision.value is None else decision.value, decision.because)
