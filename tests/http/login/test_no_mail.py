"""Signing in to a house that no mail leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mfa_engine.lifecycle.enrol import Wanted, enrol
from tests.support.databases import Prepare
from tests.support.idp import Idp, Person, open_idp, prepare_idp

BY_MAIL = {
    "name": "mail",
    "then": {"tokentype": ["totp", "email"], "enroll_via_multichallenge": ["totp", "email"]},
}


@pytest.fixture
def url(sqlite_url: str, fresh_database: Callable[[str, Prepare], str]) -> str:
    return fresh_database(sqlite_url, prepare_idp)


@pytest.fixture
def idp(url: str) -> Iterator[Idp]:
    idp = open_idp(url, MAIL_HOST="")
    yield idp
    idp.close()


def before(url: str, login: str, **more: bool) -> Person:
    """Somebody who has enrolled a code by mail when there was a mail server."""
    earlier = open_idp(url)
    earlier.policies(BY_MAIL)
    person = earlier.person(login, email=f"{login}@example.org", **more)
    wanted = Wanted("email", person.user, proof_needed=False)
    enrol(earlier.services.engine, earlier.rules, earlier.origin, wanted)
    earlier.close()
    return person


def test_a_code_by_mail_is_not_offered_beside_what_works(url: str, idp: Idp) -> None:
    alice = before(url, "alice")
    alice.idp = idp
    browser = idp.browser()
    browser.open("/account/")
    browser.submit(username=alice.login, password=alice.password)
    assert browser.step == "second-factor"
    assert "choose" not in browser.response.text
    browser.submit(code=alice.code())
    assert browser.at == "/account/"
    browser.open("/account/add")
    assert "/account/add/totp" in browser.response.text
    assert "/account/add/email" not in browser.response.text


def test_whoever_has_nothing_else_is_told_so(url: str, idp: Idp) -> None:
    alice = before(url, "alice", app=False)
    browser = idp.browser()
    browser.open("/account/")
    browser.submit(username=alice.login, password=alice.password)
    assert browser.response.status_code < 500
    assert browser.step == ""
    assert "a…e@" not in browser.response.text
