"""/account/add: another way to sign in, for somebody who has just proven one, or where policy lets a
password alone add the first (SELF-02)."""

from __future__ import annotations

from flask import Response, request

from idp.factors.aftermath import added
from idp.login.setup import set_up
from idp.login.ways import way_kind
from idp.pages import Problem
from idp.pages.account import AddAppPage, AddKeyPage, AddMailPage, AddWayPage
from idp.pages.done import Done
from idp.pages.enrolment import AppSetup, Choice, KeySetup
from idp.pages.login import WayKind
from idp.web.account.own import name_problem, typed_name
from idp.web.account.shell import ADD, HOME, shell
from idp.web.enrolling import Again, Enrolling, behind, problem_before, why_again
from idp.web.route import ACCOUNT
from idp.web.tokens import kinds_safest_first
from idp.web.visitor import Visitor
from mfa_engine.authentication.assurance import Asked, Required, counting
from mfa_engine.authentication.candidates import works
from mfa_engine.configuration.rules import subject_of
from mfa_engine.delivery.email import masked
from mfa_engine.errors import InvalidField, NotAllowed
from mfa_engine.lifecycle.change import describe_in
from mfa_engine.lifecycle.enrol import living
from mfa_engine.policy.decisions.enrolment import (
    enrolment_at_login,
    first_enrolment_by_password,
    tokens_per_person,
)
from mfa_engine.policy.decisions.second_factor import accepted_types
from mfa_engine.policy.model import Subject
from mfa_engine.unit import Unit


def choose(visitor: Visitor) -> Response:
    """What may be added; nothing when the person has as many as are allowed."""
    types = visitor.rules.types
    choices = tuple(Choice(way_kind(types[kind]), f"{ADD}/{kind}") for kind in addable(visitor))
    return visitor.page("account/add.html", AddWayPage(**shell(visitor), choices=choices))


def begin(visitor: Visitor, kind: str) -> Response:
    """Make the token, which nothing accepts before it is proven, and show it under its ticket. A link on
    somebody else's site leads to the choice only: it must not use up what a person may have."""
    if kind not in addable(visitor) or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return visitor.go(ADD)
    try:
        made = set_up(
            visitor.services, visitor.rules, visitor.origin, visitor.user, kind, serial="", challenge=""
        )
    except (NotAllowed, InvalidField):
        return visitor.go(ADD)
    return visitor.go(Enrolling(visitor, visitor.user, kind, made.serial, ADD).address + why_again())


def show(visitor: Visitor, kind: str, ticket: str) -> Response:
    """What the person's app, key or mailbox needs."""
    return _page(behind(visitor, visitor.user, kind, ticket, ADD), problem_before())


def submit(visitor: Visitor, kind: str, ticket: str) -> Response:
    """The first answer of the new way, or the wish to be sent a code."""
    enrolling = behind(visitor, visitor.user, kind, ticket, ADD)
    if request.form.get("send"):
        answered: Response | Problem | None = enrolling.send()
    else:
        answered = _prove(enrolling)
    if isinstance(answered, Response):
        return answered
    return visitor.go(HOME, Done.WAY_ADDED) if answered is None else _page(enrolling, answered)


def addable(visitor: Visitor) -> list[str]:
    """The types that this person may set up now, safest first.

    Something beyond a password must have been proven just now: a way that works, which the route asks
    for, or the one that was removed a moment ago. Who has none may add the first where policy lets a
    password do (SELF-02).
    """
    policies, user = visitor.rules.policies, visitor.user
    subject = subject_of(user, address=visitor.origin.address, application=ACCOUNT.application)
    tokens = visitor.context.tokens()
    if len(living(tokens, visitor.now)) >= tokens_per_person(policies, subject).value:
        return []
    types = visitor.rules.types
    has_one = any(works(token, now=visitor.now) and types[token.kind].worth.factors for token in tokens)
    by_password = not has_one and first_enrolment_by_password(policies, subject).value
    may = by_password or _proved_more_than_a_password(visitor, subject)
    return kinds_safest_first(visitor, enrolment_at_login(policies, subject).value) if may else []


def _proved_more_than_a_password(visitor: Visitor, subject: Subject) -> bool:
    """Just now. A code by mail proves nothing more."""
    fresh = Asked(fresh_since=visitor.now - ACCOUNT.change_within)
    accepted = accepted_types(visitor.rules.policies, subject).value
    required = Required(fresh, second_factor=True, accepted_types=accepted)
    proofs = counting(required, visitor.session.proofs, visitor.now)
    return any(not proof.is_known_by_heart and proof.worth.factors for proof in proofs)


def _prove(enrolling: Enrolling) -> Response | Problem | None:
    visitor, user = enrolling.visitor, enrolling.owner
    is_mail = way_kind(visitor.rules.types[enrolling.kind]) is WayKind.MAIL_CODE
    name = "" if is_mail else typed_name(request.form.get("name", ""))
    others = (token for token in visitor.context.tokens() if token.serial != enrolling.serial)
    problem = None if is_mail else name_problem(name, others)
    if problem is not None:
        return problem

    def follow(unit: Unit) -> None:
        describe_in(unit, enrolling.serial, name)
        called = masked(user.email) if is_mail else name
        added(visitor.services, visitor.origin, user, called)(unit)

    return enrolling.prove(follow)


def _page(enrolling: Enrolling, problem: Problem | None) -> Response:
    """The page of its kind; off to the choice when the token does not wait any more, or to another token
    when that is what an answer has led to."""
    visitor, setup = enrolling.visitor, enrolling.setup()
    if setup is None:
        return enrolling.begin_again(Again.CODE) if problem else visitor.go(ADD)
    around, name, shown = shell(visitor), typed_name(request.form.get("name", "")), setup.shown
    if isinstance(shown, AppSetup):
        app = AddAppPage(**around, setup=shown, other_url=ADD, name=name, problem=problem)
        return visitor.page("account/add_app.html", app, problem)
    if isinstance(shown, KeySetup):
        key = AddKeyPage(**around, setup=shown, other_url=ADD, name=name, problem=problem)
        return visitor.page("account/add_security_key.html", key, problem)
    mail = AddMailPage(**around, setup=shown, other_url=ADD, problem=problem)
    return visitor.page("account/add_mail.html", mail, problem)
