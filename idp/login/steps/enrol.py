"""Setting up a token in the login, where policy allows it; confirming it counts for this login."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request

from idp.login.context import Context
from idp.login.door import app_of
from idp.login.flow import Facts, what_is_missing
from idp.login.notify import tell_of_new_token
from idp.login.setup import Setup, prove, send_proof, set_up
from idp.login.ways import way_kind
from idp.observe.request_id import request_id
from idp.pages import Problem, errors, problems
from idp.pages.enrolment import (
    AppSetup,
    Choice,
    EnrolAppPage,
    EnrolChoosePage,
    EnrolKeyPage,
    EnrolMailPage,
    KeySetup,
)
from idp.pages.login import StepPage, WayKind
from mfa_engine.authentication.assurance import Proof
from mfa_engine.errors import Conflict, InvalidField, NotAllowed, NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.change import describe_in
from mfa_engine.lifecycle.finish import Finished
from mfa_engine.tokentypes.base import Answer
from mfa_engine.unit import Unit

_ORDER = (WayKind.SECURITY_KEY, WayKind.APP_CODE, WayKind.DEVICE_CODE, WayKind.MAIL_CODE)


def show(context: Context, facts: Facts, rest: str) -> Response:
    """The choice, or the page of one type. Making the token again changes nothing that counts: an
    unproven one is dead in 15 minutes."""
    kinds = _kinds(context, facts)
    if not rest and len(kinds) > 1:
        return _choose(context, kinds)
    kind = rest or kinds[0]
    if kind not in kinds:
        return context.services.respond.see_other(context.base)
    return _set_up(context, kind, None, several=len(kinds) > 1)


def submit(context: Context, facts: Facts, rest: str) -> Response:
    """The first answer of the new token, or the wish to be sent a code."""
    kinds = _kinds(context, facts)
    kind = rest or kinds[0]
    if kind not in kinds or not context.login.enrolling or context.user is None:
        return context.services.respond.see_other(context.base)
    several = len(kinds) > 1
    if request.form.get("send"):
        return _send(context, context.user, kind, several=several)
    context, problem = _prove(context, context.user)
    if problem is None:
        return context.services.respond.see_other(context.base)
    return _set_up(context, kind, problem, several=several)


def _kinds(context: Context, facts: Facts) -> list[str]:
    """The types that would meet what is missing, the safest first. The policy names them."""
    need = what_is_missing(context.login, facts)
    fitting = [offer.kind for offer in facts.enrollable if need is not None and need.fits(offer)]
    types = context.rules.types
    return sorted(fitting, key=lambda kind: (_ORDER.index(way_kind(types[kind])), kind))


def _choose(context: Context, kinds: list[str]) -> Response:
    choices = tuple(
        Choice(way_kind(context.rules.types[kind]), f"{context.base}enrol/{kind}") for kind in kinds
    )
    page = EnrolChoosePage(
        app=None if context.login.answerer == "page" else app_of(context.services, context.login),
        choices=choices,
        person=context.person,
        restart_url=context.restart_url,
    )
    return _page(context, "login/enrol_choose.html", page, None)


def _set_up(context: Context, kind: str, problem: Problem | None, *, several: bool) -> Response:
    login, user = context.login, context.user
    if user is None:
        return context.services.respond.see_other(context.base)
    try:
        setup = set_up(
            context.services,
            context.rules,
            context.origin,
            user,
            kind,
            serial=login.enrolling,
            challenge=login.challenge,
        )
    except (NotAllowed, InvalidField):
        app = app_of(context.services, login)
        return context.services.respond.error(errors.stronger_sign_in_needed(app, (), request_id()))
    if setup.serial != login.enrolling:
        context = context.save(enrolling=setup.serial, challenge="")
    return _setup_page(context, setup, problem, several=several)


def _setup_page(context: Context, setup: Setup, problem: Problem | None, *, several: bool) -> Response:
    other = context.base + "enrol" if several else ""
    person, restart_url = context.person, context.restart_url
    name = request.form.get("name", "")
    shown = setup.shown
    if isinstance(shown, AppSetup):
        app = EnrolAppPage(
            setup=shown, other_url=other, name=name, person=person, restart_url=restart_url, problem=problem
        )
        return _page(context, "login/enrol_app.html", app, problem)
    if isinstance(shown, KeySetup):
        key = EnrolKeyPage(
            setup=shown, other_url=other, name=name, person=person, restart_url=restart_url, problem=problem
        )
        return _page(context, "login/enrol_security_key.html", key, problem)
    mail = EnrolMailPage(
        setup=shown, other_url=other, name=name, person=person, restart_url=restart_url, problem=problem
    )
    return _page(context, "login/enrol_mail.html", mail, problem)


def _send(context: Context, user: User, kind: str, *, several: bool) -> Response:
    try:
        sent = send_proof(context.services, context.rules, context.origin, user, context.login.enrolling)
    except NotFound:
        return context.services.respond.see_other(context.base)
    if isinstance(sent, timedelta):
        problem = problems.sent_too_often(context.now + sent, max(1, round(sent.total_seconds())))
        return _set_up(context, kind, problem, several=several)
    context.save(challenge=sent)
    return context.services.respond.see_other(f"{context.base}enrol/{kind}")


def _prove(context: Context, user: User) -> tuple[Context, Problem | None]:
    """Why the answer does not do; None when the token counts and its proof is stored. An enrolment that is
    over is forgotten."""
    login = context.login
    name = request.form.get("name", "").strip()
    credential = request.form.get("credential", "")
    answer = Answer(fields={"credential": credential}) if credential else Answer(request.form.get("code", ""))

    def then(unit: Unit, finished: Finished) -> None:
        if finished.worth is None:
            return
        proof = Proof(finished.kind, finished.worth, unit.now, finished.serial)
        context.proven(unit, proof, enrolling="", challenge="")
        describe_in(unit, finished.serial, name)
        tell_of_new_token(context.services, unit, user, name, context.origin, login.language)

    try:
        finished = prove(
            context.services,
            context.rules,
            context.origin,
            user,
            login.enrolling,
            login.challenge,
            answer,
            then,
        )
    except (NotFound, InvalidField):
        problem = problems.key_not_used() if credential else problems.new_code_does_not_fit()
        return context.save(enrolling="", challenge=""), problem
    except Conflict:
        return context.save(enrolling="", challenge=""), problems.key_known()
    return context, None if finished.worth else _does_not_fit(login.challenge)


def _does_not_fit(challenge: str) -> Problem:
    return problems.wrong_sent_code() if challenge else problems.new_code_does_not_fit()


def _page(context: Context, template: str, page: StepPage, problem: Problem | None) -> Response:
    return context.services.respond.page(
        template,
        page,
        binding=context.binding,
        hints=context.login.language,
        status=problem.status if problem else 200,
    )
