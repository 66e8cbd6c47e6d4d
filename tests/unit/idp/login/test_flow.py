"""What comes next in a login, as far as consent and other people's sessions go. No I/O."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idp.login.flow import Facts, Step, joins, next_step, person_known, proofs_of
from idp.sessions.sso import SsoSession
from idp.sessions.transaction import LoginTransaction, Person
from idp.storage.sso_session import SessionRow
from mfa_engine.authentication.assurance import Asked, Proof, Required, password_proof

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
ALICE, BOB = Person("people", "1", "staff", "alice"), Person("people", "2", "staff", "bob")
LOGIN = LoginTransaction("handle", 1, LATER, "oidc", "oidc:app", "App", {}, Asked(), NOW)
PASSWORD = password_proof(NOW)


def session(person: Person, *proofs: Proof) -> SsoSession:
    row = SessionRow(
        "id", "hash", person.resolver, person.uid, person.realm, person.login,
        [], NOW, NOW, LATER, LATER, 600, "", "",
    )  # fmt: skip
    return SsoSession(row, proofs)


def facts(of: SsoSession | None = None, *, consent_due: bool = False) -> Facts:
    required = Required(Asked(), second_factor=False, accepted_types=frozenset())
    return Facts(required, of, (), (), NOW, consent_due=consent_due)


def test_consent_comes_after_everything_is_proven_and_before_the_issue() -> None:
    proven = replace(LOGIN, person=ALICE, proofs=(PASSWORD,))
    assert next_step(LOGIN, facts(consent_due=True)) is Step.FIRST_FACTOR
    assert next_step(proven, facts(consent_due=True)) is Step.CONSENT
    assert next_step(proven, facts()) is Step.ISSUE
    assert next_step(LOGIN, facts(session(ALICE, PASSWORD), consent_due=True)) is Step.CONSENT


def test_a_session_that_will_not_do_proves_nothing_until_its_person_begins_anew() -> None:
    another, of_alice = replace(LOGIN, another=True), session(ALICE, PASSWORD)
    assert next_step(LOGIN, facts(of_alice)) is Step.ISSUE
    assert next_step(another, facts(of_alice)) is Step.FIRST_FACTOR
    assert proofs_of(another, of_alice) == ()
    assert not person_known(another, of_alice)
    assert proofs_of(replace(another, person=ALICE), of_alice) == (PASSWORD,)


@pytest.mark.parametrize("another", [False, True])
def test_somebody_elses_session_proves_nothing_for_who_begins(another: bool) -> None:
    login = replace(LOGIN, person=BOB, another=another)
    assert not joins(login, session(ALICE, PASSWORD))
    assert next_step(login, facts(session(ALICE, PASSWORD))) is Step.FIRST_FACTOR
