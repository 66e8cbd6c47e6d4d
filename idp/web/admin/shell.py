"""What every admin page shows around its content."""

from __future__ import annotations

from typing import TypedDict

from idp.pages import Notice
from idp.pages.admin import AdminArea
from idp.rights.catalogue import Right
from idp.rights.principal import Principal
from idp.web.visitor import Visitor

HOME = "/admin/"
FIND = "/admin/find"

_SEEN_WITH = {
    AdminArea.PEOPLE: Right.USER_LIST,
    AdminArea.PARTNERS: Right.PARTNER_READ,
    AdminArea.CLIENTS: Right.CLIENT_READ,
    AdminArea.SERVICE_ACCOUNTS: Right.SERVICE_ACCOUNT_READ,
}


class Shell(TypedDict):
    """The fields of AdminPage."""

    admin: str
    areas: frozenset[AdminArea]
    idle_seconds: int
    notice: Notice | None


def shell(visitor: Visitor) -> Shell:
    """For this visitor."""
    return Shell(
        admin=visitor.user.display_name,
        areas=areas_of(visitor.principal),
        idle_seconds=visitor.idle_seconds,
        notice=visitor.notice,
    )


def areas_of(principal: Principal) -> frozenset[AdminArea]:
    """What the menu leads to: only what is there for this one."""
    seen = (area for area, right in _SEEN_WITH.items() if principal.holds(right))
    return frozenset({AdminArea.DASHBOARD, *seen})
