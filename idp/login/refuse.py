"""A login that ends without an answer: the application gets its protocol's error, the audit a row."""

from __future__ import annotations

from flask import Response

from idp.login.context import Context
from idp.pages import errors
from idp.services import Refusal
from idp.storage.login_transaction import spend_login
from mfa_engine import audit
from mfa_engine.audit import Entry
from mfa_engine.unit import Unit


def refuse(context: Context, why: Refusal, *, after_form: bool, stored: bool = True) -> Response:
    """End the login and tell the application why.

    ``stored`` is False for a request that no login was begun for. Of two requests that end one login the
    first answers the application, the other gets a page that says so.
    """
    services, login = context.services, context.login

    def work(unit: Unit) -> bool:
        if stored and not spend_login(unit.connection, login.handle, login.version, unit.now):
            return False
        audit.record(unit, context.acting, Entry("auth.login", False, why.value, context.whom))
        return True

    answerer = services.answerers[login.answerer]
    if not services.engine.record(work):
        return services.respond.error(errors.already_done(answerer.app(login.request)))
    return answerer.refuse(login.request, why, after_form=after_form)
