"""Who is signed in for a page of ours: the login flow's answer, for the browser's session (invariant 1).

A session that does not prove what the page needs is sent through the login, as by every application,
and comes back to the page. The person is looked at again each time (AUTH-10).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import msgspec
from flask import Response, request

from idp.login.begin import Wanted, answer_or_begin, end_for_disabled
from idp.login.context import Context, still_let_in
from idp.login.door import held, origin_of_request
from idp.login.flow import Step, next_step
from idp.pages.headers import SHARED
from idp.rights.administrators import principal_of
from idp.rights.denial import OutOfReach, missing
from idp.services import Services
from idp.sessions import sso
from idp.sessions.sso import SsoSession
from idp.sessions.transaction import LoginTransaction
from idp.web.route import Area, Route
from idp.web.visitor import IDLE, Visitor
from mfa_engine.authentication.assurance import REFEDS_MFA, Asked, Proof, password_proof, satisfied
from mfa_engine.authentication.candidates import works

LONGEST = timedelta(hours=8)
"""How old the sign-in may be that pages of ours are shown on, however busy (assurance.md 7)."""


def admit(services: Services, route: Route) -> Visitor | Response:
    """The visitor, or what the browser gets instead of the page.

    Four statements for a page that is shown: rules' revision, session, rights, its touch.
    """
    context = _virtual(services, route.area)
    session, user = context.session, context.user
    asked = _to_enter(route.area, context)
    if session is None or user is None or not _proves(context, asked):
        return _through_the_login(context, route.area, asked)
    visitor = Visitor(context, session, user, principal_of(services.engine, user))
    if request.method == "POST" and not services.respond.form_is_ours(session.id):
        return visitor.not_our_form()
    refused = _refused(visitor, route)
    if refused is not None:
        return refused
    if route.needs_fresh(request.method):
        asked = _to_change(route.area, context)
        if not _proves(context, asked):
            return _through_the_login(context, route.area, asked)
    if not services.engine.record(lambda unit: sso.touch(unit, session)):
        return _through_the_login(context, route.area, asked)
    return visitor


def _virtual(services: Services, area: Area) -> Context:
    """A login that is not stored, over the browser's session: what the flow would say to it."""
    engine = services.engine
    origin, cookies = origin_of_request(area.application), held(services)
    session = engine.look(lambda view: sso.find(view, cookies.session)) if cookies.session else None
    rules, now = engine.rules(), engine.now()
    user = still_let_in(services, rules, session.person) if session else None
    if session is not None and user is None:
        end_for_disabled(services, origin, session)
        session = None
    login = LoginTransaction(
        handle="",
        version=0,
        expires_at=now,
        answerer="page",
        application=area.application,
        request=_request(area),
        asked=Asked(),
    )
    return Context(services, rules, origin, login, cookies.browser_hash, session, user, now)


def _proves(context: Context, asked: Asked) -> bool:
    """Whether the flow would finish at once."""
    asking = replace(context, login=replace(context.login, asked=asked))
    return next_step(asking.login, asking.facts()) is Step.ISSUE


def _to_enter(area: Area, context: Context) -> Asked:
    """What was proven within eight hours will do, unless the session was not used for a while."""
    session, now = context.session, context.now
    return area.asks(now if session is not None and _is_idle(session, context) else now - LONGEST)


def _is_idle(session: SsoSession, context: Context) -> bool:
    return context.now - session.row.used_at >= IDLE


def _to_change(area: Area, context: Context) -> Asked:
    """What has just been proven, with an existing factor by whoever has one that works (SELF-01)."""
    return area.asks(context.now - area.change_within, multi_factor=_has_second_factor(context))


def _has_second_factor(context: Context) -> bool:
    """Whatever its counter says: else wrong codes would open the way around it."""
    password = password_proof(context.now)
    worths = [
        Proof(token.kind, context.rules.types[token.kind].worth, context.now)
        for token in context.tokens()
        if works(token, now=context.now)
    ]
    return any(satisfied(REFEDS_MFA, (password, proof)) for proof in worths)


def _refused(visitor: Visitor, route: Route) -> Response | None:
    """Whoever does not administer, or not here, learns nothing of the page; a right to change is named."""
    principal = visitor.principal
    unseen = route.sees is not None and not principal.holds(route.sees)
    if route.area.administrators and (not visitor.administers or unseen):
        return visitor.refuse(OutOfReach("page", request.path, route.sees or ""))
    lacking = route.changes is not None and not principal.may(route.changes)
    if route.changes is not None and lacking and route.is_change(request.method):
        return visitor.refuse(missing(route.changes))
    return None


def _through_the_login(context: Context, area: Area, asked: Asked) -> Response:
    """Pages go through the login and come back, to the page and not to what was posted; what is no page
    gets 401."""
    if not _is_page():
        return _unauthorised("login_required" if context.session is None else "reauthentication_required")
    services = context.services
    wanted = Wanted("page", area.application, _request(area), asked)
    agent = request.headers.get("User-Agent", "")
    return answer_or_begin(services, held(services), context.origin, agent, wanted)


def _request(area: Area) -> dict[str, str]:
    """What the page's answerer keeps: the way back, where nothing was just done."""
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != "done"])
    return {"name": area.title, "return_to": f"{request.path}?{query}" if query else request.path}


def _is_page() -> bool:
    """Whether a browser will show the answer: scripts and programs cannot sign in."""
    accept = request.headers.get("Accept", "*/*")
    navigates = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return navigates and ("text/html" in accept or "*/*" in accept)


def _unauthorised(error: str) -> Response:
    body = msgspec.json.encode({"error": error})
    headers = {**SHARED, "WWW-Authenticate": f'Session error="{error}"'}
    return Response(body, 401, headers, content_type="application/json")
