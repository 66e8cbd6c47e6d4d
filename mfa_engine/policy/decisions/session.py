"""How long single sign-on lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mfa_engine.policy.actions.core import SESSION_IDLE, SESSION_LIFETIME
from mfa_engine.policy.decisions.second_factor import second_factor_required
from mfa_engine.policy.model import Decision, Subject, resting_on
from mfa_engine.policy.policy_set import PolicySet

# NIST SP 800-63B-4, section 2.2.3: what a session that rests on two factors may last at most.
TWO_FACTOR_LIFETIME = timedelta(hours=24)
TWO_FACTOR_IDLE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SessionLifetime:
    """A session ends ``absolute`` after it began, and ``idle`` after its last use."""

    absolute: timedelta
    idle: timedelta


def session_lifetime(policies: PolicySet, subject: Subject) -> Decision[SessionLifetime]:
    """How long a session lives that this sign-in begins or raises.

    Policies may go beyond the bounds of two-factor sessions only where no second factor is needed.
    """
    absolute = policies.decide(SESSION_LIFETIME, subject)
    idle = policies.decide(SESSION_IDLE, subject)
    needed = second_factor_required(policies, subject)
    lifetime = SessionLifetime(absolute.value, idle.value)
    if needed.value:
        lifetime = SessionLifetime(min(absolute.value, TWO_FACTOR_LIFETIME), min(idle.value, TWO_FACTOR_IDLE))
    return Decision(lifetime, resting_on(absolute, idle))
