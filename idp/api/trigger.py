"""Starting challenges without a PIN: who may be challenged by this caller, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

from idp.api.access import Caller
from idp.api.errors import parameter, unknown_user
from idp.api.outcome import Said, triggered
from idp.api.reach import find_named, narrowed
from idp.api.read import Parameters
from idp.rights.administrators import whom
from idp.rights.catalogue import Right
from idp.rights.denial import Denied, OutOfReach, record_denial
from idp.services import Services
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.trigger import trigger
from mfa_engine.errors import NotFound
from mfa_engine.lifecycle.whom import owner
from mfa_engine.storage.token import token_by_serial
from mfa_engine.tokentypes.base import Answer


def trigger_challenges(services: Services, who: Caller, given: Parameters) -> Said:
    """Challenge every token of a person, or one token.

    A person or token that is not there, or not the caller's to challenge, is as one that has nothing to
    be challenged; who may know gets ApiError (904) and NotFound.
    """
    login, serial = given.text("user").strip(), given.text("serial")
    if not (login or serial):
        raise parameter("You need to specify a serial or a user.")
    attempt = Attempt(who.origin, Answer(), serial=serial, kinds=_kinds(who, given))
    if login:
        reached = _for_person(services, who, given, attempt, login)
    else:
        reached = _for_token(services, who, attempt)
    if reached is None:
        return triggered(None)
    rules = narrowed(who.rules, given.text("resolver"))
    return triggered(trigger(services.engine, rules, reached))


def _kinds(who: Caller, given: Parameters) -> frozenset[str] | None:
    kind = given.text("type")
    return frozenset({who.rules.types.named(kind).name}) if kind else None


def _for_person(
    services: Services, who: Caller, given: Parameters, attempt: Attempt, login: str
) -> Attempt | None:
    realm = given.text("realm")
    user = find_named(who.rules, login, realm, given.text("resolver"))
    if user is not None and who.principal.may(Right.TRIGGER_CHALLENGE, user.realm):
        return replace(attempt, user=user)
    if user is not None:
        denied = Denied("", Right.TRIGGER_CHALLENGE, "out_of_reach", whom(user))
        record_denial(services.engine, who.origin, denied)
    if who.may_know(realm or who.rules.realms.default):
        raise unknown_user(login, realm or who.rules.realms.default or "")
    return None if user is not None else replace(attempt, login=login, realm=realm)


def _for_token(services: Services, who: Caller, attempt: Attempt) -> Attempt | None:
    row = services.engine.look(lambda view: token_by_serial(view.connection, attempt.serial))
    if row is not None and who.principal.may(Right.TRIGGER_CHALLENGE, row.realm):
        return attempt
    if row is not None:
        hidden = OutOfReach("token", row.serial, Right.TRIGGER_CHALLENGE, owner(row), row.serial)
        record_denial(services.engine, who.origin, hidden)
    if who.may_know(None):
        raise NotFound("token", attempt.serial)
    return None if row is not None else attempt
