"""The named rights: the closed set, each with what it allows."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from mfa_engine.errors import InvalidField


class Right(StrEnum):
    """What one may be allowed to do. The values are what service accounts are stored with."""

    USER_LIST = "user:list"
    TOKEN_LIST = "token:list"
    TOKEN_ENROL = "token:enrol"
    TOKEN_ENABLE = "token:enable"
    TOKEN_DISABLE = "token:disable"
    TOKEN_RESET = "token:reset"
    TOKEN_ASSIGN = "token:assign"
    TOKEN_UNASSIGN = "token:unassign"
    TOKEN_SET_PIN = "token:set_pin"
    TOKEN_DELETE = "token:delete"
    SESSION_END = "session:end"
    AUDIT_READ = "audit:read"
    PARTNER_READ = "partner:read"
    PARTNER_WRITE = "partner:write"
    CLIENT_READ = "client:read"
    CLIENT_WRITE = "client:write"
    SERVICE_ACCOUNT_READ = "service_account:read"
    SERVICE_ACCOUNT_WRITE = "service_account:write"
    ADMINISTRATOR_READ = "administrator:read"
    ADMINISTRATOR_WRITE = "administrator:write"
    TRIGGER_CHALLENGE = "triggerchallenge"
    DETAILED_ERRORS = "detailed_errors"
    TRUSTED_CALLER = "trusted_caller"
    RECOGNISED_BY_ADDRESS = "recognised_by_address"


HELP: dict[Right, str] = {
    Right.USER_LIST: "Find people and see their names and addresses.",
    Right.TOKEN_LIST: "See tokens, their state and counters. Nobody can see their secrets.",
    Right.TOKEN_ENROL: "Enrol tokens for people.",
    Right.TOKEN_ENABLE: "Enable tokens that were disabled.",
    Right.TOKEN_DISABLE: "Disable tokens.",
    Right.TOKEN_RESET: "Reset failure counters, which unlocks tokens.",
    Right.TOKEN_ASSIGN: "Give tokens to people.",
    Right.TOKEN_UNASSIGN: "Take tokens from their owners.",
    Right.TOKEN_SET_PIN: "Give tokens another PIN.",
    Right.TOKEN_DELETE: "Delete tokens.",
    Right.SESSION_END: "End people's sessions.",
    Right.AUDIT_READ: "Read what happened, and why sign-ins failed.",
    Right.PARTNER_READ: "See the registered SAML partners.",
    Right.PARTNER_WRITE: "Register, enable, disable and delete SAML partners.",
    Right.CLIENT_READ: "See the registered OpenID Connect clients.",
    Right.CLIENT_WRITE: "Register, enable, disable and delete OpenID Connect clients.",
    Right.SERVICE_ACCOUNT_READ: "See the service accounts and their rights.",
    Right.SERVICE_ACCOUNT_WRITE: "Create, enable, disable and delete service accounts.",
    Right.ADMINISTRATOR_READ: "See who administers.",
    Right.ADMINISTRATOR_WRITE: "Make and remove administrators, with no more rights than one's own.",
    Right.TRIGGER_CHALLENGE: "Start challenges for people without their PIN or password.",
    Right.DETAILED_ERRORS: "Be told why a validation failed, unknown people and locked tokens included.",
    Right.TRUSTED_CALLER: "Name the end user's address; the caller's own is never throttled.",
    Right.RECOGNISED_BY_ADDRESS: (
        "Be recognised at the validation by its network alone, for programs that cannot send a key. "
        "It gives nothing beyond detailed_errors and trusted_caller."
    ),
}

OF_REALMS = frozenset(
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
        Right.TRIGGER_CHALLENGE,
        Right.DETAILED_ERRORS,
        Right.TRUSTED_CALLER,
        Right.RECOGNISED_BY_ADDRESS,
    }
)
"""Rights on what belongs to a realm, or on what is said of its people. The others are on the whole
house: limited to some realms, one does not have them."""

OWN = frozenset(
    {
        Right.TOKEN_LIST,
        Right.TOKEN_ENROL,
        Right.TOKEN_DISABLE,
        Right.TOKEN_SET_PIN,
        Right.TOKEN_DELETE,
    }
)
"""What everybody may do with their own tokens. Not enabling or unlocking them: whoever disabled a
stolen one must be able to rely on it."""

BY_ADDRESS = frozenset({Right.DETAILED_ERRORS, Right.TRUSTED_CALLER})
"""The most that an account gets that is recognised by its network alone."""


def read_rights(names: Iterable[str]) -> frozenset[Right]:
    """The rights of these names. Raises InvalidField naming one that there is not."""
    known = {right.value: right for right in Right}
    rights = set()
    for name in names:
        if name not in known:
            raise InvalidField("rights", f"'{name}' is no right: choose from {', '.join(sorted(known))}")
        rights.add(known[name])
    return frozenset(rights)
