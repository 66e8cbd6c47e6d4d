"""Policies: what holds for this person, coming from there, going to that application.

Owns the model, the catalogue of actions, the matching and the questions that use cases ask
(``decisions``, one file a theme). A question is answered from an immutable snapshot in memory:
no SQL, no parsing, no clock. It knows no token type by name: the words come from the registry of
``tokentypes``, with the actions that a type declares itself. Storing policies is left to
``configuration``, enforcing an answer to whoever asked.

When two policies of one priority disagree, the question raises ``PolicyConflict`` and the caller
refuses. Start reading at policy_set.py.
"""

from mfa_engine.policy.actions.catalogue import Catalogue
from mfa_engine.policy.actions.vocabulary import Vocabulary
from mfa_engine.policy.errors import InvalidPolicies, PolicyConflict
from mfa_engine.policy.model import Condition, Decision, Policy, Subject
from mfa_engine.policy.policy_set import PolicySet

__all__ = [
    "Catalogue",
    "Condition",
    "Decision",
    "InvalidPolicies",
    "Policy",
    "PolicyConflict",
    "PolicySet",
    "Subject",
    "Vocabulary",
]
