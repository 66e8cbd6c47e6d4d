"""/account/ways/<serial>/remove: asks first, then removes one's own way to sign in."""

from __future__ import annotations

from flask import Response, request

from idp.factors.aftermath import removed
from idp.login.ways import way_name
from idp.pages.account import AccountConfirmPage, remove_way
from idp.pages.done import Done
from idp.web.account.own import own_token
from idp.web.account.shell import HOME, shell
from idp.web.tokens import is_last, limit_of
from idp.web.visitor import Visitor
from mfa_engine.lifecycle.delete import delete


def ask(visitor: Visitor, serial: str) -> Response:
    """What it means; the last one that works is said to be the last."""
    token = own_token(visitor, serial)
    tokens = visitor.context.tokens()
    last = is_last(token, tokens, limit=limit_of(visitor, visitor.user), now=visitor.now)
    name = way_name(visitor.context, token) or token.serial
    confirm = remove_way(name, HOME, last=last)
    return visitor.page("account/confirm.html", AccountConfirmPage(**shell(visitor), confirm=confirm))


def remove(visitor: Visitor, serial: str) -> Response:
    """The token, the other sessions that rest on it, and a mail to its owner: in one transaction."""
    if request.form.get("confirmed") != "yes":
        return ask(visitor, serial)
    token = own_token(visitor, serial)
    services, origin = visitor.services, visitor.origin
    name = way_name(visitor.context, token)
    gone = removed(services, visitor.rules, origin, token, name=name, keep=visitor.session.id)
    delete(services.engine, origin, serial, gone)
    return visitor.go(HOME, Done.WAY_REMOVED)
