"""Why a decision is what it is: the trail that ``doorward policy explain`` and the pages show.

One block a question, in the order of asking: the answer, the policies that won, those overruled,
those that do not match and the first condition that failed. Data first, lines of text from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mfa_engine.policy.actions.action import Action
from mfa_engine.policy.actions.values import listed, written
from mfa_engine.policy.decisions.enrolment import enrolment_at_login
from mfa_engine.policy.decisions.second_factor import accepted_types
from mfa_engine.policy.decisions.session import session_lifetime
from mfa_engine.policy.errors import PolicyConflict
from mfa_engine.policy.match import Facts, Part
from mfa_engine.policy.model import Condition, Subject
from mfa_engine.policy.policy_set import PolicySet, Rule


class Standing(StrEnum):
    """How one policy fared on one question."""

    WON = "won"
    CONFLICTING = "conflicting"
    OVERRULED = "overruled"
    NOT_MATCHING = "not matching"
    SWITCHED_OFF = "switched off"


_MARKS = {
    Standing.WON: "✓",
    Standing.CONFLICTING: "!",
    Standing.OVERRULED: "✕",
    Standing.NOT_MATCHING: "–",
    Standing.SWITCHED_OFF: "–",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One policy on one question. ``unmet`` is the first condition that failed."""

    policy: str
    priority: int
    standing: Standing
    says: str
    reason: str
    unmet: Part | None = None

    def line(self) -> str:
        """As a line of the trail."""
        return f"{_MARKS[self.standing]} {self.policy} (priority {self.priority}): {self.reason}"


@dataclass(frozen=True, slots=True)
class Block:
    """One question. ``answer`` is None when policies conflict: whoever asks then refuses."""

    action: str
    question: str
    answer: str | None
    note: str
    verdicts: tuple[Verdict, ...]

    def lines(self) -> Iterator[str]:
        """The heading and a line for the note and each policy."""
        yield f"{self.question} {'refused' if self.answer is None else self.answer}"
        if self.note:
            yield f"  {self.note}"
        for verdict in self.verdicts:
            yield f"  {verdict.line()}"


@dataclass(frozen=True, slots=True)
class Trail:
    """All questions about one subject, decided by the policy set of ``revision``."""

    revision: int
    blocks: tuple[Block, ...]

    def lines(self) -> tuple[str, ...]:
        """The whole trail as plain text."""
        heading = f"decided by policy set {self.revision}"
        return (heading, *(line for block in self.blocks for line in block.lines()))


def explain(policies: PolicySet, subject: Subject) -> Trail:
    """How every question about ``subject`` is decided, and why. Conflicts are part of the trail."""
    facts = Facts.of(subject)
    return Trail(
        policies.revision,
        tuple(_block(policies, action, subject, facts) for action in policies.catalogue.actions.values()),
    )


def _block(policies: PolicySet, action: Action[Any], subject: Subject, facts: Facts) -> Block:
    best, standing = _best(policies, action, subject)
    try:
        answer: str | None = _EFFECTIVE.get(action.name, _as_decided(action))(policies, subject)
        note = "" if best else "no policy says anything: this is the default"
    except PolicyConflict as error:
        answer, note = None, str(error)
    verdicts = [_verdict(action, rule, subject, facts, best, standing) for rule in policies.rules(action)]
    verdicts.sort(key=lambda verdict: tuple(Standing).index(verdict.standing))
    return Block(action.name, action.question, answer, note, tuple(verdicts))


def _best(policies: PolicySet, action: Action[Any], subject: Subject) -> tuple[tuple[str, ...], Standing]:
    try:
        return policies.decide(action, subject).because, Standing.WON
    except PolicyConflict as error:
        return error.policies, Standing.CONFLICTING


def _verdict(
    action: Action[Any], rule: Rule, subject: Subject, facts: Facts, best: tuple[str, ...], standing: Standing
) -> Verdict:
    policy = rule.policy
    says = action.kind.words(rule.value)
    unmet = rule.matcher.unmet(facts) if policy.enabled else None
    if not policy.enabled:
        standing, reason = Standing.SWITCHED_OFF, "is switched off"
    elif unmet is not None:
        standing, reason = Standing.NOT_MATCHING, _why_not(unmet, policy.when, subject)
    elif policy.name in best:
        reason = f"says {says}, {_covered(policy.when)}"
    else:
        standing, reason = Standing.OVERRULED, f"says {says}, overruled by {' and '.join(best)}"
    return Verdict(policy.name, policy.priority, standing, says, reason, unmet)


def _entries(part: Part, when: Condition) -> tuple[str, ...]:
    found: dict[Part, frozenset[str] | tuple[str, ...]] = {
        Part.REALM: when.realms,
        Part.RESOLVER: when.resolvers,
        Part.USER: when.users,
        Part.APPLICATION: when.applications,
        Part.NETWORK: tuple(str(network) for network in when.networks),
    }
    return tuple(sorted(found[part]))


def _covered(when: Condition) -> str:
    parts = [f"{part} {' or '.join(_entries(part, when))}" for part in Part if _entries(part, when)]
    return ", ".join(parts) or "for everybody"


def _why_not(unmet: Part, when: Condition, subject: Subject) -> str:
    actual: dict[Part, object] = {
        Part.REALM: subject.realm,
        Part.RESOLVER: subject.resolver,
        Part.USER: subject.login,
        Part.APPLICATION: subject.application,
        Part.NETWORK: subject.client,
    }
    wanted = " or ".join(_entries(unmet, when))
    this = "not known here" if actual[unmet] is None else actual[unmet]
    return f"is for {unmet} {wanted}; this is {this}"


def _as_decided(action: Action[Any]) -> Callable[[PolicySet, Subject], str]:
    return lambda policies, subject: action.kind.words(policies.decide(action, subject).value)


def _lifetime(policies: PolicySet, subject: Subject) -> str:
    return written(session_lifetime(policies, subject).value.absolute)


def _idle(policies: PolicySet, subject: Subject) -> str:
    return written(session_lifetime(policies, subject).value.idle)


# Where an answer rests on more than one action, the decision itself is asked, so that the trail
# says what the login does and not what a policy wished.
_EFFECTIVE: dict[str, Callable[[PolicySet, Subject], str]] = {
    "tokentype": lambda policies, subject: listed(accepted_types(policies, subject).value),
    "enroll_via_multichallenge": lambda policies, subject: listed(
        enrolment_at_login(policies, subject).value
    ),
    "session_lifetime": _lifetime,
    "session_idle": _idle,
}
