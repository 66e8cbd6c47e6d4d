"""/admin/service-accounts: the programs that call the wire API."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request

from idp.pages import Problem, problems
from idp.pages.admin import (
    AddServiceAccountPage,
    AdminArea,
    AdminConfirmPage,
    Option,
    Registered,
    ServiceAccountAddedPage,
    ServiceAccountsPage,
)
from idp.pages.confirmations import delete_service_account
from idp.pages.done import Done
from idp.rights.catalogue import HELP, Right
from idp.rights.service_accounts import (
    Wanted,
    all_service_accounts,
    create_service_account,
    disable_service_account,
    enable_service_account,
    remove_service_account,
)
from idp.storage.principal import ServiceAccountRow, read_service_account
from idp.web.admin.registered import acts_on, lines, problem_at, switch
from idp.web.admin.shell import shell
from idp.web.visitor import Visitor
from mfa_engine.errors import Conflict, InvalidField, NotFound

LIST = "/admin/service-accounts"
ADD, DELETE = f"{LIST}/add", f"{LIST}/delete"

_PLACES = {name: name for name in ("name", "networks")}


def show(visitor: Visitor) -> Response:
    """All of them, by name."""
    found = all_service_accounts(visitor.services.engine, visitor.principal)
    add_url = ADD if visitor.principal.may(Right.SERVICE_ACCOUNT_WRITE) else ""
    rows = tuple(_row(visitor, row) for row in found)
    page = ServiceAccountsPage(**shell(visitor), rows=rows, add_url=add_url)
    return visitor.page("admin/service_accounts.html", page)


def act(visitor: Visitor) -> Response:
    """Enable or disable one."""
    name, enabled, what = switch()
    change = enable_service_account if enabled else disable_service_account
    change(visitor.services.engine, visitor.principal, visitor.origin, name)
    return visitor.go(LIST, what)


def ask(visitor: Visitor) -> Response:
    """The form."""
    return _form(visitor, None)


def add(visitor: Visitor) -> Response:
    """Create one. Its key is in the answer to the form itself, and in no other."""
    networks = tuple(lines("networks"))
    wanted = Wanted(request.form.get("name", "").strip(), tuple(request.form.getlist("right")), (), networks)
    try:
        if not networks:
            raise InvalidField("networks", "give the addresses that it calls from")
        created = create_service_account(
            visitor.services.engine, visitor.rules, visitor.principal, visitor.origin, wanted
        )
    except InvalidField as error:
        return _form(visitor, problem_at(error, _PLACES))
    except Conflict as error:
        return _form(visitor, problems.unusable("name", str(error)))
    page = ServiceAccountAddedPage(**shell(visitor), name=created.name, key=created.key, list_url=LIST)
    return visitor.page("admin/service_account_added.html", page)


def ask_delete(visitor: Visitor) -> Response:
    """What it means. Raises NotFound."""
    name = request.args.get("id", "")
    if visitor.services.engine.look(lambda view: read_service_account(view.connection, name)) is None:
        raise NotFound("service account", name)
    confirm = delete_service_account(name, LIST)
    page = AdminConfirmPage(**shell(visitor), here=AdminArea.SERVICE_ACCOUNTS, confirm=confirm)
    return visitor.page("admin/confirm.html", page)


def delete(visitor: Visitor) -> Response:
    """Forget it, once that was confirmed."""
    if request.form.get("confirmed") != "yes":
        return ask_delete(visitor)
    name = request.form.get("id", "")
    remove_service_account(visitor.services.engine, visitor.principal, visitor.origin, name)
    return visitor.go(LIST, Done.DELETED)


def _row(visitor: Visitor, row: ServiceAccountRow) -> Registered:
    return Registered(
        id=row.name,
        name=row.name,
        enabled=row.enabled,
        facts=tuple(filter(None, (", ".join(row.rights), ", ".join(row.realms), ", ".join(row.networks)))),
        acts=acts_on(visitor, Right.SERVICE_ACCOUNT_WRITE, enabled=row.enabled),
        delete_url=f"{DELETE}?id={quote(row.name, safe='')}",
    )


def _form(visitor: Visitor, problem: Problem | None) -> Response:
    """Only rights that the visitor holds can be given away."""
    chosen = request.form.getlist("right")
    rights = tuple(
        Option(right.value, HELP[right], chosen=right.value in chosen)
        for right in Right
        if visitor.principal.may(right)
    )
    page = AddServiceAccountPage(
        **shell(visitor),
        name=request.form.get("name", "").strip(),
        rights=rights,
        networks=request.form.get("networks", ""),
        list_url=LIST,
        problem=problem,
    )
    return visitor.page("admin/service_account_add.html", page, problem)
