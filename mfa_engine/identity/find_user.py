"""Who is meant by a name, and is this their password: the directories of a realm, asked in order.

Within a realm the order decides: the first resolver that knows a name says whom it means. One that
does not answer ends the search, since it might know the name: going on would let an outage turn one
person into another of the same name (RES-04, RES-05). People of resolvers before it are not touched;
so put first whom an outage elsewhere must not keep out.

A name without a realm, where there is no default realm, is looked for in all of them, and means
somebody only if exactly one realm knows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mfa_engine.identity.cache import EntryCache
from mfa_engine.identity.realms import LoginName, Realm, Realms, canonical_login, normalised
from mfa_engine.identity.resolvers.base import AmbiguousLogin, Resolver, ResolverUnavailable
from mfa_engine.identity.user import User, UserKey


@dataclass(frozen=True, slots=True)
class Directory:
    """All realms and their resolvers, as one snapshot."""

    realms: Realms = field(default_factory=Realms)
    resolvers: Mapping[str, Resolver] = field(default_factory=dict)

    def resolver(self, name: str) -> Resolver:
        """Raises ResolverUnavailable for one that could not be made: its people are not unknown."""
        resolver = self.resolvers.get(name)
        if resolver is None:
            raise ResolverUnavailable(name, "is not configured, or its configuration is not usable")
        return resolver


class Nobody(StrEnum):
    """Why a name means nobody: the machine-readable reason in the audit."""

    UNKNOWN_USER = "unknown_user"
    UNKNOWN_REALM = "unknown_realm"
    AMBIGUOUS_USER = "ambiguous_user"


def find_user(directory: Directory, name: LoginName) -> User | Nobody:
    """The person whom ``name`` means. Raises ResolverUnavailable when a directory does not answer."""
    realms = _realms_of(directory, name)
    if not realms:
        return Nobody.UNKNOWN_REALM
    try:
        found = [user for realm in realms if (user := _first_in(directory, realm, name.login))]
    except AmbiguousLogin:
        return Nobody.AMBIGUOUS_USER
    if len(found) > 1:
        return Nobody.AMBIGUOUS_USER
    return found[0] if found else Nobody.UNKNOWN_USER


def _realms_of(directory: Directory, name: LoginName) -> tuple[Realm, ...]:
    if name.realm is None:
        return directory.realms.realms
    realm = directory.realms.by_name.get(name.realm)
    return (realm,) if realm else ()


def _first_in(directory: Directory, realm: Realm, login: str) -> User | None:
    for resolver in _resolvers_of(directory, realm):
        entry = resolver.find(login)
        if entry is not None:
            return User.of(entry, resolver=resolver.name, realm=realm.name)
    return None


def _resolvers_of(directory: Directory, realm: Realm) -> Iterator[Resolver]:
    return (directory.resolver(name) for name in realm.resolvers)


def check_password(directory: Directory, user: User | None, password: str, name: LoginName) -> bool:
    """Whether ``password`` is this person's, asked of their directory.

    For None (nobody has ``name``) the answer is False after the work that the name's first directory
    does for anybody, so that time does not tell that the name is unknown (AUTH-03). Raises
    ResolverUnavailable. The caller reserves the try in its throttle before it asks.
    """
    if user is not None:
        return directory.resolver(user.key.resolver).check_password(user.entry(), password)
    for realm in _realms_of(directory, name):
        for resolver in _resolvers_of(directory, realm):
            return resolver.check_password(None, password) and False
    return False


def find_by_key(directory: Directory, key: UserKey, realm: str) -> User | None:
    """The person with this key as they are now; None when deleted, or no longer of ``realm``.

    Raises ResolverUnavailable.
    """
    if not _holds(directory, realm, key.resolver):
        return None
    entry = directory.resolver(key.resolver).by_uid(key.uid)
    return User.of(entry, resolver=key.resolver, realm=realm) if entry else None


def recheck(directory: Directory, cache: EntryCache, key: UserKey, realm: str) -> User | None:
    """As ``find_by_key``, at most as old as the cache allows: for each use of a live session (AUTH-10).

    The caller ends the session when this gives None, or a person who is not ``enabled``.
    """
    if not _holds(directory, realm, key.resolver):
        return None
    entry = cache.entry(key, lambda: directory.resolver(key.resolver).by_uid(key.uid))
    return User.of(entry, resolver=key.resolver, realm=realm) if entry else None


def _holds(directory: Directory, realm: str, resolver: str) -> bool:
    known = directory.realms.by_name.get(realm)
    return known is not None and resolver in known.resolvers


def search_users(directory: Directory, realm: str, text: str, limit: int) -> tuple[User, ...]:
    """At most ``limit`` people of ``realm`` whose name, login or mail address contains ``text``, by login.

    A login that an earlier resolver has too is left out: nobody could log in by it. Raises
    ResolverUnavailable rather than give a part.
    """
    known = directory.realms.by_name.get(realm)
    wanted = normalised(text, "text") if text.strip() else ""
    found: dict[str, User] = {}
    for resolver in _resolvers_of(directory, known) if known else ():
        for entry in resolver.search(wanted, limit):
            found.setdefault(
                canonical_login(entry.login), User.of(entry, resolver=resolver.name, realm=realm)
            )
    return tuple(found[login] for login in sorted(found))[:limit]
