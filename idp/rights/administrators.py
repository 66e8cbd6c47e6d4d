"""Administrators: who is one, making and removing them, and whom they must leave alone."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.exc import IntegrityError

from idp.rights import denial
from idp.rights.catalogue import Right
from idp.rights.principal import Principal, authority, person
from idp.rights.roles import RIGHTS, Role
from idp.rights.scope import read_realms
from idp.storage.principal import (
    AdministratorRow,
    delete_administrator,
    insert_administrator,
    list_administrators,
    read_administrator,
)
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.identity.realms import listed
from mfa_engine.identity.user import User, UserKey
from mfa_engine.unit import Runner, Unit


def principal_of(runner: Runner, user: User) -> Principal:
    """A person with the rights that they have at this moment. One statement."""
    return person(user, administrator_row(runner, user.key))


def administrator_row(runner: Runner, key: UserKey) -> AdministratorRow | None:
    """What this person administers. One statement."""
    return runner.look(lambda view: read_administrator(view.connection, key.resolver, key.uid))


def all_administrators(runner: Runner, by: Principal) -> tuple[AdministratorRow, ...]:
    """All of them, by login. Raises Denied."""
    if not by.may(Right.ADMINISTRATOR_READ):
        raise denial.missing(Right.ADMINISTRATOR_READ)
    return runner.look(lambda view: list_administrators(view.connection))


def add_administrator(
    runner: Runner, rules: Rules, by: Principal, origin: Origin, user: User, role: str, realms: Iterable[str]
) -> None:
    """Let a person administer, in ``realms`` only or (none given) everywhere.

    Raises InvalidField, Conflict when the person administers already, and Denied: nobody makes
    somebody who may more than they do.
    """
    if role not in set(Role):
        raise InvalidField("role", f"choose one of {listed(Role)}")
    wanted = read_realms(rules, realms)
    if not by.may(Right.ADMINISTRATOR_WRITE) or not by.covers(RIGHTS[Role(role)], wanted):
        raise denial.missing(Right.ADMINISTRATOR_WRITE, subject=whom(user))
    try:
        runner.record(lambda unit: make_administrator(unit, origin, user, Role(role), wanted))
    except IntegrityError:
        raise Conflict(f"{user.login} administers already: remove that first") from None


def make_administrator(
    unit: Unit, origin: Origin, user: User, role: Role, realms: tuple[str, ...], because: str = ""
) -> None:
    """Store the row and its audit row. Raises IntegrityError when there is one."""
    key = user.key
    row = AdministratorRow(key.resolver, key.uid, user.login, role, list(realms), unit.now)
    insert_administrator(unit.connection, row)
    details = {"role": role, "realms": list(realms)}
    audit.record(unit, origin, Entry("admin.administrator.add", True, because, whom(user), details=details))


def remove_administrator(runner: Runner, by: Principal, origin: Origin, key: UserKey) -> None:
    """Let a person administer no longer. Raises NotFound, and Denied when that one may more."""
    row = administrator_row(runner, key)
    if not by.may(Right.ADMINISTRATOR_WRITE) or (row is not None and not by.covers(*authority(row))):
        raise denial.missing(Right.ADMINISTRATOR_WRITE, subject=Subject("", "", key.resolver, key.uid))
    if row is None:
        raise NotFound("administrator", key.uid)

    def remove(unit: Unit) -> None:
        if not delete_administrator(unit.connection, key.resolver, key.uid):
            raise NotFound("administrator", row.login)
        subject = Subject(row.login, "", row.resolver, row.uid)
        audit.record(unit, origin, Entry("admin.administrator.remove", True, "", subject))

    runner.record(remove)


def leave_alone(
    runner: Runner, by: Principal, right: Right, owner: UserKey | None, serial: str | None = None
) -> None:
    """Refuse to touch the factors of somebody who may more than ``by`` (ADM-06). One statement at most.

    Raises Denied. One's own are one's own.
    """
    if owner is None or by.is_owner(owner):
        return
    row = administrator_row(runner, owner)
    if row is not None and not by.covers(*authority(row)):
        subject = Subject("", "", owner.resolver, owner.uid)
        reason = f"{row.login} may administer more than you: somebody with the same rights has to do this."
        raise denial.Denied(reason, right, "higher_role", subject, serial)


def whom(user: User) -> Subject:
    """A person as audit rows name one."""
    return Subject(user.login, user.realm, user.key.resolver, user.key.uid)
