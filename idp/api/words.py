"""Rights and token types in the words that clients of the format know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from idp.rights.catalogue import Right
from idp.rights.principal import Principal
from mfa_engine.tokentypes.base import AnswersChallenge, ClientMode, TokenType

_WORDS = {
    Right.TOKEN_LIST: "tokenlist",
    Right.TOKEN_ENABLE: "enable",
    Right.TOKEN_DISABLE: "disable",
    Right.TOKEN_RESET: "reset",
    Right.TOKEN_ASSIGN: "assign",
    Right.TOKEN_UNASSIGN: "unassign",
    Right.TOKEN_SET_PIN: "setpin",
    Right.TOKEN_DELETE: "delete",
    Right.USER_LIST: "userlist",
    Right.AUDIT_READ: "auditlog",
    Right.TRIGGER_CHALLENGE: "triggerchallenge",
}


def wire_rights(principal: Principal, types: Iterable[str]) -> tuple[str, ...]:
    """What the principal may do. Rights that the format has no word for are left out."""
    words = [word for right, word in _WORDS.items() if principal.holds(right)]
    if principal.holds(Right.TOKEN_ENROL):
        words += [f"enroll{name.upper()}" for name in types]
    return tuple(sorted(words))


def menus(principal: Principal) -> list[str]:
    """The parts of an administration that there is something in for the principal."""
    parts = {"tokens": Right.TOKEN_LIST, "users": Right.USER_LIST, "audit": Right.AUDIT_READ}
    return [name for name, right in parts.items() if principal.holds(right)]


def type_labels(types: Mapping[str, TokenType]) -> dict[str, str]:
    """The token types by name, each with a label for people."""
    return {name: f"{name.upper()}: {_what(kind)}" for name, kind in types.items()}


def _what(kind: TokenType) -> str:
    """What the holder does with one."""
    if isinstance(kind, AnswersChallenge):
        return "security key" if kind.mode is ClientMode.WEBAUTHN else "code that is sent"
    return "code by time" if kind.worth.time_synchronous else "code by counter"
