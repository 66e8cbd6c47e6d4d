"""What a resolver is: a directory that people live in, asked with no database connection held.

A resolver that cannot answer raises ResolverUnavailable. It never says "nobody" in that case: an
outage must not look like an unknown user, and no counter may move for it (RES-05).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mfa_engine.errors import DoorwardError, Unavailable


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as one directory knows them. Attribute names are Doorward's own."""

    uid: str  # unique for ever within the directory
    login: str
    attributes: Mapping[str, tuple[str, ...]]
    enabled: bool
    handle: str = field(default="", repr=False, compare=False)  # DN, or password hash: the resolver's own


@dataclass(init=False)
class ResolverUnavailable(Unavailable):
    """A directory does not answer. ``reason`` is for the log and the health page, not for the caller."""

    resolver: str
    reason: str

    def __init__(self, resolver: str, reason: str) -> None:
        super().__init__(f"The directory '{resolver}'")
        self.resolver = resolver
        self.reason = reason


@dataclass
class AmbiguousLogin(DoorwardError):
    """One name means several people: nobody can be let in by it (RES-04)."""

    login: str

    def __str__(self) -> str:
        return f"'{self.login}' means more than one person: use a name that is theirs alone"


class Resolver(Protocol):
    """A directory. Safe for threads. Every method raises ResolverUnavailable when it cannot answer."""

    @property
    def name(self) -> str:
        """What realms call it."""
        ...

    def find(self, login: str) -> Entry | None:
        """The one person with this login name or alias, compared by ``realms.canonical_login``.

        A login name goes before an alias. Raises AmbiguousLogin when it still means several.
        """
        ...

    def by_uid(self, uid: str) -> Entry | None:
        """The person with this unique id."""
        ...

    def check_password(self, entry: Entry | None, password: str) -> bool:
        """Whether the password is this person's. For None: False, after the same work as for anybody,
        so that time does not tell whether a name exists (AUTH-03)."""
        ...

    def search(self, text: str, limit: int) -> tuple[Entry, ...]:
        """At most ``limit`` people whose name, login or mail address contains ``text``; empty: anybody."""
        ...

    def close(self) -> None:
        """Let go of kept connections. Whoever still asks is answered."""
        ...
