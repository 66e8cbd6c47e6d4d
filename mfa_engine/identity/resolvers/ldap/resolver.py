"""An LDAP directory as a resolver: its servers are asked in order, those with an open circuit not at all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from mfa_engine.errors import InvalidField
from mfa_engine.identity.resolvers.base import AmbiguousLogin, Entry, ResolverUnavailable
from mfa_engine.identity.resolvers.ldap import filters
from mfa_engine.identity.resolvers.ldap.entries import has_login, is_login_name, to_entry
from mfa_engine.identity.resolvers.ldap.server import Found, LdapServer, Query, ServerFailure, ServerRefusal
from mfa_engine.identity.resolvers.ldap.settings import LdapSettings, read_settings
from mfa_engine.identity.resolvers.registry import Builder, ResolverDefinition

log = logging.getLogger(__name__)

T = TypeVar("T")

# Whoever finds all connections of a slow directory in use is sent away after this, so that the people
# of other directories still find a free thread (RES-05).
SLOT_WAIT_SECONDS = 1.0
MAX_PASSWORD = 1024  # code points (AUTH-06)
# Attributes, by Doorward's names, that a search for people looks into beside the login names.
_SEARCHED = ("display_name", "given_name", "family_name", "email")


def ldap_builder(clock: Callable[[], datetime]) -> Builder:
    """Makes LDAP resolvers for a registry."""

    def build(definition: ResolverDefinition) -> LdapResolver:
        settings = read_settings(definition.settings)
        if settings.bind_dn and not definition.secret:
            raise InvalidField("bind_password", "is missing: give the password of bind_dn")
        return LdapResolver(definition.name, settings, definition.secret, clock)

    return build


class LdapResolver:
    """One directory. Safe for threads; connects when first asked, so it is made before or after a fork."""

    def __init__(
        self, name: str, settings: LdapSettings, bind_password: str, clock: Callable[[], datetime]
    ) -> None:
        self.name = name
        self._settings = settings
        self._servers = tuple(
            LdapServer(address, settings, bind_password, clock) for address in settings.addresses()
        )
        self._slots = threading.BoundedSemaphore(settings.max_connections)

    def find(self, login: str) -> Entry | None:
        """See Resolver."""
        settings = self._settings
        wanted = filters.by_login(settings.person_filter, settings.login_attributes, login)
        answer = self._ask(lambda server: server.search(Query(wanted, limit=2)))
        people = [found for found in answer.found if has_login(settings, found.raw, login)]
        if len(people) > 1:  # nobody shuts another out by taking their name for an alias
            people = [found for found in people if is_login_name(settings, found.raw, login)] or people
        if answer.more or len(people) > 1:
            raise AmbiguousLogin(login)
        return self._entry(people)

    def by_uid(self, uid: str) -> Entry | None:
        """See Resolver."""
        wanted = filters.by_uid(self._settings.person_filter, self._settings.uid_attribute, uid)
        if wanted is None:
            return None
        answer = self._ask(lambda server: server.search(Query(wanted, limit=2)))
        if answer.more or len(answer.found) > 1:
            raise self._unavailable(f"{self._settings.uid_attribute} is not unique")
        entry = self._entry(answer.found)
        return entry if entry is not None and entry.uid == uid else None

    def check_password(self, entry: Entry | None, password: str) -> bool:
        """See Resolver. The password is sent as typed.

        An empty one is refused before any bind: servers take it for a bind without authentication and
        say success (RES-02). So is one with a NUL, at which some servers stop reading, and one so long
        that servers hang up on it, which would count against them.
        """
        if not _is_password(password):
            return False
        nobody = f"cn=nobody,{self._settings.base_dn}"
        dn = entry.handle.strip() if entry is not None else nobody
        if not dn:
            return False
        accepted = self._ask(lambda server: server.accepts(dn, password))
        return accepted and entry is not None

    def search(self, text: str, limit: int) -> tuple[Entry, ...]:
        """See Resolver."""
        settings = self._settings
        names = (settings.attributes[own] for own in _SEARCHED if own in settings.attributes)
        attributes = dict.fromkeys((*settings.login_attributes, *names))
        query = Query(filters.containing(settings.person_filter, attributes, text), limit, paged=True)
        answer = self._ask(lambda server: server.search(query))
        if answer.more and len(answer.found) < limit:
            raise self._unavailable("the server's size limit is below what was asked for")
        entries = (to_entry(settings, found.dn, found.raw) for found in answer.found[:limit])
        return tuple(entry for entry in entries if entry is not None)

    def close(self) -> None:
        """See Resolver."""
        for server in self._servers:
            server.close()

    def _entry(self, people: Sequence[Found]) -> Entry | None:
        if not people:
            return None
        entry = to_entry(self._settings, people[0].dn, people[0].raw)
        if entry is None:
            raise self._unavailable(f"entries come without {self._settings.uid_attribute} or login name")
        return entry

    def _ask(self, question: Callable[[LdapServer], T]) -> T:
        """The first server's answer. Only silence and the like count against a server's circuit, never
        what somebody typed: else guessing could shut the directory for all."""
        reasons = []
        with self._slot():
            for server in self._servers:
                if not server.breaker.admits():
                    reasons.append(f"{server.address}: failed repeatedly, is left alone for a while")
                    continue
                try:
                    answer = question(server)
                except (ServerFailure, ServerRefusal) as error:
                    reasons.append(f"{server.address}: {error}")
                    log.warning("resolver %s: %s: %s", self.name, server.address, error)
                    if isinstance(error, ServerFailure):
                        server.breaker.failed()
                    else:
                        server.breaker.succeeded()
                else:
                    server.breaker.succeeded()
                    return answer
        raise self._unavailable("; ".join(reasons))

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=SLOT_WAIT_SECONDS):
            raise self._unavailable("all its connections are in use")
        try:
            yield
        finally:
            self._slots.release()

    def _unavailable(self, reason: str) -> ResolverUnavailable:
        return ResolverUnavailable(self.name, reason)


def _is_password(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return 0 < len(text) <= MAX_PASSWORD and "\0" not in text
