"""Who is meant by a name, and is this their password: the directories of a realm, asked in order.

Within a realm the order decides: the first resolver that knows a name says whom it means. One that
does not answer ends the search, since it might know the name: going on would let an outage turn one
person into another of the same name (RES-04, RES-05). People of resolvers before it are not touched;
so put first whom an outage elsewhere must not keep out.

A name without a realm, where there is no default realm, is looked for in all of them, and means
somebody only if exactly one realm knows it. All functions raise ResolverUnavailable when a directory
that they ask does not answer; no database connection is held meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mfa_engine.errors import InvalidField
from mfa_engine.identity.cache import EntryCache
from mfa_engine.identity.realms import (
    LoginName,
    Realm,
    Realms,
    canonical_login,
    normalised,
    parse_login,
)
from mfa_engine.identity.resolvers.base import AmbiguousLogin, Resolver, ResolverUnavailable
from mfa_engine.identity.user import User, UserKey

Resolvers = Mapping[str, Resolver]


def find_user(realms: Realms, resolvers: Resolvers, typed: str, realm: str = "") -> User | None:
    """The person whom ``typed`` means (see ``realms.parse_login``); what is no name means nobody.

    Raises AmbiguousLogin when it means several.
    """
    name = _read(realms, typed, realm)
    if name is None:
        return None
    found = [user for each in _realms_of(realms, name) if (user := _first_in(resolvers, each, name.login))]
    if len(found) > 1:
        raise AmbiguousLogin(name.login)
    return found[0] if found else None


def _read(realms: Realms, typed: str, realm: str) -> LoginName | None:
    try:
        return parse_login(typed, realms, realm)
    except InvalidField:
        return None


def _realms_of(realms: Realms, name: LoginName) -> tuple[Realm, ...]:
    if name.realm is None:
        return realms.realms
    realm = realms.by_name.get(name.realm)
    return (realm,) if realm else ()


def _first_in(resolvers: Resolvers, realm: Realm, login: str) -> User | None:
    for resolver in _resolvers_of(resolvers, realm):
        entry = resolver.find(login)
        if entry is not None:
            return User.of(entry, resolver=resolver.name, realm=realm.name)
    return None


def _resolvers_of(resolvers: Resolvers, realm: Realm) -> Iterator[Resolver]:
    return (_resolver(resolvers, name) for name in realm.resolvers)


def _resolver(resolvers: Resolvers, name: str) -> Resolver:
    resolver = resolvers.get(name)
    if resolver is None:  # it could not be made: its people are not unknown
        raise ResolverUnavailable(name, "is not configured, or its configuration is not usable")
    return resolver


def check_password(resolvers: Resolvers, user: User, password: str) -> bool:
    """Whether ``password`` is this person's, asked of their directory.

    The caller reserves the try in its throttle before: parallel guesses must not lock the account there.
    """
    return _resolver(resolvers, user.key.resolver).check_password(user.entry(), password)


def decoy_check(realms: Realms, resolvers: Resolvers, password: str, typed: str, realm: str = "") -> None:
    """In place of ``check_password`` for a name that nobody has: the work that the name's first directory
    does for anybody, so that time does not tell that it is unknown (AUTH-03)."""
    name = _read(realms, typed, realm)
    for each in _realms_of(realms, name) if name else ():
        for resolver in _resolvers_of(resolvers, each):
            resolver.check_password(None, password)
            return


def find_by_key(realms: Realms, resolvers: Resolvers, key: UserKey, realm: str) -> User | None:
    """The person with this key as they are now; None when deleted, or no longer of ``realm``."""
    if not _holds(realms, realm, key.resolver):
        return None
    entry = _resolver(resolvers, key.resolver).by_uid(key.uid)
    return User.of(entry, resolver=key.resolver, realm=realm) if entry else None


def recheck(realms: Realms, resolvers: Resolvers, cache: EntryCache, key: UserKey, realm: str) -> User | None:
    """As ``find_by_key``, at most as old as the cache allows: for each use of a live session (AUTH-10).

    The caller ends the session when this gives None, or a person who is not ``enabled``.
    """
    if not _holds(realms, realm, key.resolver):
        return None
    entry = cache.entry(key, lambda: _resolver(resolvers, key.resolver).by_uid(key.uid))
    return User.of(entry, resolver=key.resolver, realm=realm) if entry else None


def _holds(realms: Realms, realm: str, resolver: str) -> bool:
    known = realms.by_name.get(realm)
    return known is not None and resolver in known.resolvers


def search_users(realms: Realms, resolvers: Resolvers, realm: str, text: str, limit: int) -> tuple[User, ...]:
    """At most ``limit`` people of ``realm`` whose name, login or mail address contains ``text``, by login.

    A login that an earlier resolver has too is left out: nobody could log in by it. Never gives a part
    because a directory is away. Raises InvalidField when ``text`` is not searchable.
    """
    known = realms.by_name.get(realm)
    wanted = normalised(text, "text") if text.strip() else ""
    found: dict[str, User] = {}
    for resolver in _resolvers_of(resolvers, known) if known else ():
        for entry in resolver.search(wanted, limit):
            user = User.of(entry, resolver=resolver.name, realm=realm)
            found.setdefault(canonical_login(entry.login), user)
    return tuple(found[login] for login in sorted(found))[:limit]
