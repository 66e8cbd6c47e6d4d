"""The door to a login: an application's request is answered from a live session, or a login begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response

from idp.login.context import Context, still_let_in
from idp.login.flow import Step, next_step
from idp.login.issue import issue
from idp.login.refuse import refuse
from idp.services import IssueRefused, Refusal, Services
from idp.sessions import sso, transaction
from idp.sessions.cookies import Held, new_browser_value
from idp.sessions.ending import end
from idp.sessions.transaction import LoginTransaction
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.authentication.assurance import Asked
from mfa_engine.unit import Unit

_NEEDS_A_PAGE = {Step.FIRST_FACTOR: Refusal.LOGIN_REQUIRED, Step.CONSENT: Refusal.CONSENT_REQUIRED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an application asks of the login, after its protocol has checked the request.

    ``application`` is its name for policies and for the storage, ``<answerer>:<party>``. ``passive``: no
    page may be shown. ``claim`` writes, in the transaction that answers the request or begins its login,
    that it was seen, and raises IssueRefused when it was seen before.
    """

    answerer: str
    application: str
    request: Any
    asked: Asked
    passive: bool = False
    login_hint: str = ""
    language: str = ""
    claim: Callable[[Unit], None] | None = None


def answer_or_begin(
    services: Services, held: Held, origin: Origin, user_agent: str, wanted: Wanted
) -> Response:
    """Answer at once when a live session proves all that is asked; else begin a login in this browser.

    Statements from a live session: the session, its touch, what is issued, the audit row: five.
    """
    context = _virtual(services, held, origin, wanted)
    step = next_step(context.login, context.facts())
    try:
        if step is Step.ISSUE:
            issued = issue(context, user_agent, stored=False, claim=wanted.claim)
            if issued is not None:
                return issued.render(False)
    except IssueRefused as refused:
        if refused.why in (Refusal.DISABLED, Refusal.REPLAYED) or wanted.passive:
            return refuse(context, refused.why, after_form=False, stored=False)
    if wanted.passive:
        why = _NEEDS_A_PAGE.get(step, Refusal.INTERACTION_REQUIRED)
        return refuse(context, why, after_form=False, stored=False)
    return _begin(context, held, wanted, step)


def _virtual(services: Services, held: Held, origin: Origin, wanted: Wanted) -> Context:
    """A login that is not stored (yet), over the browser's session."""
    engine = services.engine
    rules = engine.rules()
    now = engine.now()
    session, agreed = engine.look(lambda view: sso.find_for(view, held.session, wanted.application))
    user = still_let_in(services, rules, session.person) if session else None
    if session is not None and user is None:
        end_for_disabled(services, origin, session)
        session = None
    answerer = services.answerers[wanted.answerer]
    another = user is not None and not answerer.accepts_session(wanted.request, user)
    login = LoginTransaction("", 0, now, another=another, **_values(wanted))
    known = None if another else user
    return Context(services, rules, origin, login, held.browser_hash, session, known, now, agreed)


def _begin(context: Context, held: Held, wanted: Wanted, step: Step) -> Response:
    services = context.services
    browser = held.browser or new_browser_value()
    hashed, another = sso.cookie_hash(browser), context.login.another
    try:
        login = services.engine.record(lambda unit: _claimed(unit, hashed, wanted, another))
    except IssueRefused as refused:
        return refuse(context, refused.why, after_form=False, stored=False)
    response = services.respond.see_other(f"/login/{login.handle}/{step.path}")
    services.cookies.set_browser(response, browser)
    return response


def _claimed(unit: Unit, hashed: str, wanted: Wanted, another: bool) -> LoginTransaction:
    if wanted.claim is not None:
        wanted.claim(unit)
    return transaction.begin(unit, hashed, another=another, **_values(wanted))


def _values(wanted: Wanted) -> dict[str, Any]:
    return {
        "answerer": wanted.answerer,
        "application": wanted.application,
        "request": wanted.request,
        "asked": wanted.asked,
        "login_hint": wanted.login_hint,
        "language": wanted.language,
    }


def end_for_disabled(services: Services, origin: Origin, session: sso.SsoSession) -> None:
    """The person was disabled or deleted: the session ends at its next use (AUTH-10)."""
    person = session.person
    whom = Subject(person.login, person.realm, person.resolver, person.uid)

    def work(unit: Unit) -> None:
        if end(unit, session.id, services.participants):
            audit.record(unit, origin, Entry("auth.user.disabled", True, "session_ended", whom))

    services.engine.record(work)
