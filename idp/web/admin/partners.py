"""/admin/partners: the SAML service providers."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request

from idp.applications import service_providers
from idp.applications.service_providers import URI_NAMES, ProviderSettings, release_of
from idp.pages import Problem, problems
from idp.pages.admin import (
    AddPartnerPage,
    AdminArea,
    AdminConfirmPage,
    Option,
    PartnersPage,
    Registered,
)
from idp.pages.confirmations import delete_partner
from idp.pages.done import Done
from idp.rights.catalogue import Right
from idp.web.account.own import typed_name
from idp.web.admin.registered import MOST, acts_on, problem_at, switch
from idp.web.admin.shell import shell
from idp.web.visitor import Visitor
from mfa_engine.errors import Conflict, InvalidField

LIST, ADD, DELETE = "/admin/partners", "/admin/partners/add", "/admin/partners/delete"


def show(visitor: Visitor) -> Response:
    """All of them, by entityID."""
    found = service_providers.list_all(visitor.services.engine, after="", limit=MOST)
    add_url = ADD if visitor.principal.may(Right.PARTNER_WRITE) else ""
    page = PartnersPage(**shell(visitor), rows=tuple(_row(visitor, one) for one in found), add_url=add_url)
    return visitor.page("admin/partners.html", page)


def act(visitor: Visitor) -> Response:
    """Enable or disable one."""
    entity_id, enabled, what = switch()
    services = visitor.services
    service_providers.set_enabled(
        services.engine, services.registry, visitor.origin, entity_id, enabled=enabled
    )
    return visitor.go(LIST, what)


def ask(visitor: Visitor) -> Response:
    """The form."""
    return _form(visitor, None)


def add(visitor: Visitor) -> Response:
    """Register one by its metadata, as a file or as text."""
    services, name = visitor.services, typed_name(request.form.get("name", ""))
    try:
        settings = ProviderSettings(release_of(request.form.getlist("release")), name)
        service_providers.register(
            services.engine,
            services.registry,
            visitor.origin,
            _document(),
            settings,
            loopback_http=services.settings.plain_http,
        )
    except InvalidField as error:
        return _form(visitor, problem_at(error, {"metadata": "metadata"}))
    except Conflict as error:
        return _form(visitor, problems.unusable("metadata", str(error)))
    return visitor.go(LIST, Done.PARTNER_ADDED)


def ask_delete(visitor: Visitor) -> Response:
    """What it means."""
    found = _named(visitor, request.args.get("id", ""))
    confirm = delete_partner(found.provider.entity_id, found.name, LIST)
    page = AdminConfirmPage(**shell(visitor), here=AdminArea.PARTNERS, confirm=confirm)
    return visitor.page("admin/confirm.html", page)


def delete(visitor: Visitor) -> Response:
    """Forget it, once that was confirmed."""
    if request.form.get("confirmed") != "yes":
        return ask_delete(visitor)
    services = visitor.services
    service_providers.delete(services.engine, services.registry, visitor.origin, request.form.get("id", ""))
    return visitor.go(LIST, Done.DELETED)


def _named(visitor: Visitor, entity_id: str) -> service_providers.Registered:
    services = visitor.services
    return service_providers.get(services.registry, entity_id, loopback_http=services.settings.plain_http)


def _row(visitor: Visitor, found: service_providers.Registered) -> Registered:
    entity_id = found.provider.entity_id
    released = ", ".join(rule.friendly_name or rule.name for rule in found.settings.release)
    return Registered(
        id=entity_id,
        name=found.name,
        enabled=found.enabled,
        facts=(released,) if released else (),
        acts=acts_on(visitor, Right.PARTNER_WRITE, enabled=found.enabled),
        delete_url=f"{DELETE}?id={quote(entity_id, safe='')}",
    )


def _document() -> bytes:
    """The file, where one was chosen, else the text. Raises InvalidField."""
    file = request.files.get("file")
    document = file.read() if file is not None else b""
    document = document or request.form.get("metadata", "").strip().encode()
    if not document:
        raise InvalidField("metadata", "choose a file, or put the document in here")
    return document


def _form(visitor: Visitor, problem: Problem | None) -> Response:
    chosen = request.form.getlist("release")
    attributes = tuple(
        Option(name, friendly, chosen=name in chosen) for name, (_, friendly) in URI_NAMES.items()
    )
    page = AddPartnerPage(
        **shell(visitor),
        name=typed_name(request.form.get("name", "")),
        metadata=request.form.get("metadata", ""),
        attributes=attributes,
        own_metadata_url=f"{visitor.services.settings.base_url}/saml/metadata",
        list_url=LIST,
        problem=problem,
    )
    return visitor.page("admin/partner_add.html", page, problem)
