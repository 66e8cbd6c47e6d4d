"""The first administrator: by a one-time link that only whoever has a shell can make (ADM-07).

There is no default account. Whoever opens the link signs in with two factors, as at every login, and
is then the first administrator. Once there is one, no such link is good any more.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from idp.rights import denial
from idp.rights.administrators import make_administrator, whom
from idp.rights.catalogue import Right
from idp.rights.roles import Role
from idp.storage.one_time import insert_one_time, read_one_time, spend_all_of, spend_one_time
from idp.storage.principal import list_administrators
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin
from mfa_engine.authentication.assurance.proof import Proof, two_kinds
from mfa_engine.errors import Conflict, NotFound
from mfa_engine.identity.user import User
from mfa_engine.storage.configuration import move_revision
from mfa_engine.unit import Runner, Unit, View

PURPOSE = "admin-link"
LONGEST_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Link:
    """The value to put into the link's address. It is stored hashed only."""

    value: str = field(repr=False)
    expires_at: datetime


def make_link(runner: Runner, origin: Origin, life: timedelta = LONGEST_LIFE) -> Link:
    """A new link, good once and for ``life``, 24 hours at most; those before are worth nothing any more.
    Raises Conflict when somebody administers already."""

    def make(unit: Unit) -> Link:
        _in_turn(unit)
        if list_administrators(unit.connection):
            raise Conflict("there is an administrator already: that one can make others")
        link = Link(secrets.token_urlsafe(32), unit.now + min(life, LONGEST_LIFE))
        hashed = _hash(link.value)
        spend_all_of(unit.connection, PURPOSE)
        insert_one_time(unit.connection, PURPOSE, hashed, {}, unit.now, link.expires_at)
        audit.record(unit, origin, Entry("admin.link.create", True))
        return link

    return runner.record(make)


def link_is_good(runner: Runner, value: str) -> bool:
    """Whether a page may begin the login for it; using it decides again. Two statements at most."""
    return runner.look(lambda view: _is_good(view, value))


def use_link(runner: Runner, origin: Origin, value: str, user: User, proofs: Iterable[Proof]) -> None:
    """Spend the link and make ``user`` the first administrator, in one transaction.

    ``proofs`` are those of the session that the person has just made. Raises NotFound when the link is
    not good (any more), and Denied unless the proofs are of two kinds of factor.
    """
    if not two_kinds(proofs):
        reason = "Sign in with a second factor first."
        raise denial.Denied(reason, Right.ADMINISTRATOR_WRITE, "second_factor_missing", whom(user))

    def use(unit: Unit) -> None:
        _in_turn(unit)
        if not _is_good(unit, value) or not spend_one_time(unit.connection, PURPOSE, _hash(value)):
            raise NotFound("link", "")
        make_administrator(unit, origin, user, Role.ADMINISTRATOR, (), "first_administrator")

    try:
        runner.record(use)
    except IntegrityError:
        raise NotFound("link", "") from None


def _in_turn(unit: Unit) -> None:
    """Of two who make or use links at once one waits until the other is done."""
    move_revision(unit.connection, PURPOSE)


def _is_good(view: View | Unit, value: str) -> bool:
    row = read_one_time(view.connection, PURPOSE, _hash(value))
    if row is None or row.spent or row.expires_at <= view.now:
        return False
    return not list_administrators(view.connection)


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
