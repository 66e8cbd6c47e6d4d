"""The admin pages: every path, the right without which it is not there, the one that a change needs, and
how fresh a sign-in. On people and tokens the views ask the right of what they loaded."""

from __future__ import annotations

from idp.rights.catalogue import Right
from idp.web.admin import clients, dashboard, enrol, find, first, partners, person, service_accounts, tokens
from idp.web.route import ADMIN, FIRST_ADMIN, Fresh, Route, View

PERSON = "/admin/users/<handle>"
KIND = f"{PERSON}/enrol/<kind>"


def _people(
    path: str,
    show: View,
    submit: View | None = None,
    fresh: Fresh = Fresh.ALWAYS,
    sees: Right = Right.USER_LIST,
) -> Route:
    return Route(ADMIN, path, show, submit, fresh, sees)


def _house(
    path: str, show: View, submit: View, rights: tuple[Right, Right], fresh: Fresh = Fresh.ALWAYS
) -> Route:
    sees, changes = rights
    return Route(ADMIN, path, show, submit, fresh, sees, changes)


_PARTNERS = (Right.PARTNER_READ, Right.PARTNER_WRITE)
_CLIENTS = (Right.CLIENT_READ, Right.CLIENT_WRITE)
_ACCOUNTS = (Right.SERVICE_ACCOUNT_READ, Right.SERVICE_ACCOUNT_WRITE)

ADMIN_ROUTES = (
    Route(ADMIN, "/admin/", dashboard.show),
    Route(FIRST_ADMIN, first.HERE, first.show, first.take, Fresh.ALWAYS),
    _people("/admin/find", find.show, fresh=Fresh.NEVER),
    _people(PERSON, person.show, person.act, Fresh.TO_CHANGE),
    _people(f"{PERSON}/enrol", enrol.choose),
    _people(KIND, enrol.ask_details, enrol.make),
    _people(f"{KIND}/<ticket>", enrol.hand_over, enrol.finish),
    _people("/admin/tokens/<serial>/delete", tokens.ask_delete, tokens.confirm_delete, sees=Right.TOKEN_LIST),
    _house(partners.LIST, partners.show, partners.act, _PARTNERS, Fresh.TO_CHANGE),
    _house(partners.ADD, partners.ask, partners.add, _PARTNERS),
    _house(partners.DELETE, partners.ask_delete, partners.delete, _PARTNERS),
    _house(clients.LIST, clients.show, clients.act, _CLIENTS, Fresh.TO_CHANGE),
    _house(clients.ADD, clients.ask, clients.add, _CLIENTS),
    _house(clients.DELETE, clients.ask_delete, clients.delete, _CLIENTS),
    _house(service_accounts.LIST, service_accounts.show, service_accounts.act, _ACCOUNTS, Fresh.TO_CHANGE),
    _house(service_accounts.ADD, service_accounts.ask, service_accounts.add, _ACCOUNTS),
    _house(service_accounts.DELETE, service_accounts.ask_delete, service_accounts.delete, _ACCOUNTS),
)
