"""A person as the admin pages name one, and loading them for whoever may see them (ADM-02)."""

from __future__ import annotations

import base64
import binascii

from idp.rights.catalogue import Right
from idp.rights.denial import OutOfReach
from idp.web.visitor import Visitor
from mfa_engine.audit import Subject
from mfa_engine.errors import NotFound
from mfa_engine.identity.find_user import find_by_key
from mfa_engine.identity.user import User, UserKey


def address_of(user: User) -> str:
    """Their page. The handle in it is realm and key, in one piece whatever a directory's ids look like."""
    named = "\0".join((user.realm, user.key.resolver, user.key.uid))
    handle = base64.urlsafe_b64encode(named.encode()).decode().rstrip("=")
    return f"/admin/users/{handle}"


def person_of(visitor: Visitor, handle: str) -> User:
    """The person as their directory has them now.

    Raises NotFound, OutOfReach for people of a realm that this visitor does not look after, and
    Unavailable when the directory does not answer.
    """
    realm, key = _read(handle)
    if not visitor.principal.may(Right.USER_LIST, realm):
        subject = Subject("", realm, key.resolver, key.uid)
        raise OutOfReach("person", key.uid, Right.USER_LIST, subject)
    user = find_by_key(visitor.rules.realms, visitor.rules.resolvers, key, realm)
    if user is None:
        raise NotFound("person", key.uid)
    return user


def _read(handle: str) -> tuple[str, UserKey]:
    try:
        padded = handle + "=" * (-len(handle) % 4)
        named = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode()
        realm, resolver, uid = named.split("\0")
    except (UnicodeError, binascii.Error, ValueError):
        raise NotFound("person", handle) from None
    return realm, UserKey(resolver, uid)
