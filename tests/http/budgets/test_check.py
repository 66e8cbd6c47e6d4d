"""`/validate/check`: 5 statements and 1 commit at most, whatever is asked and however many the tokens."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from werkzeug.test import TestResponse

from mfa_engine.lifecycle.enrol import Wanted, enrol
from tests.http.budgets.conftest import Counting
from tests.support.idp import Idp, Person
from tests.support.statements import Counted, first_word

PIN = "7392"

Asked = Callable[..., tuple[bool, Counted]]


@pytest.fixture
def asked(idp: Idp, counting: Counting) -> Asked:
    """Sends one request, after another one: what a second brings anew is in memory then."""

    def ask(login: str, typed: str, **more: str) -> tuple[bool, Counted]:
        check(idp, "somebody", "")
        with counting() as counted:
            answer = check(idp, login, typed, **more)
        assert answer.status_code == 200, answer.text
        return answer.json["result"]["value"], counted

    return ask


def check(idp: Idp, login: str, typed: str, **more: str) -> TestResponse:
    form = {"user": login, "pass": typed, **more}
    return idp.app.test_client().post("/validate/check", base_url=idp.base, data=form)


def hotp(secret: str, counter: int) -> str:
    return pyotp.HOTP(secret).at(counter)


def give_token(idp: Idp, person: Person, kind: str, pin: str = "") -> str:
    """Enrol one; gives its secret."""
    wanted = Wanted(kind, person.user, pin=pin, proof_needed=False)
    return enrol(idp.services.engine, idp.rules, idp.origin, wanted).handover["secret"]


def kinds(counted: Counted) -> list[str]:
    return [first_word(sql) for sql in counted.statements]


def test_a_right_code_costs_four_statements(idp: Idp, asked: Asked) -> None:
    accepted, counted = asked("alice", idp.person("alice").code())
    assert accepted
    assert kinds(counted) == ["SELECT", "SELECT", "UPDATE", "INSERT"]
    assert counted.commits == 1


def test_a_pin_costs_no_statement(idp: Idp, asked: Asked) -> None:
    secret = give_token(idp, idp.person("bob", app=False), "hotp", PIN)
    accepted, counted = asked("bob", PIN + hotp(secret, 0))
    assert accepted
    assert kinds(counted) == ["SELECT", "SELECT", "UPDATE", "INSERT"]
    assert counted.commits == 1


@pytest.mark.parametrize("login", ["alice", "nobody"])
@pytest.mark.parametrize("typed", ["", "000000", "7392000000", "a password"])
def test_what_is_refused_costs_five_statements_at_most(
    idp: Idp, asked: Asked, login: str, typed: str
) -> None:
    idp.person("alice")
    accepted, counted = asked(login, typed)
    assert not accepted
    assert len(counted.statements) <= 5
    assert counted.commits == 1


def test_the_number_of_tokens_costs_no_statement(idp: Idp, asked: Asked) -> None:
    carol = idp.person("carol", app=False)
    secrets = [give_token(idp, carol, "hotp") for _ in range(20)]
    right, spent = asked("carol", hotp(secrets[-1], 0))
    wrong, refused = asked("carol", "000000")
    assert (right, wrong) == (True, False)
    assert len(spent.statements) == 4
    assert len(refused.statements) <= 5
    assert (spent.commits, refused.commits) == (1, 1)


def test_a_code_by_serial_costs_five_statements(idp: Idp, asked: Asked) -> None:
    dave = idp.person("dave", app=False)
    secret = give_token(idp, dave, "hotp")
    (row,) = idp.sql("SELECT serial FROM token WHERE uid = :uid", uid=dave.key.uid)
    accepted, counted = asked("", hotp(secret, 0), serial=row.serial)
    assert accepted
    assert kinds(counted) == ["SELECT", "SELECT", "SELECT", "UPDATE", "INSERT"]
    assert counted.commits == 1
