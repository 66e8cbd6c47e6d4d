"""The internal directory: people who live in Doorward's own database."""

from __future__ import annotations

import logging

from mfa_engine.algorithms.password_hash import Hasher, UnknownHash
from mfa_engine.errors import InvalidField
from mfa_engine.identity.realms import canonical_login
from mfa_engine.identity.resolvers.base import AmbiguousLogin, Entry
from mfa_engine.storage.person import (
    PersonRow,
    people_called,
    person_by_uid,
    replace_hash,
    search_people,
)
from mfa_engine.unit import Runner

log = logging.getLogger(__name__)


class InternalResolver:
    """Reads one statement a question. The entry's handle is the stored hash, so that a check needs no
    second one."""

    def __init__(self, name: str, runner: Runner, hasher: Hasher) -> None:
        self.name = name
        self._runner = runner
        self._hasher = hasher

    def find(self, login: str) -> Entry | None:
        """By canonical login name, or by mail address. Raises AmbiguousLogin."""
        canonical = canonical_login(login)
        rows = self._runner.look(lambda view: people_called(view.connection, self.name, canonical))
        by_name = [row for row in rows if row.login == canonical]
        if len(by_name) == 1:
            return _entry(by_name[0])
        if len(rows) > 1:
            raise AmbiguousLogin(login)
        return _entry(rows[0]) if rows else None

    def by_uid(self, uid: str) -> Entry | None:
        """The person of that id."""
        row = self._runner.look(lambda view: person_by_uid(view.connection, self.name, uid))
        return _entry(row) if row else None

    def check_password(self, entry: Entry | None, password: str) -> bool:
        """One hash, whoever it is. A password that no person can have is hashed by nobody."""
        if entry is None or not entry.handle:
            return self._no(password)
        try:
            right = self._hasher.verify(password, entry.handle)
        except UnknownHash:
            log.error("the password of %s/%s is of an unknown scheme: set it anew", self.name, entry.uid)
            return self._no(password)
        except InvalidField:  # longer than any password here can be
            return False
        if right and self._hasher.needs_rehash(entry.handle):
            self._rehash(entry, password)
        return right

    def _no(self, password: str) -> bool:
        try:
            return self._hasher.verify_nobody(password)
        except InvalidField:
            return False

    def _rehash(self, entry: Entry, password: str) -> None:
        """At the present cost, unless the password was changed in this very moment (AUTH-06)."""
        better = self._hasher.hash(password)
        self._runner.record(
            lambda unit: replace_hash(unit.connection, self.name, entry.uid, entry.handle, better)
        )

    def search(self, text: str, limit: int) -> tuple[Entry, ...]:
        """People whose login name or mail address begins with ``text``."""
        canonical = canonical_login(text) if text.strip() else ""
        rows = self._runner.look(lambda view: search_people(view.connection, self.name, canonical, limit))
        return tuple(map(_entry, rows))

    def close(self) -> None:
        """Nothing is kept."""


def _entry(row: PersonRow) -> Entry:
    attributes = {name: tuple(values) for name, values in row.attributes.items()}
    return Entry(row.uid, row.login, attributes, row.enabled, row.password_hash or "")
