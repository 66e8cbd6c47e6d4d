"""Messages: they leave after COMMIT, at least once, and nobody waits for them for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from mfa_engine.delivery.email import SmtpCarrier, SmtpSecurity, SmtpSettings, email
from mfa_engine.delivery.outbox import Message, Outbox, post
from mfa_engine.errors import Unavailable
from mfa_engine.identity.user import User
from mfa_engine.storage.outbox import OutboxRow, due_messages
from tests.support.devices import accepted, enrolled
from tests.support.engine import World
from tests.support.parallel import Between, Crowd, Meeting
from tests.support.smtp import SmtpSink

FAR = timedelta(days=365)


def post_one(world: World, to: str = "someone@example.org", keep_trying: timedelta | None = None) -> None:
    message = email(to, "Subject", "text")
    if keep_trying is not None:
        message = Message(message.kind, message.content, keep_trying)
    world.engine.record(lambda unit: post(unit, message))


def waiting(world: World) -> tuple[OutboxRow, ...]:
    """All that waits, whenever it is due."""
    return world.engine.look(lambda view: due_messages(view.connection, view.now + FAR, 100))


def test_a_message_goes_out_at_once_and_only_once(world: World) -> None:
    post_one(world)
    assert [mail["to"] for mail in world.mail.sent] == ["someone@example.org"]
    assert waiting(world) == ()
    world.clock.advance(timedelta(hours=1))
    assert world.outbox.send_due(world.engine) == 0
    assert len(world.mail.sent) == 1


def test_what_fails_waits_for_the_worker_longer_each_time_until_it_is_too_old(world: World) -> None:
    world.mail.down = True
    post_one(world, keep_trying=timedelta(hours=1))
    assert len(waiting(world)) == 1
    due = []
    for _ in range(5):
        world.clock.now = waiting(world)[0].due_at - timedelta(microseconds=1)
        assert world.outbox.send_due(world.engine) == 0
        before = waiting(world)[0]
        world.clock.advance(timedelta(microseconds=1))
        assert world.outbox.send_due(world.engine) == 0
        after = waiting(world)[0]
        assert after.attempts == before.attempts + 1
        due.append((after.due_at - world.clock.now).total_seconds())
    assert due == [60, 120, 240, 480, 600]
    world.clock.advance(timedelta(hours=1))
    world.mail.down = False
    assert world.outbox.send_due(world.engine) == 0  # a code is worth nothing by now
    assert waiting(world) == ()
    assert world.mail.sent == []


def test_what_waited_goes_out_when_the_server_is_back(world: World) -> None:
    world.mail.down = True
    for number in range(3):
        post_one(world, f"person{number}@example.org")
    world.mail.down = False
    world.clock.advance(30)
    assert world.outbox.send_due(world.engine, limit=2) == 2
    assert world.outbox.send_due(world.engine, limit=2) == 1
    assert {mail["to"] for mail in world.mail.sent} == {f"person{number}@example.org" for number in range(3)}
    assert waiting(world) == ()


def test_of_many_workers_one_sends(world: World, crowd: Crowd) -> None:
    world.mail.down = True
    for number in range(5):
        post_one(world, f"person{number}@example.org")
    world.mail.down = False
    world.clock.advance(30)
    runner = Meeting(world.engine, 8)  # all have seen the same messages before the first is taken
    sent = crowd.each([lambda: world.outbox.send_due(runner)] * 8)
    assert sum(count for count in sent if isinstance(count, int)) == 5, sent
    assert sorted(mail["to"] for mail in world.mail.sent) == [
        f"person{number}@example.org" for number in range(5)
    ]


def test_of_two_workers_that_saw_a_message_the_second_leaves_it_to_the_first(world: World) -> None:
    world.mail.down = True
    post_one(world)
    world.clock.advance(30)

    def first() -> None:
        world.outbox.send_due(world.engine)  # takes it, and has no luck
        world.mail.down = False

    assert world.outbox.send_due(Between(world.engine, first)) == 0
    assert world.mail.sent == []
    world.clock.advance(60)
    assert world.outbox.send_due(world.engine) == 1


def test_a_worker_that_died_while_sending_is_replaced_after_its_lease(world: World) -> None:
    world.mail.down = True
    post_one(world)
    world.clock.advance(30)

    class Dies:
        def carry(self, content: Mapping[str, str]) -> None:
            raise SystemExit

    with pytest.raises(SystemExit):
        Outbox({"email": Dies()}).send_due(world.engine)
    world.mail.down = False
    assert world.outbox.send_due(world.engine) == 0
    world.clock.advance(60)
    assert world.outbox.send_due(world.engine) == 1


def test_an_act_is_done_even_when_its_message_cannot_be_taken_out_again(
    world: World, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    mail = enrolled(world, "email", alice)
    carry = world.mail.carry

    def then_fails(content: Mapping[str, str]) -> None:
        carry(content)
        world.run_sql("ALTER TABLE outbox RENAME TO outbox_gone")

    world.mail.carry = then_fails  # type: ignore[method-assign]
    given = mail.give()
    world.run_sql("ALTER TABLE outbox_gone RENAME TO outbox")
    assert "will go again" in caplog.text
    assert len(waiting(world)) == 1
    assert accepted(mail, given)


def test_without_an_outbox_nothing_is_asked(world: World, alice: User) -> None:
    enrolled(world, "email", alice)
    world.run_sql("ALTER TABLE outbox RENAME TO outbox_gone")
    with pytest.raises(Unavailable):
        world.ask("alice")
    assert world.mail.sent == []
    assert world.tally("message:people:id-of-alice:alice@example.org") is None


def test_a_code_arrives_over_smtp(sqlite_world: World, sqlite_alice: User, smtp_sink: SmtpSink) -> None:
    world = sqlite_world
    enrolled(world, "email", sqlite_alice)
    real = SmtpCarrier(
        SmtpSettings(smtp_sink.host, smtp_sink.port, "doorward@example.org", security=SmtpSecurity.NONE)
    )
    carry = world.mail.carry

    def both(content: Mapping[str, str]) -> None:
        carry(content)
        real.carry(content)

    world.mail.carry = both  # type: ignore[method-assign]
    world.ask("alice")
    mail = smtp_sink.wait_for("alice@example.org")
    assert world.mail.code("alice@example.org") in mail.text
    smtp_sink.refusal = "451 try later"
    world.clock.advance(31)
    world.ask("alice")
    assert len(waiting(world)) == 1
    smtp_sink.refusal = None
    world.clock.advance(31)
    assert world.outbox.send_due(world.engine) == 1
    assert len(smtp_sink.mails) == 2
