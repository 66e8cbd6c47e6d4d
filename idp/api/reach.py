"""Which people and tokens a caller reaches: the right is asked on what is loaded (ADM-02).

What is not there and what is not the caller's get the same answer. Whoever holds a right on their
own tokens only is refused everything else alike (SELF-03).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from idp.api.access import Caller, unauthorised
from idp.api.errors import parameter, unknown_user
from idp.api.read import Parameters
from idp.rights.administrators import leave_alone, whom
from idp.rights.catalogue import Right
from idp.rights.denial import Denied, OutOfReach, record_denial
from idp.services import Services
from mfa_engine.configuration.rules import Rules
from mfa_engine.errors import NotFound
from mfa_engine.identity.find_user import find_user
from mfa_engine.identity.realms import Realm, Realms
from mfa_engine.identity.resolvers.base import AmbiguousLogin
from mfa_engine.identity.user import User, UserKey
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.lifecycle.whom import owner as owner_of
from mfa_engine.lifecycle.whom import owner_key
from mfa_engine.storage.token import TokenRow, token_by_serial

OWN_FRESH = timedelta(minutes=5)
"""How recently somebody has signed in who changes their own factors (SELF-01)."""

_NOT_YOURS = "You may do this with your own tokens only."


def named_user(services: Services, caller: Caller, given: Parameters, right: Right) -> User | None:
    """The person whom the request names, within reach; None when it names none.

    Raises ApiError (904) for one who is unknown or out of reach, and Denied.
    """
    login, realm = given.text("user"), given.text("realm")
    if not login.strip():
        return None
    user = find_named(caller.rules, login, realm, given.text("resolver"))
    principal = caller.principal
    if user is not None and principal.may_with(right, user.key, user.realm):
        return user
    if principal.has_own_only(right):
        raise Denied(_NOT_YOURS, right, "not_own")
    if user is not None:
        denied = Denied("", right, "out_of_reach", whom(user))
        record_denial(services.engine, caller.origin, denied)
    raise unknown_user(login, realm or caller.rules.realms.default or "")


def person_to_change(services: Services, caller: Caller, given: Parameters, right: Right) -> User | None:
    """As ``named_user``, for an act that gives the person another factor.

    Raises Denied for one who may more than the caller (ADM-06), and Unauthorised as ``token_to_change``.
    """
    user = named_user(services, caller, given, right)
    if user is not None:
        leave_factors_alone(services, caller, right, user.key)
    return user


def leave_factors_alone(
    services: Services, caller: Caller, right: Right, owner: UserKey | None, serial: str | None = None
) -> None:
    """Refuse a change to the factors of this person, unless the caller may make it: one's own after
    signing in just now (SELF-01), others' when they may no more (ADM-06). One statement at most."""
    if caller.principal.is_owner(owner):
        signed_in_just_now(services, caller, right)
    leave_alone(services.engine, caller.principal, right, owner, serial)


def find_named(rules: Rules, login: str, realm: str, resolver: str) -> User | None:
    """The person of that name; None also when the name means several."""
    narrow = narrowed(rules, resolver)
    try:
        return find_user(narrow.realms, narrow.resolvers, login, realm)
    except AmbiguousLogin:
        return None


def narrowed(rules: Rules, resolver: str) -> Rules:
    """The rules with this resolver alone in each realm that has it; as they are when none is named."""
    if not resolver:
        return rules
    realms = [Realm(realm.name, (resolver,)) for realm in rules.realms.realms if resolver in realm.resolvers]
    default = rules.realms.default if rules.realms.default in {realm.name for realm in realms} else None
    return replace(rules, realms=Realms(tuple(realms), default))


def token_to_change(services: Services, caller: Caller, right: Right, serial: str) -> TokenRow:
    """The token of that serial, if the caller may do this to it. Two statements.

    Raises NotFound, OutOfReach, Denied (ADM-06), and Unauthorised when it is their own and they have not
    signed in just now.
    """
    engine, principal = services.engine, caller.principal
    row = engine.look(lambda view: token_by_serial(view.connection, serial))
    owner = owner_key(row) if row else None
    if row is None or not principal.may_with(right, owner, row.realm):
        if principal.has_own_only(right):
            raise Denied(_NOT_YOURS, right, "not_own", serial=row.serial if row else None)
        if row is None:
            raise NotFound("token", serial)
        raise OutOfReach("token", serial, right, owner_of(row), serial)
    leave_factors_alone(services, caller, right, owner, serial)
    return row


def signed_in_just_now(services: Services, caller: Caller, right: Right) -> None:
    """Raises Unauthorised: own factors are changed by somebody who has just proven who they are."""
    proven_at = caller.proven_at
    if proven_at is None or services.clock() - proven_at > OWN_FRESH:
        error = unauthorised(4305, "reauthentication_required: sign in again.", "reauthentication_required")
        error.right = right
        raise error


def serials_of(services: Services, caller: Caller, given: Parameters, right: Right) -> tuple[str, ...]:
    """The token that is named, or all tokens of the person who is. Raises ApiError when neither is."""
    serial = given.text("serial", longest=40)
    if serial:
        return (serial,)
    user = named_user(services, caller, given, right)
    if user is None:
        raise parameter("Missing parameter: give serial or user.")
    return tuple(row.serial for row in tokens_of_person(services.engine, user.key))
