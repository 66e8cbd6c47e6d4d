"""/admin/find: one box, for part of a name or the serial of a token. The only hit opens itself."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request

from idp.pages.admin import FindPage, PersonRow
from idp.rights.catalogue import Right
from idp.web.admin.people import address_of
from idp.web.admin.shell import shell
from idp.web.visitor import Visitor
from mfa_engine.errors import InvalidField
from mfa_engine.identity.find_user import find_by_key, search_users
from mfa_engine.identity.resolvers.base import ResolverUnavailable
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.whom import owner_key
from mfa_engine.storage.token import token_by_serial

MOST = 25


@dataclass(frozen=True, slots=True)
class _Found:
    """The hits, and the directories that did not answer."""

    people: tuple[User, ...]
    silent: tuple[str, ...]


def show(visitor: Visitor) -> Response:
    """The hits, or the person themselves."""
    query = request.args.get("q", "").strip()
    found = _search(visitor, query) if query else _Found((), ())
    if len(found.people) == 1 and not found.silent:
        return visitor.go(address_of(found.people[0]))
    page = FindPage(
        **shell(visitor),
        query=query,
        people=tuple(map(_row, found.people[:MOST])),
        more=len(found.people) > MOST,
        silent=found.silent,
    )
    return visitor.page("admin/find.html", page)


def _search(visitor: Visitor, query: str) -> _Found:
    holder = _holder_of_serial(visitor, query)
    return _Found((holder,), ()) if holder else _by_name(visitor, query)


def _holder_of_serial(visitor: Visitor, query: str) -> User | None:
    """Whose token has this serial, if both are this visitor's to see."""
    token = visitor.services.engine.look(lambda view: token_by_serial(view.connection, query))
    key, may = owner_key(token) if token else None, visitor.principal.may
    if token is None or key is None or token.realm is None:
        return None
    if not (may(Right.TOKEN_LIST, token.realm) and may(Right.USER_LIST, token.realm)):
        return None
    try:
        return find_by_key(visitor.rules.realms, visitor.rules.resolvers, key, token.realm)
    except ResolverUnavailable:
        return None


def _by_name(visitor: Visitor, query: str) -> _Found:
    """In every realm that this visitor looks after; one that is silent does not hide the others."""
    rules, people, silent = visitor.rules, list[User](), list[str]()
    for realm in rules.realms.by_name:
        if not visitor.principal.may(Right.USER_LIST, realm):
            continue
        try:
            people += search_users(rules.realms, rules.resolvers, realm, query, MOST + 1)
        except InvalidField:  # no name that anybody could have
            break
        except ResolverUnavailable as away:
            silent.append(away.resolver)
    return _Found(tuple(people), tuple(dict.fromkeys(silent)))


def _row(user: User) -> PersonRow:
    name = "" if user.display_name == user.login else user.display_name
    return PersonRow(name, user.login, user.realm, user.email, user.enabled, address_of(user))
