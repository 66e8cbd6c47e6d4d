"""A person at ``/auth``: the password opens a challenge, the answer to it ends in a token.

What was proven gathers in a LoginTransaction as in a browser, and the same pure function says when it is
enough (invariant 1). A policy that spares the second factor elsewhere does not spare it here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from idp.api import challenge
from idp.api.access import Caller
from idp.api.answer import assertion_fields, read_answer
from idp.api.errors import ApiError
from idp.api.reach import find_named
from idp.api.read import Parameters
from idp.login.flow import Facts, Step, next_step, what_is_missing
from idp.login.reach import owned, requirement
from idp.rights.administrators import principal_of, whom
from idp.rights.principal import Kind, Principal
from idp.services import Services
from idp.sessions.transaction import LoginTransaction, Person, load
from idp.storage.login_transaction import insert_login, spend_login
from mfa_engine import audit
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.authentication.assurance import Asked, Offer, Proof, password_proof
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.candidates import usable
from mfa_engine.authentication.check import check
from mfa_engine.authentication.first_factor import Password, Right, Wait, check_first_factor
from mfa_engine.authentication.outcome import Challenged, Matched, Throttled
from mfa_engine.authentication.trigger import trigger
from mfa_engine.configuration.rules import Rules, subject_of
from mfa_engine.identity.find_user import find_by_key
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.policy.decisions.limits import failure_limit
from mfa_engine.policy.model import Subject as PolicySubject
from mfa_engine.storage.token import TokenRow
from mfa_engine.tokentypes.base import Answer, VerifiesCode
from mfa_engine.unit import Unit

LIFE = timedelta(minutes=5)
"""How long the answer may take."""

_EVENT = "auth.token"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who has proven two factors."""

    principal: Principal
    user: User


@dataclass(frozen=True, slots=True)
class _Standing:
    """A person in the middle of it: what they have, and what they are asked for."""

    principal: Principal
    user: User
    subject: PolicySubject
    tokens: tuple[TokenRow, ...]
    facts: Facts


def sign_in(services: Services, who: Caller, given: Parameters, name: str) -> SignedIn | dict[str, object]:
    """The person, or the detail of the challenge that is to be answered. Raises ApiError."""
    transaction_id = given.text("transaction_id", longest=20)
    if transaction_id:
        return _answered(services, who, given, name, transaction_id)
    return _opened(services, who, given, name)


def _opened(services: Services, who: Caller, given: Parameters, name: str) -> dict[str, object]:
    typed = Password(name, given.secret("password"), given.text("realm"))
    verdict = check_first_factor(services.engine, who.rules, who.origin, typed)
    if isinstance(verdict, Wait):
        raise too_many(verdict.wait)
    if not isinstance(verdict, Right):
        raise wrong_credentials()
    # Whatever comes of it: the password was right, and its reserved try is given back.
    services.engine.record(lambda unit: verdict.settle(unit, who.origin))
    standing = _standing(services, who, verdict.user)
    login = _begun(verdict.user, services.clock())
    kinds = _kinds(who.rules, login, standing.facts)
    if next_step(login, standing.facts) is not Step.SECOND_FACTOR:
        entry = Entry(_EVENT, False, "second_factor_missing", whom(verdict.user))
        services.engine.record(lambda unit: audit.record(unit, who.origin, entry))
        raise ApiError(403, 303, "A second factor is needed here, and you have none that can be used.")
    attempt = Attempt(who.origin, Answer(), user=verdict.user, code_alone=True, kinds=kinds)
    opened = trigger(services.engine, who.rules, attempt)
    if not isinstance(opened, Challenged):
        raise wrong_credentials()
    entries = [
        *_code_entries(who.rules, standing, kinds, opened.transaction_id),
        *challenge.entries(opened.transaction_id, opened.prompts),
    ]
    if not entries:
        raise too_many(opened.wait)
    stored = replace(login, handle=_handle(opened.transaction_id))
    services.engine.record(lambda unit: _store(unit, stored))
    return challenge.detail(entries)


def _answered(services: Services, who: Caller, given: Parameters, name: str, transaction_id: str) -> SignedIn:
    engine, rules = services.engine, who.rules
    found = engine.look(lambda view: load(view, _handle(transaction_id)))
    login = found[0] if found else None
    if login is None or login.person is None or login.expires_at <= services.clock():
        raise _refused(services, who.origin, Subject(name), "transaction")
    person = login.person
    user = find_by_key(rules.realms, rules.resolvers, person.key, person.realm)
    named = find_named(rules, name, given.text("realm"), "")
    if user is None or not user.enabled or named is None or named.key != user.key:
        raise _refused(services, who.origin, Subject(name), "other_person")
    standing = _standing(services, who, user)
    attempt = Attempt(
        who.origin,
        read_answer(given.secret("password"), assertion_fields(given)),
        user=user,
        transaction_id=transaction_id,
        code_alone=True,
        kinds=_kinds(rules, login, standing.facts),
    )
    outcome = check(engine, rules, attempt)
    if isinstance(outcome, Throttled):
        raise too_many(outcome.wait)
    if not isinstance(outcome, Matched):
        raise wrong_credentials()
    proof = Proof(outcome.kind, outcome.worth, services.clock(), outcome.serial)
    ended = replace(login, proofs=(*login.proofs, proof))
    if not engine.record(lambda unit: _end(unit, who.origin, ended, standing)):
        raise wrong_credentials()
    return SignedIn(standing.principal, user)


def wrong_credentials() -> ApiError:
    """401, whatever was wrong. It was audited where it was found out."""
    return ApiError(401, 4031, "Wrong credentials.")


def too_many(wait: timedelta) -> ApiError:
    """429 with the time to wait."""
    return ApiError(429, 403, "Too many failed attempts: wait and try again.", wait)


def _standing(services: Services, who: Caller, user: User) -> _Standing:
    """Policies are asked as for the pages that the token's rights belong to. Two statements."""
    engine, rules = services.engine, who.rules
    principal = principal_of(engine, user)
    application = "page:admin" if principal.kind is Kind.ADMINISTRATOR else "page:account"
    subject = subject_of(user, address=who.origin.address, application=application)
    limit, now = failure_limit(rules.policies, subject).value, services.clock()
    tokens = tuple(row for row in tokens_of_person(engine, user.key) if usable(row, limit=limit, now=now))
    required = replace(requirement(rules, subject, Asked()), second_factor=True)
    facts = Facts(required, None, owned(rules, subject, tokens, now), (), now)
    return _Standing(principal, user, subject, tokens, facts)


def _begun(user: User, now: datetime) -> LoginTransaction:
    """A login that is nobody's browser's."""
    return LoginTransaction(
        handle="",
        version=1,
        expires_at=now + LIFE,
        answerer="api",
        application="page:account",
        request=None,
        asked=Asked(),
        person=Person(user.key.resolver, user.key.uid, user.realm, user.login),
        proofs=(password_proof(now),),
    )


def _kinds(rules: Rules, login: LoginTransaction, facts: Facts) -> frozenset[str]:
    """The token types that would do."""
    need = what_is_missing(login, facts)
    if need is None:
        return frozenset()
    return frozenset(name for name, kind in rules.types.items() if need.fits(Offer(name, kind.worth)))


def _code_entries(
    rules: Rules, standing: _Standing, kinds: Iterable[str], transaction_id: str
) -> list[challenge.Entry]:
    """Tokens that show a code by themselves are asked beside those that have to be challenged."""
    return [
        challenge.code_entry(transaction_id, row.serial, row.kind)
        for row in standing.tokens
        if row.kind in kinds and isinstance(rules.types[row.kind], VerifiesCode)
    ]


def _handle(transaction_id: str) -> str:
    """Behind a prefix that no browser's login has. No browser can open it: it belongs to none."""
    return f"auth-{transaction_id}"


def _store(unit: Unit, login: LoginTransaction) -> None:
    insert_login(unit.connection, login.handle, "", login.document(), login.expires_at)


def _end(unit: Unit, origin: Origin, login: LoginTransaction, standing: _Standing) -> bool:
    """Whoever deletes the login gets the token, and only when nothing is missing (invariant 1)."""
    issued = next_step(login, standing.facts) is Step.ISSUE and spend_login(
        unit.connection, login.handle, login.version, unit.now
    )
    acting = replace(origin, actor=standing.principal.actor)
    reason = "" if issued else "not_enough"
    audit.record(unit, acting, Entry(_EVENT, issued, reason, whom(standing.user)))
    return issued


def _refused(services: Services, origin: Origin, subject: Subject, why: str) -> ApiError:
    services.engine.record(lambda unit: audit.record(unit, origin, Entry(_EVENT, False, why, subject)))
    return wrong_credentials()
