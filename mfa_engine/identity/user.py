"""A person, as every other part of Doorward sees one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mfa_engine.identity.resolvers.base import Entry


@dataclass(frozen=True, slots=True)
class UserKey:
    """What a person is known by in tokens, policies, counters and audit.

    ``uid`` is the unique id that the directory itself gave and never gives again, so that another
    spelling, an alias, a rename or a move ends in the same key (RES-03, RES-04).
    """

    resolver: str
    uid: str


@dataclass(frozen=True, slots=True)
class User:
    """A person found in a realm. Attribute names are Doorward's own, whatever the directory calls them."""

    key: UserKey
    realm: str
    login: str  # as the directory spells it; compare it by realms.canonical_login
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    enabled: bool = True
    handle: str = field(default="", repr=False, compare=False)  # the resolver's own: see Entry

    @classmethod
    def of(cls, entry: Entry, *, resolver: str, realm: str) -> User:
        """The person whom ``resolver`` found as ``entry``."""
        key = UserKey(resolver, entry.uid)
        return cls(key, realm, entry.login, entry.attributes, entry.enabled, entry.handle)

    def entry(self) -> Entry:
        """Back to what the person's resolver gave, for its password check."""
        return Entry(self.key.uid, self.login, self.attributes, self.enabled, self.handle)

    def first(self, attribute: str) -> str:
        """The first value of ``attribute``; empty when there is none."""
        values = self.attributes.get(attribute, ())
        return values[0] if values else ""

    @property
    def given_name(self) -> str:
        return self.first("given_name")

    @property
    def family_name(self) -> str:
        return self.first("family_name")

    @property
    def display_name(self) -> str:
        """What to call the person: never empty."""
        full_name = f"{self.given_name} {self.family_name}".strip()
        return self.first("display_name") or full_name or self.login

    @property
    def email(self) -> str:
        return self.first("email")

    @property
    def phone(self) -> str:
        return self.first("phone")

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.attributes.get("groups", ()))
