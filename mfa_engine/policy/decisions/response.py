"""What the validation API reveals beyond yes and no."""

from __future__ import annotations

from dataclasses import dataclass

from mfa_engine.policy.actions.core import RESOLVER_IN_RESPONSE, USER_IN_RESPONSE
from mfa_engine.policy.model import Decision, Subject, resting_on
from mfa_engine.policy.policy_set import PolicySet


@dataclass(frozen=True, slots=True)
class ResponseDetails:
    """What is added to an accepting answer: the person's attributes; the names of realm and resolver."""

    user: bool
    resolver: bool


def response_details(policies: PolicySet, subject: Subject) -> Decision[ResponseDetails]:
    """What an accepting answer tells about the person. Without a policy: nothing.

    A refusing answer is neutral whatever policies say; its exact reason belongs to the service
    account's right ``detailed_errors``.
    """
    user = policies.decide(USER_IN_RESPONSE, subject)
    resolver = policies.decide(RESOLVER_IN_RESPONSE, subject)
    return Decision(ResponseDetails(user.value, resolver.value), resting_on(user, resolver))
