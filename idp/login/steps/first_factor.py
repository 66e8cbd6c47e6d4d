"""Name and password, on one page."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request

from idp.login.context import Context
from idp.login.door import app_of
from idp.login.flow import Facts
from idp.pages import Problem, problems
from idp.pages.login import FirstFactorPage, FreshPage
from idp.sessions.transaction import LoginTransaction, Person, save
from mfa_engine import audit
from mfa_engine.audit import Entry, Subject
from mfa_engine.authentication.assurance import password_proof
from mfa_engine.authentication.first_factor import Password, Right, Wait, check_first_factor
from mfa_engine.errors import Busy, DatabaseAway, Unavailable
from mfa_engine.unit import Unit


def show(context: Context, facts: Facts, rest: str) -> Response:
    """The form; with the password alone where a session says who it is and our own pages ask again."""
    del facts, rest
    return _page(context)


def _page(context: Context, problem: Problem | None = None, typed: str = "") -> Response:
    respond, login = context.services.respond, context.login
    status = problem.status if problem else 200
    if _asks_again(context):
        fresh = FreshPage(person=context.person, restart_url=context.restart_url, problem=problem)
        response = respond.page("login/fresh.html", fresh, binding=context.binding, status=status)
    else:
        page = FirstFactorPage(
            app=None if login.answerer == "page" else app_of(context.services, login),
            typed=typed or _known_login(context) or login.login_hint,
            problem=problem,
        )
        response = respond.page(
            "login/first_factor.html", page, binding=context.binding, hints=login.language, status=status
        )
    if problem and problem.retry_after_seconds:
        response.headers["Retry-After"] = str(problem.retry_after_seconds)
    return response


def submit(context: Context, facts: Facts, rest: str) -> Response | Context:
    """One try. Whoever is refused sees one sentence, whatever the reason (AUTH-03)."""
    del facts, rest
    typed = _typed(context)
    tried = _try(context, typed)
    return tried if isinstance(tried, Context) else _page(context, tried, typed.login)


def _typed(context: Context) -> Password:
    """What was typed; who it is is said by the session where our own pages ask again, realm and all."""
    password = request.form.get("password", "")
    if context.user is not None and _asks_again(context):
        return Password(context.user.login, password, context.user.realm)
    return Password(request.form.get("username", "").strip(), password)


def _try(context: Context, typed: Password) -> Problem | Context:
    """Why the try failed; the context with its proof when it is recorded as one."""
    if not typed.login:
        return problems.no_username()
    if not typed.password:
        return problems.no_password()
    try:
        verdict = check_first_factor(context.services.engine, context.rules, context.origin, typed)
    except DatabaseAway:
        raise
    except Unavailable as error:
        return _not_judged(context, typed, error)
    if isinstance(verdict, Wait):
        return problems.too_many_tries(max(1, round(verdict.wait.total_seconds())))
    if not isinstance(verdict, Right):
        return problems.wrong_password()
    login = context.services.engine.record(lambda unit: _proven(unit, context, verdict))
    return replace(context, login=login, user=verdict.user)


def _not_judged(context: Context, typed: Password, error: Unavailable) -> Problem:
    """What could not be judged at all has an audit row of its own; nothing else of it stays."""
    busy = isinstance(error, Busy)
    whom = Subject(typed.login, typed.realm)
    entry = Entry("auth.password", False, "busy" if busy else "unavailable", whom)
    context.services.engine.record(lambda unit: audit.record(unit, context.origin, entry))
    return problems.too_many_at_once() if busy else problems.directory_down()


def _proven(unit: Unit, context: Context, right: Right) -> LoginTransaction:
    """The person, their proof and the audit row, together. What another person proved or agreed to does
    not stay."""
    user = right.user
    right.settle(unit, context.origin)
    person, login = Person.of(user), context.login
    kept = login if login.person == person else replace(login, proofs=(), offered=(), granted=())
    return save(
        unit,
        login,
        person=person,
        proofs=(*kept.proofs, password_proof(unit.now)),
        offered=kept.offered,
        granted=kept.granted,
        chosen="",
        challenge="",
        enrolling="",
    )


def _asks_again(context: Context) -> bool:
    """Whether a page of ours wants the password of whom it already knows."""
    return context.user is not None and context.login.answerer == "page"


def _known_login(context: Context) -> str:
    """The name to begin with, as it would have to be typed: with the realm where that is not the default."""
    user = context.user
    if user is None:
        return ""
    return user.login if user.realm == context.rules.realms.default else f"{user.login}@{user.realm}"
