"""/admin/users/<person>: tokens and what helps them, the last sign-ins, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, request

from idp.logout.of_person import alive_of, end_where
from idp.pages.admin import AdminArea, AdminConfirmPage, PersonPage, PersonState, TokenAct, TokenLine
from idp.pages.confirmations import end_sessions
from idp.pages.done import Done
from idp.rights import denial
from idp.rights.administrators import leave_alone, whom
from idp.rights.catalogue import Right
from idp.web.admin.people import address_of, person_of
from idp.web.admin.shell import shell
from idp.web.admin.signins import last_sign_ins
from idp.web.admin.tokens import OWN, act_on, acts_on, may_touch, token_for
from idp.web.tokens import limit_of, shown, state_of
from idp.web.visitor import Visitor
from mfa_engine.errors import NotFound
from mfa_engine.identity.throttles import (
    first_factor_name,
    first_factor_wait,
    second_factor_name,
    second_factor_wait,
)
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.lifecycle.whom import owner_key
from mfa_engine.storage.throttle import read_tallies
from mfa_engine.storage.token import TokenRow


@dataclass(frozen=True, slots=True)
class _Desk:
    """A person at the help desk: what this visitor sees of them, and whether they may touch it."""

    visitor: Visitor
    user: User
    tokens: tuple[TokenRow, ...]
    may_touch: bool

    def line(self, token: TokenRow, limit: int) -> TokenLine:
        """One of their tokens."""
        return TokenLine(
            serial=token.serial,
            type=token.kind,
            name=token.description,
            state=state_of(token, limit=limit, now=self.visitor.now),
            failures=token.failures,
            limit=limit,
            added_at=token.created_at,
            used_at=token.last_success_at,
            acts=acts_on(self.visitor, token, may_touch=self.may_touch),
            delete_url=f"/admin/tokens/{token.serial}/delete",
        )


def show(visitor: Visitor, handle: str) -> Response:
    """All that one needs to know to help."""
    user = person_of(visitor, handle)
    services, principal = visitor.services, visitor.principal
    found = tokens_of_person(services.engine, user.key)
    seen = tuple(token for token in found if principal.may(Right.TOKEN_LIST, token.realm))
    desk = _Desk(visitor, user, seen, may_touch(visitor, user.key))
    waits_until = _waits_until(visitor, user, found)
    limit = limit_of(visitor, user)
    may_enrol = desk.may_touch and principal.may(Right.TOKEN_ENROL, user.realm)
    page = PersonPage(
        **shell(visitor),
        name=user.display_name,
        login=user.login,
        realm=user.realm,
        resolver=user.key.resolver,
        mail=user.email,
        state=_state(user, waits_until),
        waits_until=waits_until,
        tokens=tuple(desk.line(token, limit) for token in shown(visitor, seen)),
        events=last_sign_ins(services, user.key, found)
        if principal.may(Right.AUDIT_READ, user.realm)
        else (),
        sessions=_sessions(visitor, user),
        may_end_sessions=desk.may_touch and principal.may(Right.SESSION_END, user.realm),
        enrol_url=f"{address_of(user)}/enrol" if may_enrol else "",
    )
    return visitor.page("admin/person.html", page)


def act(visitor: Visitor, handle: str) -> Response:
    """One of the buttons. What is one's own is changed on the account pages."""
    user, wanted = person_of(visitor, handle), request.form.get("act", "")
    if visitor.principal.is_owner(user.key):
        return visitor.go(OWN)
    if wanted == "end-sessions":
        return _end_sessions(visitor, user)
    if wanted not in set(TokenAct) or wanted == TokenAct.DELETE:  # which is asked about first
        raise NotFound("act", wanted)
    token = token_for(visitor, request.form.get("serial", ""), TokenAct(wanted))
    if owner_key(token) != user.key:
        raise NotFound("token", token.serial)
    return visitor.go(address_of(user), act_on(visitor, token, TokenAct(wanted)))


def _end_sessions(visitor: Visitor, user: User) -> Response:
    """Asks first."""
    services, principal = visitor.services, visitor.principal
    if not principal.may(Right.SESSION_END, user.realm):
        raise denial.missing(Right.SESSION_END, subject=whom(user))
    leave_alone(services.engine, principal, Right.SESSION_END, user.key)
    if request.form.get("confirmed") != "yes":
        confirm = end_sessions(user.display_name, _sessions(visitor, user), address_of(user))
        page = AdminConfirmPage(**shell(visitor), here=AdminArea.PEOPLE, confirm=confirm)
        return visitor.page("admin/confirm.html", page)
    services.engine.record(
        lambda unit: end_where(unit, services, visitor.origin, user.key, lambda row: True, "by_administrator")
    )
    return visitor.go(address_of(user), Done.SESSIONS_ENDED)


def _sessions(visitor: Visitor, user: User) -> int:
    return len(visitor.services.engine.look(lambda view: alive_of(view, user.key)))


def _state(user: User, waits_until: datetime | None) -> PersonState:
    if not user.enabled:
        return PersonState.DISABLED
    return PersonState.WAITING if waits_until is not None else PersonState.ACTIVE


def _waits_until(visitor: Visitor, user: User, tokens: tuple[TokenRow, ...]) -> datetime | None:
    """When the next password and code of theirs are looked at, if not now."""
    first, second = first_factor_name(user.key, "", ""), second_factor_name(user.key)
    tallies = visitor.services.engine.look(lambda view: read_tallies(view.connection, [first, second]))
    settings, now = visitor.rules.settings.throttle, visitor.now
    used = [token.last_success_at for token in tokens if token.last_success_at is not None]
    wait = max(
        first_factor_wait(tallies.get(first), settings, now),
        second_factor_wait(tallies.get(second), max(used, default=None), settings, now),
    )
    return now + wait if wait else None
