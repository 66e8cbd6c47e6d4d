"""Asking before an application is told something about a person; what was shown is what is granted."""

from __future__ import annotations

from flask import Response, request

from idp.login.context import Context
from idp.login.door import app_of
from idp.login.flow import Facts
from idp.login.refuse import refuse
from idp.pages.login import ConsentPage
from idp.services import Refusal
from idp.sessions.transaction import Person, save
from idp.storage.consent import forget_consent, read_consent, save_consent
from mfa_engine import audit
from mfa_engine.audit import Entry
from mfa_engine.identity.user import User
from mfa_engine.unit import Unit


def show(context: Context, facts: Facts, rest: str) -> Response:
    """The details, as they would be released. What is offered is stored before it is shown (OIDC-14)."""
    del facts, rest
    sharing = context.sharing(context.user) if context.user else None
    if sharing is None:
        return context.services.respond.see_other(context.base)
    if context.login.offered != sharing.names:
        context.save(offered=sharing.names)
    page = ConsentPage(
        app=app_of(context.services, context.login),
        site=sharing.site,
        details=sharing.details,
        person=context.person,
        restart_url=context.restart_url,
    )
    return context.services.respond.page(
        "login/consent.html", page, binding=context.binding, hints=context.login.language
    )


def submit(context: Context, facts: Facts, rest: str) -> Response:
    """Yes to what the page offered, and whether to remember it; or no, which ends the login."""
    del facts, rest
    user, answer = context.user, request.form.get("answer", "")
    if answer == "no":
        return refuse(context, Refusal.DENIED, after_form=True)
    if answer == "yes" and user is not None and context.login.offered:
        remember = request.form.get("again") == "change"
        context.services.engine.record(lambda unit: _agreed(unit, context, user, remember=remember))
    return context.services.respond.see_other(context.base)


def _agreed(unit: Unit, context: Context, user: User, *, remember: bool) -> None:
    """The answer, what is remembered of it, and the audit row. It holds for this person in this login."""
    login = context.login
    save(unit, login, person=Person.of(user), granted=login.offered)
    if remember:
        before = read_consent(unit.connection, user.key, login.application)
        names = before | frozenset(login.offered)
        save_consent(unit.connection, user.key, login.application, names, unit.now)
    else:
        forget_consent(unit.connection, user.key, login.application)
    details = {"names": list(login.offered), "remembered": remember}
    audit.record(unit, context.acting, Entry("auth.consent", True, "", context.whom, details=details))
