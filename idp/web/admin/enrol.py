"""/admin/users/<person>/enrol: a token for somebody: which kind, its details, and handing it over."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from flask import Response, request

from idp.factors.aftermath import added
from idp.login.ways import way_kind
from idp.pages import Problem
from idp.pages.admin import (
    EnrolForChoosePage,
    EnrolForDetailsPage,
    HandOverAppPage,
    HandOverKeyPage,
    HandOverMailPage,
    TokenDetails,
)
from idp.pages.done import Done
from idp.pages.enrolment import AppSetup, Choice, KeySetup
from idp.rights import denial
from idp.rights.administrators import leave_alone, whom
from idp.rights.catalogue import Right
from idp.web.account.own import typed_name
from idp.web.admin.people import address_of, person_of
from idp.web.admin.registered import problem_at
from idp.web.admin.shell import shell
from idp.web.enrolling import Again, Enrolling, behind, problem_before
from idp.web.tokens import kinds_safest_first
from idp.web.visitor import Visitor
from mfa_engine.configuration.rules import subject_of
from mfa_engine.errors import InvalidField, NotAllowed, NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.enrol import Wanted, enrol, living
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.lifecycle.vouch import vouch
from mfa_engine.policy.decisions.enrolment import tokens_per_person
from mfa_engine.policy.decisions.pin import PinSource, pin_rule
from mfa_engine.storage.token import token_by_serial
from mfa_engine.tokentypes.base import ProvesByRegistration
from mfa_engine.unit import Unit

_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_PLACES = {"otpkey": "key", "otpkeyformat": "key", "description": "name", "pin": "pin"}


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whom a token is enrolled for, by a visitor who may."""

    visitor: Visitor
    user: User

    @property
    def page(self) -> str:
        return address_of(self.user)

    @property
    def home(self) -> str:
        """Where the choice of a kind is."""
        return f"{self.page}/enrol"


class _HandOver(TypedDict):
    """The fields of HandOverPage."""

    person: str
    person_url: str
    serial: str
    may_skip: bool
    problem: Problem | None


def choose(visitor: Visitor, handle: str) -> Response:
    """The kinds there are; none when the person has as many tokens as are allowed."""
    owner = _owner(visitor, handle)
    if isinstance(owner, Response):
        return owner
    types = visitor.rules.types
    kinds = kinds_safest_first(visitor, types) if _has_room(owner) else []
    choices = tuple(Choice(way_kind(types[kind]), f"{owner.home}/{kind}") for kind in kinds)
    page = EnrolForChoosePage(
        **shell(visitor),
        person=owner.user.display_name,
        person_url=owner.page,
        choices=choices,
    )
    return visitor.page("admin/enrol_choose.html", page)


def ask_details(visitor: Visitor, handle: str, kind: str) -> Response:
    """The form of one kind."""
    owner = _owner(visitor, handle)
    if isinstance(owner, Response):
        return owner
    return _details_page(owner, _known(visitor, kind), TokenDetails(), problem_before())


def make(visitor: Visitor, handle: str, kind: str) -> Response:
    """Make the token, which nothing accepts yet, and go on to handing it over."""
    owner = _owner(visitor, handle)
    if isinstance(owner, Response):
        return owner
    _known(visitor, kind)
    details = _read()
    pin = request.form.get("pin", "")
    try:
        if _pin_needed(owner) and not pin:
            raise InvalidField("pin", "is needed here: a policy asks for one in front of the code")
        wanted = Wanted(kind, owner.user, _parameters(details), description=details.name, pin=pin)
        made = enrol(visitor.services.engine, visitor.rules, visitor.origin, wanted)
    except InvalidField as error:
        return _details_page(owner, kind, details, problem_at(error, _PLACES))
    except NotAllowed:
        return visitor.go(owner.home)
    return visitor.go(Enrolling(visitor, owner.user, kind, made.serial, owner.home).address)


def hand_over(visitor: Visitor, handle: str, kind: str, ticket: str) -> Response:
    """What its holder needs, shown to this session only."""
    owner = _owner(visitor, handle)
    if isinstance(owner, Response):
        return owner
    return _hand_over_page(owner, behind(visitor, owner.user, kind, ticket, owner.home), None)


def finish(visitor: Visitor, handle: str, kind: str, ticket: str) -> Response:
    """The first answer, the wish to be sent a code, or to hand it over unproven."""
    owner = _owner(visitor, handle)
    if isinstance(owner, Response):
        return owner
    enrolling = behind(visitor, owner.user, kind, ticket, owner.home)
    if request.form.get("act") == "skip":
        return _skip(owner, enrolling)
    answered = enrolling.send() if request.form.get("send") else enrolling.prove(_telling(owner, enrolling))
    if isinstance(answered, Response):
        return answered
    if answered is not None:
        return _hand_over_page(owner, enrolling, answered)
    return visitor.go(owner.page, Done.TOKEN_ENROLLED)


def _owner(visitor: Visitor, handle: str) -> _Owner | Response:
    """Raises NotFound, OutOfReach, Denied. One's own are added on the account pages (SELF-01)."""
    user, principal = person_of(visitor, handle), visitor.principal
    if principal.is_owner(user.key):
        return visitor.go("/account/add")
    if not principal.may(Right.TOKEN_ENROL, user.realm):
        raise denial.missing(Right.TOKEN_ENROL, subject=whom(user))
    leave_alone(visitor.services.engine, principal, Right.TOKEN_ENROL, user.key)
    return _Owner(visitor, user)


def _has_room(owner: _Owner) -> bool:
    visitor = owner.visitor
    tokens = tokens_of_person(visitor.services.engine, owner.user.key)
    subject = subject_of(owner.user, address=visitor.origin.address, application=visitor.origin.application)
    return len(living(tokens, visitor.now)) < tokens_per_person(visitor.rules.policies, subject).value


def _known(visitor: Visitor, kind: str) -> str:
    if kind not in visitor.rules.types:
        raise NotFound("token type", kind)
    return kind


def _read() -> TokenDetails:
    """What the form says; its choices are closed ones."""
    form = request.form
    return TokenDetails(
        name=typed_name(form.get("name", "")),
        algorithm=form.get("algorithm", "sha1"),
        digits=8 if form.get("digits") == "8" else 6,
        period_seconds=60 if form.get("period") == "60" else 30,
    )


def _parameters(details: TokenDetails) -> dict[str, str]:
    """By their wire names; a type leaves aside what is not its own."""
    key = "".join(request.form.get("key", "").split())
    return {
        "hashlib": details.algorithm,
        "otplen": str(details.digits),
        "timeStep": str(details.period_seconds),
        "otpkey": key,
        "otpkeyformat": "hex" if _HEX.fullmatch(key) else "base32",
    }


def _pin_needed(owner: _Owner) -> bool:
    """Whether a token without a PIN would be refused."""
    subject = subject_of(owner.user, address="", application="")
    rule = pin_rule(owner.visitor.rules.policies, subject).value
    return rule.required and rule.source is PinSource.TOKEN


def _details_page(owner: _Owner, kind: str, details: TokenDetails, problem: Problem | None) -> Response:
    visitor = owner.visitor
    type_ = visitor.rules.types[kind]
    page = EnrolForDetailsPage(
        **shell(visitor),
        person=owner.user.display_name,
        person_url=owner.page,
        kind=way_kind(type_),
        other_url=owner.home,
        details=details,
        timed=type_.worth.time_synchronous,
        address=owner.user.email,
        pin_needed=_pin_needed(owner),
        problem=problem,
    )
    return visitor.page("admin/enrol_details.html", page, problem)


def _hand_over_page(owner: _Owner, enrolling: Enrolling, problem: Problem | None) -> Response:
    """The page of its kind; off to the choice when the token does not wait any more, or to the details
    of another when that is what an answer has led to."""
    visitor, setup = owner.visitor, enrolling.setup()
    if setup is None:
        return enrolling.begin_again(Again.CODE) if problem else visitor.go(owner.home)
    around, shown = _around(owner, enrolling, problem), setup.shown
    if isinstance(shown, AppSetup):
        app = HandOverAppPage(**shell(visitor), **around, setup=shown)
        return visitor.page("admin/enrol_app.html", app, problem)
    if isinstance(shown, KeySetup):
        key = HandOverKeyPage(**shell(visitor), **around, setup=shown)
        return visitor.page("admin/enrol_security_key.html", key, problem)
    mail = HandOverMailPage(**shell(visitor), **around, setup=shown)
    return visitor.page("admin/enrol_mail.html", mail, problem)


def _around(owner: _Owner, enrolling: Enrolling, problem: Problem | None) -> _HandOver:
    kind = owner.visitor.rules.types[enrolling.kind]
    return _HandOver(
        person=owner.user.display_name,
        person_url=owner.page,
        serial=enrolling.serial,
        may_skip=not isinstance(kind, ProvesByRegistration),
        problem=problem,
    )


def _skip(owner: _Owner, enrolling: Enrolling) -> Response:
    visitor = owner.visitor
    telling = _telling(owner, enrolling)
    engine, rules, origin = visitor.services.engine, visitor.rules, visitor.origin
    vouch(engine, rules, origin, enrolling.serial, lambda unit, _: telling(unit))
    return visitor.go(owner.page, Done.TOKEN_HANDED_OVER)


def _telling(owner: _Owner, enrolling: Enrolling) -> Callable[[Unit], None]:
    """The mail to the owner, with the act."""
    visitor, serial = owner.visitor, enrolling.serial

    def follow(unit: Unit) -> None:
        token = token_by_serial(unit.connection, serial)
        name = token.description if token and token.description else serial
        added(visitor.services, visitor.origin, owner.user, name)(unit)

    return follow
