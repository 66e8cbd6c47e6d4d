"""Who may enrol what: at sign-in, the first time, and how many."""

from __future__ import annotations

from mfa_engine.policy.actions.core import (
    ENROLMENT_AT_LOGIN,
    FIRST_ENROLMENT_BY_PASSWORD,
    TOKENS_PER_PERSON,
)
from mfa_engine.policy.decisions.second_factor import accepted_types
from mfa_engine.policy.model import Decision, Subject, resting_on
from mfa_engine.policy.policy_set import PolicySet


def enrolment_at_login(policies: PolicySet, subject: Subject) -> Decision[frozenset[str]]:
    """The token types to offer at sign-in to a person who has no accepted one; maybe none.

    Never a type that is not accepted there: it would be enrolled in vain. The caller leaves out types
    that cannot be enrolled in a browser.
    """
    accepted = accepted_types(policies, subject)
    offered = policies.decide(ENROLMENT_AT_LOGIN, subject)
    value = accepted.value if offered.value is None else offered.value & accepted.value
    return Decision(value, resting_on(offered, accepted))


def first_enrolment_by_password(policies: PolicySet, subject: Subject) -> Decision[bool]:
    """Whether nothing but the password is enough to enrol the first token (SELF-02). Without a policy: no."""
    return policies.decide(FIRST_ENROLMENT_BY_PASSWORD, subject)


def tokens_per_person(policies: PolicySet, subject: Subject) -> Decision[int]:
    """How many tokens the person may have."""
    return policies.decide(TOKENS_PER_PERSON, subject)
