"""Tokens at the help desk: loading one for an act (ADM-02, ADM-06), the acts, and deleting after asking."""

from __future__ import annotations

from flask import Response, request

from idp.factors.aftermath import holder_of, removed, stopped
from idp.pages.admin import AdminArea, AdminConfirmPage, TokenAct
from idp.pages.confirmations import delete_token
from idp.pages.done import Done
from idp.rights import denial
from idp.rights.administrators import leave_alone
from idp.rights.catalogue import Right
from idp.rights.denial import Denied, OutOfReach
from idp.web.admin.people import address_of
from idp.web.admin.shell import FIND, shell
from idp.web.tokens import is_last, limit_of
from idp.web.visitor import Visitor
from mfa_engine.identity.user import UserKey
from mfa_engine.lifecycle.change import disable, enable, reset
from mfa_engine.lifecycle.delete import delete
from mfa_engine.lifecycle.find import token_of_serial, tokens_of_person
from mfa_engine.lifecycle.whom import owner, owner_key
from mfa_engine.storage.token import TokenRow, TokenState

OWN = "/account/"
"""Where an administrator's own tokens are changed."""

RIGHTS = {
    TokenAct.ENABLE: Right.TOKEN_ENABLE,
    TokenAct.DISABLE: Right.TOKEN_DISABLE,
    TokenAct.RESET: Right.TOKEN_RESET,
    TokenAct.DELETE: Right.TOKEN_DELETE,
}


def token_for(visitor: Visitor, serial: str, act: TokenAct) -> TokenRow:
    """The token, if this visitor may do that to it.

    Raises NotFound, OutOfReach in a realm that they do not look after, and Denied without the right
    or for the token of somebody who may administer more.
    """
    token, principal, right = token_of_serial(visitor.services.engine, serial), visitor.principal, RIGHTS[act]
    if not principal.may(Right.TOKEN_LIST, token.realm):
        raise OutOfReach("token", serial, right, owner(token), serial)
    if not principal.may(right, token.realm):
        raise denial.missing(right, subject=owner(token), serial=serial)
    leave_alone(visitor.services.engine, principal, right, owner_key(token), serial)
    return token


def acts_on(visitor: Visitor, token: TokenRow, *, may_touch: bool) -> frozenset[TokenAct]:
    """What this visitor may do to it and would change something."""
    would = {TokenAct.DELETE: True, TokenAct.RESET: token.failures > 0}
    if token.state is not TokenState.REVOKED:
        would |= {TokenAct.ENABLE: not token.enabled, TokenAct.DISABLE: token.enabled}
    may = visitor.principal.may
    return frozenset(act for act in would if may_touch and would[act] and may(RIGHTS[act], token.realm))


def may_touch(visitor: Visitor, owner: UserKey) -> bool:
    """Whether a person's factors are this visitor's to change here: neither somebody's who may administer
    more (ADM-06), nor their own, which the account pages change behind a fresher sign-in (SELF-01)."""
    if visitor.principal.is_owner(owner):
        return False
    try:
        leave_alone(visitor.services.engine, visitor.principal, Right.TOKEN_LIST, owner)
    except Denied:
        return False
    return True


def act_on(visitor: Visitor, token: TokenRow, act: TokenAct) -> Done:
    """Do it. What stops a token ends the sessions that rest on it, in the same transaction (SESS-05)."""
    services, origin = visitor.services, visitor.origin
    match act:
        case TokenAct.ENABLE:
            enable(services.engine, origin, token.serial)
            return Done.TOKEN_ENABLED
        case TokenAct.RESET:
            reset(services.engine, origin, token.serial)
            return Done.TOKEN_RESET
        case TokenAct.DISABLE:
            disable(services.engine, origin, token.serial, stopped(services, origin))
            return Done.TOKEN_DISABLED
        case TokenAct.DELETE:
            gone = removed(services, visitor.rules, origin, token)
            delete(services.engine, origin, token.serial, gone)
            return Done.TOKEN_DELETED


def ask_delete(visitor: Visitor, serial: str) -> Response:
    """/admin/tokens/<serial>/delete: what it means for its owner."""
    token = token_for(visitor, serial, TokenAct.DELETE)
    if visitor.principal.is_owner(owner_key(token)):
        return visitor.go(OWN)
    holder = holder_of(visitor.rules, token)
    if holder is None:
        confirm = delete_token(serial, "", FIND, last=False)
    else:
        others = tokens_of_person(visitor.services.engine, holder.key)
        last = is_last(token, others, limit=limit_of(visitor, holder), now=visitor.now)
        confirm = delete_token(serial, holder.display_name, address_of(holder), last=last)
    page = AdminConfirmPage(**shell(visitor), here=AdminArea.PEOPLE, confirm=confirm)
    return visitor.page("admin/confirm.html", page)


def confirm_delete(visitor: Visitor, serial: str) -> Response:
    """Delete it, once that was confirmed."""
    token = token_for(visitor, serial, TokenAct.DELETE)
    if visitor.principal.is_owner(owner_key(token)):
        return visitor.go(OWN)
    if request.form.get("confirmed") != "yes":
        return ask_delete(visitor, serial)
    holder = holder_of(visitor.rules, token)
    return visitor.go(address_of(holder) if holder else FIND, act_on(visitor, token, TokenAct.DELETE))
