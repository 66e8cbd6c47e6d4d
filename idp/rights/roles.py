"""The roles that people are given, as sets of rights."""

from __future__ import annotations

from enum import StrEnum

from idp.rights.catalogue import Right


class Role(StrEnum):
    """What an administrator is. Each may be limited to realms."""

    ADMINISTRATOR = "administrator"
    HELP_DESK = "helpdesk"
    READ_ONLY = "readonly"


_HELP_DESK = frozenset(
    {
        Right.USER_LIST,
        Right.TOKEN_LIST,
        Right.TOKEN_ENROL,
        Right.TOKEN_ENABLE,
        Right.TOKEN_DISABLE,
        Right.TOKEN_RESET,
        Right.TOKEN_ASSIGN,
        Right.TOKEN_UNASSIGN,
        Right.TOKEN_SET_PIN,
        Right.TOKEN_DELETE,
        Right.SESSION_END,
        Right.AUDIT_READ,
    }
)
_READ_ONLY = frozenset(
    {
        Right.USER_LIST,
        Right.TOKEN_LIST,
        Right.AUDIT_READ,
        Right.PARTNER_READ,
        Right.CLIENT_READ,
        Right.SERVICE_ACCOUNT_READ,
        Right.ADMINISTRATOR_READ,
    }
)
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.HELP_DESK: _HELP_DESK,
    Role.READ_ONLY: _READ_ONLY,
}


def rights_of(role: str) -> frozenset[Right]:
    """The rights of a role as stored; of one that this version does not know: none."""
    return RIGHTS[Role(role)] if role in set(Role) else frozenset()
