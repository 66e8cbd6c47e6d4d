"""The loaded policies: an immutable snapshot, compiled so that a decision is a walk of one tuple."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from mfa_engine.policy.actions.action import Action
from mfa_engine.policy.actions.catalogue import Catalogue
from mfa_engine.policy.errors import PolicyConflict
from mfa_engine.policy.match import Facts, Matcher
from mfa_engine.policy.model import Decision, Policy, Subject

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rule:
    """What one policy says on one action."""

    policy: Policy
    priority: int
    matcher: Matcher
    value: object


@dataclass(frozen=True, slots=True)
class PolicySet:
    """All policies as they stood at ``revision``, indexed by action, strongest first.

    Policies that are switched off are in ``policies``, for lists and explanations, and never decide.
    """

    revision: int
    catalogue: Catalogue
    policies: tuple[Policy, ...]
    _rules: Mapping[str, tuple[Rule, ...]] = field(repr=False)
    _deciding: Mapping[str, tuple[Rule, ...]] = field(repr=False)  # without those switched off

    @classmethod
    def compile(cls, policies: Iterable[Policy], catalogue: Catalogue, *, revision: int = 0) -> PolicySet:
        """Make a snapshot. Raises InvalidField when a policy names an action that nobody knows."""
        ordered = tuple(sorted(policies, key=lambda policy: (policy.priority, policy.name)))
        rules: dict[str, list[Rule]] = {name: [] for name in catalogue.actions}
        for policy in ordered:
            matcher = Matcher.of(policy.when)
            for name, value in policy.then.items():
                catalogue.find(name)
                rules[name].append(Rule(policy, policy.priority, matcher, value))
        return cls(
            revision,
            catalogue,
            ordered,
            {name: tuple(found) for name, found in rules.items()},
            {name: tuple(rule for rule in found if rule.policy.enabled) for name, found in rules.items()},
        )

    def decide(self, action: Action[T], subject: Subject) -> Decision[T]:
        """What holds for ``subject``: the word of the strongest policy that covers it, else the default.

        Several policies of one priority may say the same. Raises PolicyConflict when they do not.
        """
        rules = self._deciding[action.name]
        winners = _winners(rules, Facts.of(subject)) if rules else ()
        if not winners:
            return Decision(action.default)
        if any(rule.value != winners[0].value for rule in winners):
            raise PolicyConflict(
                action.name, winners[0].policy.priority, tuple(rule.policy.name for rule in winners)
            )
        return Decision(cast(T, winners[0].value), tuple(rule.policy.name for rule in winners))

    def rules(self, action: Action[T]) -> tuple[Rule, ...]:
        """All that is said on an action, strongest first, switched off or not."""
        return self._rules[action.name]


def _winners(rules: tuple[Rule, ...], facts: Facts) -> list[Rule]:
    winners: list[Rule] = []
    for rule in rules:
        if winners and rule.priority != winners[0].priority:
            break
        if rule.matcher.unmet(facts) is None:
            winners.append(rule)
    return winners
