"""The end of a login: the only place where a session is made or raised (invariant 1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

from idp.login.context import Context
from idp.login.flow import Step, joins, next_step, proofs_of
from idp.services import Granted, IssueRefused, Refusal
from idp.sessions.ending import end
from idp.sessions.sso import SsoSession, lift, start, surplus, touch, touch_for
from idp.sessions.transaction import Person
from idp.storage.login_transaction import spend_login
from idp.storage.sso_session import is_enabled
from mfa_engine import audit
from mfa_engine.audit import Entry
from mfa_engine.authentication.assurance import Answer, NotReached, Proof, answer
from mfa_engine.configuration.rules import subject_of
from mfa_engine.identity.user import User
from mfa_engine.policy.decisions.session import session_lifetime
from mfa_engine.unit import Unit


@dataclass(frozen=True, slots=True)
class Issued:
    """What the browser gets: the application's answer, and the session's cookie where it is a new one."""

    render: Callable[[bool], Response]
    cookie: str | None


def issue(
    context: Context,
    user_agent: str,
    *,
    stored: bool = True,
    claim: Callable[[Unit], None] | None = None,
) -> Issued | None:
    """End the login and write what the application is given, in one transaction; None when another
    request ended it first.

    ``stored`` is False for a request that a live session answers without any page: then there is no
    transaction to end, and no session is made or raised; ``claim`` notes that the request was seen.
    Raises IssueRefused.
    """
    facts = context.facts()
    user = context.user
    if user is None or next_step(context.login, facts) is not Step.ISSUE:
        raise IssueRefused(Refusal.UNREACHABLE)
    answerer = context.services.answerers[context.login.answerer]
    proofs = proofs_of(context.login, context.session)
    try:
        said = answer(facts.required, proofs, context.now, answerer.preferred_class(context.login.request))
    except NotReached:
        raise IssueRefused(Refusal.UNREACHABLE) from None

    def work(unit: Unit) -> Issued | None:
        if stored and not spend_login(unit.connection, context.login.handle, context.login.version, unit.now):
            return None
        if claim is not None:
            claim(unit)
        session, cookie = _session(unit, context, user, proofs, user_agent)
        _assert_alive(unit, session, context.login.application)
        login = context.login
        granted = Granted(user, session, said, login.request, login.application, login.granted)
        render = answerer.issue(unit, granted)
        audit.record(unit, context.acting, _entry(context, said, cookie is not None))
        return Issued(render, cookie)

    return context.services.engine.record(work)


def _session(
    unit: Unit, context: Context, user: User, proofs: tuple[Proof, ...], user_agent: str
) -> tuple[SsoSession, str | None]:
    """The session that the answer rests on, and its cookie's value when that is a new one."""
    session, login = context.session, context.login
    if session is not None and joins(login, session):
        if not login.proofs:
            return session, None
        lifted = lift(unit, session, proofs)
        if lifted is None:
            raise IssueRefused(Refusal.SESSION_CHANGED)
        return lifted
    if session is not None:
        end(unit, session.id, context.services.participants)
    subject = subject_of(user, address=context.origin.address, application=login.application)
    lifetime = session_lifetime(context.rules.policies, subject).value
    person = Person.of(user)
    started = start(unit, person, proofs, lifetime, address=context.origin.address, user_agent=user_agent)
    _end_surplus(unit, context, person)
    return started


def _end_surplus(unit: Unit, context: Context, person: Person) -> None:
    """Twenty sessions a person; the oldest ones end, with all that was issued in them."""
    for session_id in surplus(unit, person):
        end(unit, session_id, context.services.participants)
        audit.record(unit, context.acting, Entry("auth.session.ended", True, "surplus", context.whom))


def _assert_alive(unit: Unit, session: SsoSession, application: str) -> None:
    """The session still lives and the application is still enabled: one statement decides both; only when
    it does not hold is it asked which of the two."""
    protocol, _, party = application.partition(":")
    if protocol == "page":
        alive, enabled = touch(unit, session), True
    else:
        alive = touch_for(unit, session, protocol, party)
        enabled = alive or is_enabled(unit.connection, protocol, party)
    if not alive:
        raise IssueRefused(Refusal.SESSION_CHANGED if enabled else Refusal.DISABLED)


def _entry(context: Context, said: Answer, new: bool) -> Entry:
    details = {"class": said.context_class, "methods": list(said.methods), "new_session": new}
    return Entry("auth.login", True, "", context.whom, details=details)
