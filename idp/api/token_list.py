"""Listing tokens: what may be asked for, and a token as the list shows it."""

from __future__ import annotations

from typing import Any

from idp.api.access import Caller
from idp.api.reach import narrowed
from idp.api.read import Parameters
from idp.rights.catalogue import Right
from idp.rights.denial import Denied
from idp.services import Services
from mfa_engine.algorithms.oath import HOTP_RESYNC_WINDOW, LOOK_AHEAD
from mfa_engine.configuration.rules import Rules, subject_of
from mfa_engine.errors import InvalidField, Unavailable
from mfa_engine.identity.find_user import find_user, recheck
from mfa_engine.identity.realms import canonical_login
from mfa_engine.identity.resolvers.base import AmbiguousLogin
from mfa_engine.identity.user import User, UserKey
from mfa_engine.lifecycle.find import Filter, search
from mfa_engine.lifecycle.whom import owner_key
from mfa_engine.policy.decisions.limits import failure_limit
from mfa_engine.storage.token import TokenRow, TokenState
from mfa_engine.storage.token_search import TokenPage
from mfa_engine.tokentypes.base import ProvesByRegistration, Token, VerifiesCode

FILTERS = frozenset(
    {
        "serial",
        "type",
        "description",
        "tokenrealm",
        "user",
        "userid",
        "realm",
        "resolver",
        "assigned",
        "active",
        "sortby",
        "sortdir",
        "page",
        "pagesize",
    }
)
_SORTS = {
    "serial": "serial",
    "tokentype": "kind",
    "type": "kind",
    "description": "description",
    "failcount": "failures",
}
_DIRECTIONS = {"": False, "asc": False, "desc": True}
_PAGE_SIZE = 15
_ANYTHING = "*"


def list_page(services: Services, who: Caller, given: Parameters) -> dict[str, Any]:
    """One page of the tokens that the caller may see, counted among those alone (ADM-13).

    Raises InvalidField, and Denied for somebody else's when one may see one's own only.
    """
    number, size = given.whole("page", 1), given.whole("pagesize", _PAGE_SIZE)
    sort, direction = given.text("sortby") or "serial", given.text("sortdir").lower()
    if sort not in _SORTS:
        raise InvalidField("sortby", f"choose one of {', '.join(sorted(_SORTS))}")
    if direction not in _DIRECTIONS:
        raise InvalidField("sortdir", "give asc or desc")
    wanted = _filter(who, given)
    found = TokenPage((), 0)
    if wanted is not None:
        found = search(
            services.engine,
            wanted,
            page=number,
            size=size,
            sort=_SORTS[sort],
            descending=_DIRECTIONS[direction],
        )
    return {
        "count": found.count,
        "prev": number - 1 if number > 1 else None,
        "next": number + 1 if number * size < found.count else None,
        "tokens": [_shown(services, who.rules, row) for row in found.tokens],
    }


def _filter(who: Caller, given: Parameters) -> Filter | None:
    """What to look for; None: there can be nothing."""
    owner = _owner(who, given)
    realms = _realms(who, given)
    if realms is not None and not realms:
        return None
    login = given.text("user")
    if login and login != _ANYTHING and owner is None:
        return None
    return Filter(
        serial=given.text("serial"),
        kind=given.text("type").lower(),
        owner=owner,
        assigned=True if login == _ANYTHING else given.choice("assigned"),
        enabled=given.choice("active"),
        description=given.text("description"),
        realms=realms,
    )


def _owner(who: Caller, given: Parameters) -> UserKey | None:
    named = _named(who.rules, given)
    principal = who.principal
    if principal.user is None or not principal.has_own_only(Right.TOKEN_LIST):
        return named
    if ("user" in given or "userid" in given) and named != principal.user.key:
        raise Denied("You may see your own tokens only.", Right.TOKEN_LIST, "not_own")
    return principal.user.key


def _named(rules: Rules, given: Parameters) -> UserKey | None:
    if "userid" in given:
        return UserKey(given.required("resolver"), given.text("userid"))
    login, realm, resolver = given.text("user"), given.text("realm"), given.text("resolver")
    if not login or login == _ANYTHING:
        return None
    narrow = narrowed(rules, resolver)
    try:
        user = find_user(narrow.realms, narrow.resolvers, login, realm)
    except AmbiguousLogin:
        return None
    return user.key if user else None


def _realms(who: Caller, given: Parameters) -> frozenset[str] | None:
    """Those asked for, within the caller's; None: all, and tokens of none."""
    own = who.principal.realms or None
    named = given.text("tokenrealm") or ("" if "user" in given else given.text("realm"))
    if not named or named == _ANYTHING:
        return own
    asked = frozenset({canonical_login(named, field="realm")})
    return asked if own is None else asked & own


def _shown(services: Services, rules: Rules, row: TokenRow) -> dict[str, Any]:
    """A token as the list has it. No secret, and nothing that one could be made from (ADM-06)."""
    user = _owner_of(services, rules, row)
    limit = failure_limit(rules.policies, subject_of(user, address="", application="", realm=row.realm or ""))
    return {
        "active": row.enabled and row.state is not TokenState.REVOKED,
        "container_serial": "",
        "count": max(row.counter + 1, 0),
        "count_window": LOOK_AHEAD,
        "description": row.description,
        "failcount": row.failures,
        "id": row.id,
        "info": _info(row),
        "locked": row.failures >= limit.value,
        "maxfail": limit.value,
        "otplen": _code_length(rules, row),
        "realms": [row.realm] if row.realm else [],
        "resolver": row.resolver or "",
        "revoked": row.state is TokenState.REVOKED,
        "rollout_state": rollout_state(rules, row.kind, row.state),
        "serial": row.serial,
        "sync_window": HOTP_RESYNC_WINDOW,
        "tokengroup": [],
        "tokentype": row.kind,
        "user_editable": False,
        "user_id": row.uid or "",
        "user_realm": row.realm or "",
        "username": user.login if user else "",
    }


def rollout_state(rules: Rules, kind: str, state: TokenState) -> str:
    """How far the token is: of one that is not proven yet, what is waited for."""
    if state is not TokenState.CREATED:
        return "enrolled"
    return "clientwait" if isinstance(rules.types[kind], ProvesByRegistration) else "verify"


def _owner_of(services: Services, rules: Rules, row: TokenRow) -> User | None:
    """At most a minute old; None also while the directory does not answer."""
    key = owner_key(row)
    if key is None:
        return None
    try:
        return recheck(rules.realms, rules.resolvers, services.entries, key, row.realm or "")
    except Unavailable:
        return None


def _info(row: TokenRow) -> dict[str, str]:
    """Named one by one: what else a type keeps stays inside."""
    details = row.details if isinstance(row.details, dict) else {}
    info = {
        "hashlib": details.get("algorithm"),
        "timeStep": details.get("period"),
        "last_auth": row.last_success_at.isoformat() if row.last_success_at else None,
    }
    return {name: str(value) for name, value in info.items() if value is not None}


def _code_length(rules: Rules, row: TokenRow) -> int:
    kind = rules.types[row.kind]
    return kind.code_length(Token(row, b"")) if isinstance(kind, VerifiesCode) else 0
