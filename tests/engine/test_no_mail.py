"""A house that no mail leaves: codes by mail are neither asked for nor enrolled, and nothing else suffers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.outcome import Challenged, Reason, Rejected
from mfa_engine.authentication.trigger import trigger
from mfa_engine.delivery.email import email
from mfa_engine.delivery.outbox import Outbox, post
from mfa_engine.errors import InvalidField
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.tokentypes.base import Answer
from tests.support.databases import Prepare
from tests.support.devices import accepted, enrolled
from tests.support.engine import SETTINGS, World, open_world, prepare


@pytest.fixture
def url(sqlite_url: str, fresh_database: Callable[[str, Prepare], str]) -> str:
    return fresh_database(sqlite_url, prepare)


@pytest.fixture
def world(url: str) -> Iterator[World]:
    """Somebody took the mail server out of the settings."""
    world = open_world(url, settings=replace(SETTINGS, sends_mail=False))
    yield world
    world.database.dispose()


def test_no_code_by_mail_can_be_enrolled(world: World) -> None:
    alice = world.person("alice", email="alice@example.org")
    with pytest.raises(InvalidField, match=r"mail\.host"):
        enrol(world.engine, world.rules, world.origin, Wanted("email", alice, proof_needed=False))


def test_one_that_was_enrolled_before_is_not_asked_and_the_others_answer(url: str, world: World) -> None:
    with_mail = open_world(url)
    enrolled(with_mail, "email", with_mail.person("alice", email="alice@example.org"), pin="1234")
    with_mail.database.dispose()
    alice = world.user("alice")
    assert world.check("alice", "1234") == Rejected(Reason.NO_TOKEN, alice)
    app = enrolled(world, "totp", alice)
    assert accepted(app, app.give())
    asked = trigger(world.engine, world.rules, Attempt(world.origin, Answer(), user=alice))
    assert isinstance(asked, Challenged)
    assert asked.prompts == ()
    assert world.mail.sent == []


def test_a_message_that_nothing_carries_undoes_no_act_and_waits(world: World) -> None:
    world.engine._outbox = Outbox({})
    world.engine.record(lambda unit: post(unit, email("alice@example.org", "Subject", "text")))
    world.clock.advance(31)
    assert world.engine.send_due() == 0
    with world.database.reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT attempts FROM outbox").scalars().all() == [2]
