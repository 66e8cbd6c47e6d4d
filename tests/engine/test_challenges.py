"""Challenge and response: whom a transaction belongs to, how often and how long it may be answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check
from mfa_engine.authentication.outcome import Challenged, Matched, Outcome, Reason, Rejected
from mfa_engine.authentication.proof_by_challenge import ask_for_proof, prove_by_answer
from mfa_engine.authentication.trigger import trigger
from mfa_engine.delivery.email import email
from mfa_engine.delivery.outbox import Message
from mfa_engine.errors import InvalidField, NotFound
from mfa_engine.identity.throttles import second_factor_name
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.storage.challenge import challenges_of
from mfa_engine.storage.token import TokenState
from mfa_engine.tokentypes.base import Answer
from tests.support.devices import (
    Given,
    MailAddress,
    accepted,
    attempt,
    begun,
    enrolled,
    wrong,
)
from tests.support.engine import World


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


@pytest.fixture
def alice(sqlite_alice: User) -> User:
    return sqlite_alice


@pytest.fixture
def mail(world: World, alice: User) -> MailAddress:
    return mail_of(world, alice)


def mail_of(world: World, owner: User, address: str = "") -> MailAddress:
    device = enrolled(world, "email", owner, **({"email": address} if address else {}))
    assert isinstance(device, MailAddress)
    return device


def reason(outcome: Outcome) -> Reason:
    assert isinstance(outcome, Rejected), outcome
    return outcome.reason


class TestAskingByPin:
    def test_the_right_pin_alone_asks_and_the_answer_needs_none(self, world: World, alice: User) -> None:
        device = enrolled(world, "email", alice, pin="7351")
        with world.writes() as written:
            asked = world.check("alice", "7351")
        assert isinstance(asked, Challenged)
        assert [(row.event, row.success) for row in written] == [("auth.challenge", True)]
        assert len(asked.transaction_id) == 20
        assert asked.transaction_id.isdigit()
        [prompt] = asked.prompts
        assert (prompt.serial, prompt.kind, prompt.mode) == (device.serial, "email", "interactive")
        assert prompt.shown == {"recipient": "a…e@e…e.org"}
        code = world.mail.code("alice@example.org")
        outcome = world.check("alice", code, transaction_id=asked.transaction_id)
        assert isinstance(outcome, Matched)
        assert outcome.by_challenge

    @pytest.mark.parametrize("policy", ["tokenpin", "none", "userstore", "tokenpin_required"])
    @pytest.mark.parametrize("typed", ["", "wrong"])
    def test_AUTH_01_nothing_and_a_wrong_pin_send_no_mail(
        self, world: World, alice: User, policy: str, typed: str
    ) -> None:
        world.policies({"name": "pins", "then": {"otppin": policy}})
        enrolled(world, "email", alice)
        enrolled(world, "email", alice, pin="7351")
        assert isinstance(world.check("alice", typed), Rejected)
        assert world.mail.sent == []

    def test_a_code_of_an_app_wins_over_asking(self, world: World, alice: User) -> None:
        app = enrolled(world, "hotp", alice)
        mail_of(world, alice)
        assert isinstance(world.check("alice", app.give().answer.code), Matched)
        assert world.mail.sent == []


class TestTransaction:
    def test_OTP_11_a_code_answers_its_own_transaction_only(self, world: World, mail: MailAddress) -> None:
        first, second = mail.give(), mail.give()
        crossed = Given(first.answer, second.transaction_id)
        assert reason(attempt(mail, crossed)) is Reason.WRONG_CODE
        assert accepted(mail, second)

    def test_OTP_11_OTP_08_a_code_of_another_person_answers_nothing(
        self, world: World, mail: MailAddress
    ) -> None:
        bob = world.person("bob")
        theirs = mail_of(world, bob)
        given = theirs.give()
        for serial in ("", mail.serial, theirs.serial):
            outcome = world.check(
                "alice",
                given.answer.code,
                transaction_id=given.transaction_id,
                serial=serial,
                code_alone=True,
            )
            assert isinstance(outcome, Rejected)
        assert world.token(theirs.serial).failures == 0
        assert accepted(theirs, given)  # and it was not spent by them

    def test_OTP_11_a_match_of_ones_own_does_not_close_the_transaction_of_another(
        self, world: World, alice: User
    ) -> None:
        app = enrolled(world, "hotp", alice)
        theirs = mail_of(world, world.person("bob"))
        given = theirs.give()
        outcome = world.check(
            "alice", answer=app.give().answer, transaction_id=given.transaction_id, code_alone=True
        )
        assert isinstance(outcome, Matched)
        assert accepted(theirs, given)

    @pytest.mark.parametrize("transaction_id", ["01234567890123456789", "spent", "x' OR 1=1 --", "\x00"])
    def test_unknown_and_spent_ones_are_refused_as_such(
        self, world: World, mail: MailAddress, transaction_id: str
    ) -> None:
        given = mail.give()
        if transaction_id == "spent":
            assert accepted(mail, given)
            transaction_id = given.transaction_id
        with world.writes() as written:
            outcome = attempt(mail, Given(given.answer, transaction_id))
        assert reason(outcome) is Reason.CHALLENGE
        assert [row.reason for row in written] == ["challenge"]

    def test_an_answer_that_comes_twice_is_no_failure_of_anybody(
        self, world: World, alice: User, mail: MailAddress
    ) -> None:
        given = mail.give()
        assert accepted(mail, given)
        for _ in range(25):
            assert reason(attempt(mail, given)) is Reason.CHALLENGE
        assert world.tally(second_factor_name(alice.key)) is None
        assert world.tally("address:192.0.2.7") is None
        assert world.token(mail.serial).failures == 0

    def test_of_several_asked_one_answer_closes_all(self, world: World, alice: User) -> None:
        first, second = (mail_of(world, alice, f"{name}@example.org") for name in ("one", "two"))
        asked = world.ask("alice")
        assert {prompt.serial for prompt in asked.prompts} == {first.serial, second.serial}
        codes = [world.mail.code(device.address) for device in (first, second)]
        for code, expected in zip(codes, (Matched, Rejected), strict=True):
            outcome = world.check("alice", code, transaction_id=asked.transaction_id, code_alone=True)
            assert isinstance(outcome, expected)

    def test_who_proved_the_first_factor_may_answer_by_an_app_instead(
        self, world: World, alice: User, mail: MailAddress
    ) -> None:
        app = enrolled(world, "hotp", alice)
        given = mail.give()
        by_app = {"transaction_id": given.transaction_id, "code_alone": True}
        assert isinstance(world.check("alice", answer=app.give_wrong().answer, **by_app), Rejected)
        assert [world.token(device.serial).failures for device in (app, mail)] == [1, 1]
        assert isinstance(world.check("alice", answer=app.give().answer, **by_app), Matched)
        assert not accepted(mail, given)  # the transaction is over

    def test_an_answer_without_the_first_factor_is_no_code_of_an_app(
        self, world: World, alice: User, mail: MailAddress
    ) -> None:
        app = enrolled(world, "hotp", alice)
        given = mail.give()
        outcome = world.check("alice", answer=app.give().answer, transaction_id=given.transaction_id)
        assert reason(outcome) is Reason.WRONG_CODE


class TestLimits:
    def test_OTP_11_five_wrong_answers_end_a_challenge(self, world: World, mail: MailAddress) -> None:
        given = mail.give()
        wrong_one = Given(Answer(wrong(given.answer.code)), given.transaction_id)
        for _ in range(5):
            assert reason(attempt(mail, wrong_one)) is Reason.WRONG_CODE
        assert reason(attempt(mail, given)) is Reason.CHALLENGE

    def test_four_wrong_answers_do_not(self, world: World, mail: MailAddress) -> None:
        given = mail.give()
        for _ in range(4):
            attempt(mail, Given(Answer(wrong(given.answer.code)), given.transaction_id))
        assert accepted(mail, given)

    def test_OTP_06_a_new_challenge_gives_no_new_failures(self, world: World, mail: MailAddress) -> None:
        for _ in range(10):
            assert not accepted(mail, mail.give_wrong())
        assert world.token(mail.serial).failures == 10
        asked = trigger(world.engine, world.rules, Attempt(world.origin, Answer(), login="alice"))
        assert isinstance(asked, Challenged)
        assert asked.prompts == ()

    @pytest.mark.parametrize(
        ("after", "expected"), [(timedelta(minutes=5, microseconds=-1), True), (timedelta(minutes=5), False)]
    )
    def test_OTP_11_a_code_is_good_for_five_minutes(
        self, world: World, mail: MailAddress, after: timedelta, expected: bool
    ) -> None:
        given = mail.give()
        world.clock.advance(after)
        assert accepted(mail, given) is expected

    def test_OOB_04_one_message_in_30_seconds_and_five_in_an_hour(
        self, world: World, mail: MailAddress
    ) -> None:
        waits = []
        for wait in (0, 29, 1, 30, 30, 30, 30):  # the sixth and seventh would be one and two too many
            world.clock.advance(wait)
            asked = trigger(world.engine, world.rules, Attempt(world.origin, Answer(), login="alice"))
            assert isinstance(asked, Challenged)
            assert bool(asked.prompts) is (asked.wait == timedelta(0))
            waits.append(asked.wait.total_seconds())
        assert waits == [0, 1, 0, 0, 0, 0, 3600 - 150]
        world.clock.advance(3600 - 150)
        assert world.ask("alice").prompts

    def test_OOB_04_the_limit_is_the_addresss_however_it_is_written_and_however_many_tokens(
        self, world: World, alice: User
    ) -> None:
        for address in ("Someone@Example.org", "someone@example.org"):
            mail_of(world, alice, address)
        assert len(world.ask("alice").prompts) == 1
        assert len(world.mail.sent) == 1

    def test_OOB_04_what_is_held_back_by_a_right_pin_is_told_with_its_wait(
        self, world: World, alice: User
    ) -> None:
        enrolled(world, "email", alice, pin="7351")
        assert isinstance(world.check("alice", "7351"), Challenged)
        again = world.check("alice", "7351")
        assert isinstance(again, Challenged)
        assert (again.prompts, again.wait) == ((), timedelta(seconds=30))


class TestCodesThatAreSent:
    def test_OTP_13_OTP_12_the_code_is_in_the_mail_and_nowhere_else(
        self, world: World, mail: MailAddress, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        given = mail.give()
        code = given.answer.code
        rows = world.engine.look(lambda view: challenges_of(view.connection, given.transaction_id))
        world.mail.down = True
        world.clock.advance(timedelta(minutes=13))
        waiting = mail.ask()
        attempt(mail, given)
        outputs = [repr(rows), repr(world.audited()), repr(waiting), caplog.text, repr(given)]
        assert not any(code in output for output in outputs)
        assert rows[0].answer_mac is not None
        assert code.encode() not in rows[0].answer_mac

    def test_codes_have_six_digits_and_differ(self, mail: MailAddress) -> None:
        codes = [mail.give().answer.code for _ in range(30)]
        assert all(len(code) == 6 and code.isdigit() for code in codes)
        assert len(set(codes)) > 25

    def test_two_tokens_of_one_transaction_get_codes_of_their_own(self, world: World, alice: User) -> None:
        first, second = (mail_of(world, alice, f"{name}@example.org") for name in ("one", "two"))
        asked = world.ask("alice")
        other = world.mail.code(second.address)
        if other == world.mail.code(first.address):  # one in a million
            return
        outcome = world.check(
            "alice", other, transaction_id=asked.transaction_id, serial=first.serial, code_alone=True
        )
        assert isinstance(outcome, Rejected)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "nobody",
            "a@b\r\nBcc: all@example.org",
            "a@b\nx",
            "a@b, c@d",
            "<a@b>",
            "a b@c",
            "a@",
            "@b",
            "\x00@b",
        ],
    )
    def test_OOB_06_an_address_that_is_none_or_hides_a_header_is_refused_at_enrolment(
        self, world: World, address: str
    ) -> None:
        bob = world.person("bob")  # the directory has no address of his
        with pytest.raises(InvalidField):
            enrol(world.engine, world.rules, world.origin, Wanted("email", bob, {"email": address}))

    @pytest.mark.parametrize("field", ["to", "subject"])
    @pytest.mark.parametrize("evil", ["\r\nBcc: all@example.org", "\n", "\r", "\x00"])
    def test_OOB_06_no_message_can_be_made_with_a_second_header(self, field: str, evil: str) -> None:
        values = {"to": "a@example.org", "subject": "Your code"}
        values[field] += evil
        with pytest.raises(InvalidField):
            email(values["to"], values["subject"], "text")

    def test_OOB_06_braces_in_a_name_are_no_template(self) -> None:
        message: Message = email("{0}@example.org", "{code} %s {{ code }}", "{code}")
        assert message.content == {
            "to": "{0}@example.org",
            "subject": "{code} %s {{ code }}",
            "text": "{code}",
        }

    def test_the_persons_own_address_is_taken_where_none_is_given(self, world: World, alice: User) -> None:
        token = enrol(world.engine, world.rules, world.origin, Wanted("email", alice, proof_needed=False))
        assert token.handover == {"recipient": "alice@example.org"}
        world.ask("alice")
        assert world.mail.sent[0]["to"] == "alice@example.org"


class TestProvingByMail:
    def asked(self, world: World, alice: User) -> tuple[str, str]:
        token = begun(world, "email", alice)
        opened = ask_for_proof(world.engine, world.rules, world.origin, alice, token.serial)
        return token.serial, opened.transaction_id

    def prove(self, world: World, alice: User, serial: str, transaction_id: str, code: str) -> bool:
        finished = prove_by_answer(
            world.engine,
            world.rules,
            world.origin,
            alice,
            serial,
            transaction_id,
            Answer(code),
            lambda _unit, _finished: None,
        )
        return finished.worth is not None

    def test_a_wrong_code_may_be_tried_again_five_times(self, world: World, alice: User) -> None:
        serial, transaction_id = self.asked(world, alice)
        code = world.mail.code("alice@example.org")
        for _ in range(4):
            assert not self.prove(world, alice, serial, transaction_id, wrong(code))
        assert self.prove(world, alice, serial, transaction_id, code)
        assert world.token(serial).state is TokenState.ENROLLED

    def test_after_five_wrong_ones_the_right_one_is_late_and_after_ten_it_is_gone(
        self, world: World, alice: User
    ) -> None:
        serial, transaction_id = self.asked(world, alice)
        code = world.mail.code("alice@example.org")
        for _ in range(5):
            assert not self.prove(world, alice, serial, transaction_id, wrong(code))
        for _ in range(5):
            assert not self.prove(world, alice, serial, transaction_id, code)
        with pytest.raises(NotFound):
            self.prove(world, alice, serial, transaction_id, code)

    def test_OTP_08_nobody_proves_what_is_anothers(self, world: World, alice: User) -> None:
        serial, transaction_id = self.asked(world, alice)
        code = world.mail.code("alice@example.org")
        bob = world.person("bob")
        with pytest.raises(NotFound):
            self.prove(world, bob, serial, transaction_id, code)
        with pytest.raises(NotFound):
            ask_for_proof(world.engine, world.rules, world.origin, bob, serial)

    def test_OTP_11_a_code_of_another_transaction_proves_nothing(self, world: World, alice: User) -> None:
        theirs = mail_of(world, world.person("bob"))
        other = theirs.give()
        serial, transaction_id = self.asked(world, alice)
        code = world.mail.code("alice@example.org")
        assert not self.prove(world, alice, serial, other.transaction_id, code)
        assert not self.prove(world, alice, serial, other.transaction_id, other.answer.code)
        assert accepted(theirs, other)
        assert self.prove(world, alice, serial, transaction_id, code)


REFUSED: dict[str, Callable[[World], str]] = {
    "unknown": lambda _: "nobody",
    "disabled": lambda world: world.person("gone", enabled=False).login,
}


@pytest.mark.parametrize("who", REFUSED)
def test_nobody_is_asked_who_cannot_be_let_in(world: World, who: str) -> None:
    login = REFUSED[who](world)
    with world.writes() as written:
        outcome = trigger(world.engine, world.rules, Attempt(world.origin, Answer(), login=login))
    assert isinstance(outcome, Rejected)
    assert [(row.event, row.success, row.reason) for row in written] == [
        ("auth.challenge", False, outcome.reason)
    ]


def test_a_person_without_such_tokens_is_asked_nothing(world: World, alice: User) -> None:
    enrolled(world, "hotp", alice)
    outcome = trigger(world.engine, world.rules, Attempt(world.origin, Answer(), user=alice))
    assert isinstance(outcome, Challenged)
    assert outcome.prompts == ()


def test_no_two_transactions_have_one_id(world: World, alice: User) -> None:
    enrolled(world, "webauthn", alice)
    ids = {world.ask("alice").transaction_id for _ in range(50)}
    assert len(ids) == 50


def test_an_answer_to_what_was_asked_by_the_login_needs_no_login_name(
    world: World, alice: User, mail: MailAddress
) -> None:
    given = mail.give()
    wanted = Attempt(
        world.origin, given.answer, user=alice, transaction_id=given.transaction_id, code_alone=True
    )
    assert isinstance(check(world.engine, world.rules, wanted), Matched)
