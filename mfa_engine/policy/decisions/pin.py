"""Which PIN stands in front of the code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mfa_engine.policy.actions.core import PIN, Pin
from mfa_engine.policy.model import Decision, Subject
from mfa_engine.policy.policy_set import PolicySet


class PinSource(StrEnum):
    """What the PIN is compared with."""

    TOKEN = "token"
    DIRECTORY = "directory"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PinRule:
    """Where the PIN comes from. ``required``: a token that has no PIN to compare with cannot answer."""

    source: PinSource
    required: bool


_RULES = {
    Pin.TOKEN: PinRule(PinSource.TOKEN, required=False),
    Pin.TOKEN_REQUIRED: PinRule(PinSource.TOKEN, required=True),
    Pin.DIRECTORY: PinRule(PinSource.DIRECTORY, required=True),
    Pin.NONE: PinRule(PinSource.NONE, required=False),
}


def pin_rule(policies: PolicySet, subject: Subject) -> Decision[PinRule]:
    """What the PIN in front of a code is compared with. Without a policy: the token's own, if it has one."""
    decision = policies.decide(PIN, subject)
    return Decision(_RULES[decision.value], decision.because)
