"""The catalogue: every action by its name, the engine's own and those that token types declare."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mfa_engine.errors import InvalidField
from mfa_engine.policy.actions.action import Action
from mfa_engine.policy.actions.core import CORE_ACTIONS
from mfa_engine.policy.actions.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Which actions exist, and the words their values may use. Made once, by the token type registry."""

    actions: Mapping[str, Action[Any]]
    vocabulary: Vocabulary

    @classmethod
    def of(cls, vocabulary: Vocabulary, declared: Iterable[Action[Any]] = ()) -> Catalogue:
        """The engine's own actions and those ``declared`` by token types.

        Raises ValueError when two actions have one name: a mistake in a token type's module.
        """
        actions: dict[str, Action[Any]] = {}
        for action in (*CORE_ACTIONS, *declared):
            if action.name in actions:
                raise ValueError(f"policy action '{action.name}' is declared twice")
            actions[action.name] = action
        return cls(actions, vocabulary)

    def find(self, name: str) -> Action[Any]:
        """The action of that name. Raises InvalidField, with the likeliest name that was meant."""
        action = self.actions.get(name)
        if action is None:
            near = difflib.get_close_matches(name, self.actions, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(self.actions))}"
            raise InvalidField(f"then.{name}", f"is no action; {remedy}")
        return action

    def parse(self, name: str, raw: object) -> object:
        """The value that ``raw`` means for the action of that name. Raises InvalidField."""
        action = self.find(name)
        try:
            return action.kind.parse(raw, self.vocabulary)
        except ValueError as error:
            raise InvalidField(f"then.{name}", str(error)) from error
