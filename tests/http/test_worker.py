"""The background worker: it forgets what has expired, and sends what could not be sent at once."""

from __future__ import annotations

from datetime import timedelta

from idp.worker import Stop, sweep, work
from mfa_engine.audit import Origin
from mfa_engine.delivery.email import email
from mfa_engine.delivery.outbox import CarrierFailed, post
from mfa_engine.lifecycle.enrol import Wanted, enrol

ORIGIN = Origin("cli:test")


def test_what_has_expired_is_forgotten_an_hour_later_and_not_before(idp):
    alice = idp.person("alice")
    idp.browser().open("/account/")  # a login in progress, for ten minutes
    enrol(idp.services.engine, idp.rules, ORIGIN, Wanted("totp", alice.user))  # unproven, for fifteen
    idp.clock.advance(timedelta(minutes=70) - timedelta(seconds=1))
    assert sum(sweep(idp.services, idp.clock.now).values()) == 0
    idp.clock.advance(timedelta(minutes=10))
    swept = sweep(idp.services, idp.clock.now)
    assert (swept["logins"], swept["unproven tokens"]) == (1, 1)
    assert len(idp.sql("SELECT serial FROM token")) == 1  # the one that Alice proved


def test_sessions_and_throttles_that_still_count_stay(idp):
    alice = idp.person("alice")
    browser = idp.browser()
    browser.open("/account/")
    browser.sign_in(alice)
    idp.clock.advance(timedelta(hours=12))
    assert sweep(idp.services, idp.clock.now)["sessions"] == 0
    idp.clock.advance(timedelta(hours=1, seconds=1))
    assert sweep(idp.services, idp.clock.now)["sessions"] == 1


def test_a_message_that_the_mail_server_refused_goes_out_when_it_takes_mail_again(idp):
    engine, mail = idp.services.engine, idp.mail
    mail.refuses = CarrierFailed("451")
    engine.record(lambda unit: post(unit, email("alice@example.org", "Hello", "Text")))
    assert mail.sent == []
    mail.refuses = None
    idp.clock.advance(timedelta(seconds=31))  # the request's own lease is over
    stop = Stop()
    stop.put(None)
    work(idp.services, stop)  # told to stop before it began: it does nothing
    assert mail.sent == []
    assert engine.send_due() == 1
    assert [sent["to"] for sent in mail.sent] == ["alice@example.org"]
    assert engine.send_due() == 0


def test_a_message_that_is_too_old_to_be_of_use_is_given_up(idp):
    engine, mail = idp.services.engine, idp.mail
    mail.refuses = CarrierFailed("451")
    engine.record(lambda unit: post(unit, email("alice@example.org", "Hello", "Text")))
    mail.refuses = None
    idp.clock.advance(timedelta(minutes=6))
    assert engine.send_due() == 0
    assert idp.sql("SELECT id FROM outbox") == []


def test_a_job_that_fails_keeps_no_other_from_its_turn(idp):
    idp.browser().open("/account/")
    enrol(idp.services.engine, idp.rules, ORIGIN, Wanted("totp", idp.person("alice", app=False).user))
    idp.clock.advance(timedelta(hours=2))
    idp.run_sql("DROP TABLE outbox")
    idp.run_sql(
        "CREATE TRIGGER full BEFORE DELETE ON login_transaction BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    work(idp.services, OneTurn())
    assert len(idp.sql("SELECT handle FROM login_transaction")) == 1
    assert idp.sql("SELECT serial FROM token") == []


class OneTurn(Stop):
    """Stops when the worker pauses for the first time."""

    def get(self, block: bool = True, timeout: float | None = None) -> None:
        return None
