"""Bugs and broken statements: a number for the person, one line for the log, nothing for anybody (OPS-14)."""

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.support.idp import BASE
from tests.threats.doors import gained, requests_to_every_route

TOLD = "what the failing line held"
LONGEST = 60  # statements of a login's last form, and of the redirects behind it


class Broken(Exception):
    """Nothing that the product knows."""


def fail(*_arguments, **_named):
    raise Broken(TOLD)


@pytest.fixture
def browser(idp):
    return idp.browser()


def at_the_code(doors, browser, person, door):
    doors.open(door, browser)
    browser.submit(username=person.login, password=person.password)
    assert browser.step == "second-factor"


def test_OPS_14_a_bug_anywhere_is_told_by_number_and_logged_once(doors, alice, browser, monkeypatch, caplog):
    doors.app.code(browser, alice)
    doors.open("saml", other := doors.idp.browser())
    handle = other.at.split("/")[2]
    before = gained(doors.idp)
    requests = list(requests_to_every_route(doors.idp, handle))
    monkeypatch.setattr("mfa_engine.engine.Engine.look", fail)
    monkeypatch.setattr("mfa_engine.engine.Engine.record", fail)
    broken = 0
    for method, address in requests:
        caplog.clear()
        answer = browser.client.open(
            address,
            method=method,
            base_url=BASE,
            data={"username": "alice", "password": "x"} if method != "GET" else None,
            headers={"Origin": BASE},
        )
        assert TOLD not in answer.text + str(answer.headers)
        assert "Traceback" not in answer.text
        if answer.status_code < 500:
            continue
        broken += 1
        assert answer.status_code == 500, f"{method} {address}"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Location" not in answer.headers
        assert not answer.headers.getlist("Set-Cookie")
        assert re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", answer.text), f"{method} {address}"
        assert [record.levelname for record in caplog.records] == ["ERROR"], f"{method} {address}"
    monkeypatch.undo()
    assert broken > 40
    assert not gained(doors.idp, before)


@contextmanager
def failing_at(idp, number):
    """The statement with this number does not reach the database; says whether there was one."""
    seen = []

    def count(*_arguments):
        seen.append(None)
        if len(seen) == number:
            raise Broken(TOLD)

    engines = (idp.database.writer, idp.database.reader)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", count)
    try:
        yield lambda: len(seen) >= number
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", count)


@pytest.mark.parametrize("door", ["openid connect", "saml", "account"])
def test_OPS_14_a_login_that_breaks_at_any_statement_is_whole_or_was_not(doors, alice, browser, door):
    for number in range(1, LONGEST):
        at_the_code(doors, browser, alice, door)
        before, rows = gained(doors.idp), len(doors.idp.audited())
        with failing_at(doors.idp, number) as failed:
            browser.submit(code=alice.code())
        if not failed():
            break
        assert browser.response.status_code == 500
        assert TOLD not in browser.response.text
        happened = [row.event for row in doors.idp.audited()[rows:] if row.success]
        if "auth.login" in happened:  # it broke when all was done, at what is shown afterwards
            assert gained(doors.idp, before).sessions == 1
            browser.forget()
        else:
            assert not gained(doors.idp, before), f"at statement {number}"
            assert browser.cookie("dw_session") is None
    assert 10 < number < LONGEST
    assert browser.cookie("dw_session") is not None
    assert gained(doors.idp, before).sessions == 1
