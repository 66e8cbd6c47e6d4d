"""/admin/clients: the OpenID Connect clients."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request

from idp.applications import clients
from idp.pages import Problem, problems
from idp.pages.admin import (
    AddClientPage,
    AdminArea,
    AdminConfirmPage,
    ClientAddedPage,
    ClientsPage,
    Option,
    Registered,
)
from idp.pages.confirmations import delete_client
from idp.pages.done import Done
from idp.rights.catalogue import Right
from idp.web.account.own import typed_name
from idp.web.admin.registered import MOST, acts_on, lines, problem_at, switch
from idp.web.admin.shell import shell
from idp.web.visitor import Visitor
from metadata.oidc.client import DEFAULT_SCOPE
from metadata.oidc.relying_party import ApplicationType, ClientAuthMethod
from mfa_engine.errors import InvalidField, NotFound

LIST, ADD, DELETE = "/admin/clients", "/admin/clients/add", "/admin/clients/delete"

_OPENID = "openid"  # without it there is no sign-in to ask for
_PLACES = {"client_name": "name"} | {name: name for name in ("redirect_uris", "post_logout_redirect_uris")}


def show(visitor: Visitor) -> Response:
    """All of them, by client id."""
    found = clients.list_all(visitor.services.engine, after="", limit=MOST)
    add_url = ADD if visitor.principal.may(Right.CLIENT_WRITE) else ""
    page = ClientsPage(**shell(visitor), rows=tuple(_row(visitor, one) for one in found), add_url=add_url)
    return visitor.page("admin/clients.html", page)


def act(visitor: Visitor) -> Response:
    """Enable or disable one."""
    client_id, enabled, what = switch()
    services = visitor.services
    clients.set_enabled(services.engine, services.registry, visitor.origin, client_id, enabled=enabled)
    return visitor.go(LIST, what)


def ask(visitor: Visitor) -> Response:
    """The form."""
    return _form(visitor, DEFAULT_SCOPE, None)


def add(visitor: Visitor) -> Response:
    """Register one. Its secret is in the answer to the form itself, and in no other."""
    services, name = visitor.services, typed_name(request.form.get("name", ""))
    if not name:
        return _form(visitor, request.form.getlist("scope"), problems.no_name())
    try:
        handed = clients.register(
            services.engine, services.registry, visitor.origin, services.registration_rules, _document(name)
        )
    except InvalidField as error:
        return _form(visitor, request.form.getlist("scope"), problem_at(error, _PLACES))
    page = ClientAddedPage(
        **shell(visitor),
        name=handed.client.client_name,
        client_id=handed.client.client_id,
        secret=handed.secret,
        issuer=services.settings.base_url,
        list_url=LIST,
    )
    return visitor.page("admin/client_added.html", page)


def ask_delete(visitor: Visitor) -> Response:
    """What it means. Raises NotFound."""
    client_id = request.args.get("id", "")
    found = clients.find(visitor.services.registry, client_id)
    if found is None:
        raise NotFound("client", client_id)
    confirm = delete_client(client_id, found.client.client_name, LIST)
    page = AdminConfirmPage(**shell(visitor), here=AdminArea.CLIENTS, confirm=confirm)
    return visitor.page("admin/confirm.html", page)


def delete(visitor: Visitor) -> Response:
    """Forget it, once that was confirmed."""
    if request.form.get("confirmed") != "yes":
        return ask_delete(visitor)
    services = visitor.services
    clients.delete(services.engine, services.registry, visitor.origin, request.form.get("id", ""))
    return visitor.go(LIST, Done.DELETED)


def _row(visitor: Visitor, found: clients.Registered) -> Registered:
    client = found.client
    return Registered(
        id=client.client_id,
        name=client.client_name,
        enabled=client.enabled,
        facts=(" ".join(client.redirect_uris), " ".join(client.scope)),
        acts=acts_on(visitor, Right.CLIENT_WRITE, enabled=client.enabled),
        delete_url=f"{DELETE}?id={quote(client.client_id, safe='')}",
    )


def _document(name: str) -> dict[str, object]:
    """The form as client metadata (RFC 7591, section 2). A public client with an address that is not on
    the web is an application on a device."""
    redirect_uris, public = lines("redirect_uris"), _is_public()
    native = public and not all(uri.startswith("https:") for uri in redirect_uris)
    method = ClientAuthMethod.NONE if public else ClientAuthMethod.CLIENT_SECRET_BASIC
    return {
        "client_name": name,
        "redirect_uris": redirect_uris,
        "post_logout_redirect_uris": lines("post_logout_redirect_uris"),
        "application_type": (ApplicationType.NATIVE if native else ApplicationType.WEB).value,
        "token_endpoint_auth_method": method.value,
        "scope": " ".join((_OPENID, *request.form.getlist("scope"))),
    }


def _is_public() -> bool:
    return request.form.get("kind") == "public"


def _form(visitor: Visitor, chosen: tuple[str, ...] | list[str], problem: Problem | None) -> Response:
    offered = visitor.services.capabilities.scopes_supported
    page = AddClientPage(
        **shell(visitor),
        name=typed_name(request.form.get("name", "")),
        redirect_uris=request.form.get("redirect_uris", ""),
        post_logout_redirect_uris=request.form.get("post_logout_redirect_uris", ""),
        public=_is_public(),
        scopes=tuple(Option(scope, chosen=scope in chosen) for scope in offered if scope != _OPENID),
        list_url=LIST,
        problem=problem,
    )
    return visitor.page("admin/client_add.html", page, problem)
