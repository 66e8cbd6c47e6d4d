"""Who acts, and what that one may. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from idp.rights.catalogue import BY_ADDRESS, OF_REALMS, OWN, Right
from idp.rights.roles import rights_of
from idp.storage.principal import AdministratorRow, ServiceAccountRow
from mfa_engine.identity.user import User, UserKey


class Kind(StrEnum):
    """What kind of principal acts."""

    NOBODY = "nobody"
    PERSON = "person"
    ADMINISTRATOR = "administrator"
    SERVICE_ACCOUNT = "service account"
    OPERATOR = "operator"  # whoever has a shell on the machine


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who acts. ``realms`` bounds all rights; empty: every realm, and the house itself.

    ``user`` is set for people; ``name`` is theirs, the service account's, or the operator's own.
    """

    kind: Kind
    name: str = ""
    rights: frozenset[Right] = frozenset()
    realms: frozenset[str] = frozenset()
    user: User | None = None

    @property
    def actor(self) -> str:
        """As audit rows name it."""
        if self.user is not None:
            return f"person:{self.user.key.resolver}/{self.user.key.uid}"
        return f"service:{self.name}" if self.kind is Kind.SERVICE_ACCOUNT else self.name

    def holds(self, right: Right) -> bool:
        """Whether the right is held for anything at all, be it one's own tokens."""
        if right in self.rights and (not self.realms or right in OF_REALMS):
            return True
        return self.user is not None and right in OWN

    def may(self, right: Right, realm: str | None = None) -> bool:
        """Whether the right is held in ``realm``; None: on what belongs to no realm, or to the house."""
        if right not in self.rights:
            return False
        return not self.realms or (right in OF_REALMS and realm in self.realms)

    def is_owner(self, owner: UserKey | None) -> bool:
        """Whether ``owner`` is this very person."""
        return self.user is not None and self.user.key == owner

    def may_with(self, right: Right, owner: UserKey | None, realm: str | None) -> bool:
        """As ``may``, for a token: what everybody may do with their own is added (SELF-03)."""
        return self.may(right, realm) or (right in OWN and self.is_owner(owner))

    def has_own_only(self, right: Right) -> bool:
        """Whether the right is held on one's own tokens and on nothing else."""
        return self.user is not None and right in OWN and right not in self.rights

    def covers(self, rights: Iterable[Right], realms: Iterable[str]) -> bool:
        """Whether this one holds all of that, everywhere there: nobody gives away, or acts on somebody
        with, more than they hold (ADM-06)."""
        wanted = frozenset(realms)
        reaches = not self.realms or (bool(wanted) and wanted <= self.realms)
        return reaches and frozenset(rights) <= self.rights


NOBODY = Principal(Kind.NOBODY)


def shell(actor: str) -> Principal:
    """Whoever has a shell on this machine, as ``actor`` in the audit: nothing is above that."""
    return Principal(Kind.OPERATOR, actor, frozenset(Right))


def person(user: User, administrator: AdministratorRow | None) -> Principal:
    """A person who has proven who they are, with what they may administer."""
    if administrator is None:
        return Principal(Kind.PERSON, user.login, user=user)
    rights, realms = authority(administrator)
    return Principal(Kind.ADMINISTRATOR, user.login, rights, realms, user)


def service_account(row: ServiceAccountRow) -> Principal:
    """A service account that has shown its key. A right that this version does not know counts for
    nothing."""
    known = {right.value for right in Right}
    rights = frozenset(Right(name) for name in row.rights if name in known)
    return Principal(Kind.SERVICE_ACCOUNT, row.name, rights, frozenset(row.realms))


def recognised(row: ServiceAccountRow) -> Principal:
    """A service account that was told by its network alone."""
    account = service_account(row)
    return Principal(account.kind, account.name, account.rights & BY_ADDRESS, account.realms)


def authority(row: AdministratorRow) -> tuple[frozenset[Right], frozenset[str]]:
    """Rights and realms of an administrator as stored."""
    return rights_of(row.role), frozenset(row.realms)
