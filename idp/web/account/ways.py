"""/account/: a person's ways to sign in, safest first, and giving one another name."""

from __future__ import annotations

from flask import Response, request

from idp.login.ways import way_name
from idp.pages import Problem
from idp.pages.account import OwnWay, RenameWayPage, WaysPage
from idp.pages.done import Done
from idp.pages.login import WayKind
from idp.web.account.own import kind_of, name_problem, own_token, typed_name
from idp.web.account.shell import ADD, HOME, shell
from idp.web.tokens import limit_of, shown, state_of
from idp.web.visitor import Visitor
from mfa_engine.errors import NotFound
from mfa_engine.lifecycle.change import describe
from mfa_engine.storage.token import TokenRow


def show(visitor: Visitor) -> Response:
    """The list."""
    tokens = shown(visitor, visitor.context.tokens())
    limit = limit_of(visitor, visitor.user)
    ways = tuple(_way(visitor, token, limit) for token in tokens)
    return visitor.page("account/ways.html", WaysPage(**shell(visitor), ways=ways, add_url=ADD))


def _way(visitor: Visitor, token: TokenRow, limit: int) -> OwnWay:
    kind = kind_of(visitor, token)
    here = f"{HOME}ways/{token.serial}"
    return OwnWay(
        kind=kind,
        name=way_name(visitor.context, token),
        state=state_of(token, limit=limit, now=visitor.now),
        added_at=token.created_at,
        used_at=token.last_success_at,
        rename_url="" if kind is WayKind.MAIL_CODE else f"{here}/rename",
        remove_url=f"{here}/remove",
    )


def ask_name(visitor: Visitor, serial: str) -> Response:
    """The form for another name."""
    token = own_token(visitor, serial)
    return _rename_page(visitor, token, token.description, None)


def rename(visitor: Visitor, serial: str) -> Response:
    """Another name."""
    token = own_token(visitor, serial)
    name = typed_name(request.form.get("name", ""))
    others = (other for other in visitor.context.tokens() if other.id != token.id)
    problem = name_problem(name, others)
    if problem is not None:
        return _rename_page(visitor, token, name, problem)
    describe(visitor.services.engine, visitor.origin, token.serial, name)
    return visitor.go(HOME, Done.WAY_RENAMED)


def _rename_page(visitor: Visitor, token: TokenRow, name: str, problem: Problem | None) -> Response:
    kind = kind_of(visitor, token)
    if kind is WayKind.MAIL_CODE:  # its name is the address
        raise NotFound("token", token.serial)
    page = RenameWayPage(**shell(visitor), kind=kind, name=name, keep_url=HOME, problem=problem)
    return visitor.page("account/rename.html", page, problem)
