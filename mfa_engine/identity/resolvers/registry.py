"""From what an administrator configured to resolvers that can be asked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mfa_engine.errors import InvalidField
from mfa_engine.identity.realms import listed
from mfa_engine.identity.resolvers.base import Resolver

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ResolverDefinition:
    """One configured directory, as stored. ``secret`` (a bind password) is kept apart and sealed."""

    name: str
    kind: str
    settings: Mapping[str, object] = field(default_factory=dict)
    secret: str = field(default="", repr=False)


Builder = Callable[[ResolverDefinition], Resolver]
"""Makes a resolver without any I/O. Raises InvalidField naming what is not usable."""


class ResolverRegistry:
    """The kinds of directory there are, and the resolvers that were made of them. Safe for threads."""

    def __init__(self, builders: Mapping[str, Builder]) -> None:
        self._builders = builders
        self._lock = threading.Lock()
        self._made: dict[str, tuple[ResolverDefinition, Resolver]] = {}

    def build(self, definition: ResolverDefinition) -> Resolver:
        """A resolver of its own, not kept: also the check of a definition before it is stored.

        Raises InvalidField naming the setting and the remedy.
        """
        builder = self._builders.get(definition.kind)
        if builder is None:
            raise InvalidField(
                "kind", f"'{definition.kind}' is unknown: choose one of {listed(self._builders)}"
            )
        return builder(definition)

    def snapshot(self, definitions: Iterable[ResolverDefinition]) -> Mapping[str, Resolver]:
        """The resolvers by name. One whose definition has not changed stays, with its connections and its
        circuit; one that cannot be made is left out, logged, and unavailable to its people only."""
        wanted = {definition.name: definition for definition in definitions}
        with self._lock:
            before, self._made = self._made, {}
            for name, definition in wanted.items():
                kept = before.get(name)
                if kept is not None and kept[0] == definition:
                    self._made[name] = before.pop(name)
                elif resolver := self._usable(definition):
                    self._made[name] = (definition, resolver)
            now = {name: resolver for name, (_, resolver) in self._made.items()}
        for _, resolver in before.values():
            resolver.close()
        return now

    def _usable(self, definition: ResolverDefinition) -> Resolver | None:
        try:
            return self.build(definition)
        except InvalidField as error:
            log.error("resolver %s is not usable: %s", definition.name, error)
            return None
