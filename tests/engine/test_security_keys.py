"""Security keys through the engine: whose challenge, how often, what the signed bytes are worth."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from mfa_engine.authentication.outcome import Matched, Outcome, Reason, Rejected
from mfa_engine.errors import Conflict, InvalidField, NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.finish import finish
from mfa_engine.storage.token import TokenState
from mfa_engine.tokentypes.base import Answer
from mfa_engine.tokentypes.worth import Factor
from tests.support.devices import (
    Given,
    Key,
    accepted,
    attempt,
    begun,
    enrolled,
    new_authenticator,
    new_key,
    registration,
)
from tests.support.engine import World
from tests.unit.mfa_engine.algorithms.soft_authenticator import BE, BS, UP, UV

FIVE_MINUTES = timedelta(minutes=5)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


@pytest.fixture
def alice(sqlite_alice: User) -> User:
    return sqlite_alice


@pytest.fixture
def key(world: World, alice: User) -> Key:
    return new_key(world, alice)


def reason(outcome: Outcome) -> Reason:
    assert isinstance(outcome, Rejected), outcome
    return outcome.reason


class TestChallenge:
    def test_FIDO_01_is_spent_by_a_wrong_answer_too(self, key: Key) -> None:
        asked = key.give()
        forged = Given(
            key.sign(base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")), asked.transaction_id
        )
        assert reason(attempt(key, forged)) is Reason.WRONG_CODE
        assert reason(attempt(key, asked)) is Reason.CHALLENGE

    @pytest.mark.parametrize("nonsense", ["", "{}", "[]", "{", "null", "[" * 3000, '{"id": 1}'])
    def test_FIDO_01_is_spent_by_an_answer_that_is_none(self, key: Key, nonsense: str) -> None:
        asked = key.give()
        answer = Given(Answer(fields={"credential": nonsense}), asked.transaction_id)
        assert isinstance(attempt(key, answer), Rejected)
        assert reason(attempt(key, asked)) is Reason.CHALLENGE

    def test_FIDO_01_is_spent_by_the_answer_of_a_key_that_was_not_asked(self, world: World, key: Key) -> None:
        theirs = new_key(world, world.person("bob"))
        asked = world.ask("alice")
        challenge = asked.prompts[0].shown["options"]["challenge"]
        assert reason(attempt(key, Given(theirs.sign(challenge), asked.transaction_id))) is Reason.CHALLENGE
        assert reason(attempt(key, Given(key.sign(challenge), asked.transaction_id))) is Reason.CHALLENGE

    @pytest.mark.parametrize(("after", "expected"), [(FIVE_MINUTES - MOMENT, True), (FIVE_MINUTES, False)])
    def test_FIDO_01_is_good_for_five_minutes(
        self, world: World, key: Key, after: timedelta, expected: bool
    ) -> None:
        given = key.give()
        world.clock.advance(after)
        assert accepted(key, given) is expected

    @pytest.mark.parametrize(("after", "expected"), [(FIVE_MINUTES - MOMENT, True), (FIVE_MINUTES, False)])
    def test_FIDO_01_of_a_registration_is_good_for_five_minutes(
        self, world: World, alice: User, after: timedelta, expected: bool
    ) -> None:
        token = begun(world, "webauthn", alice)
        answer = registration(token, new_authenticator("a"))
        world.clock.advance(after)
        if expected:
            finish(world.engine, world.rules, world.origin, token.serial, answer)
        else:
            with pytest.raises(InvalidField):
                finish(world.engine, world.rules, world.origin, token.serial, answer)

    def test_FIDO_01_of_another_person_or_transaction_is_refused(self, world: World, key: Key) -> None:
        bob = world.person("bob")
        theirs = new_key(world, bob)
        asked = world.ask("bob")
        challenge = asked.prompts[0].shown["options"]["challenge"]
        assert not accepted(key, Given(key.sign(challenge), asked.transaction_id))
        mine = key.give()
        assert not accepted(key, Given(key.sign(challenge), mine.transaction_id))
        assert accepted(theirs, Given(theirs.sign(challenge), asked.transaction_id))

    def test_FIDO_01_of_a_registration_is_no_challenge_of_a_login(self, world: World, key: Key) -> None:
        token = begun(world, "webauthn", key.owner)
        challenge = json.loads(token.handover["options"])["challenge"]
        asked = key.give()
        assert not accepted(key, Given(key.sign(challenge), asked.transaction_id))

    def test_is_one_for_all_keys_of_a_transaction_and_one_answer_ends_it(
        self, world: World, key: Key
    ) -> None:
        other = new_key(world, key.owner)
        asked = world.ask("alice")
        challenges = {prompt.shown["options"]["challenge"] for prompt in asked.prompts}
        assert len(asked.prompts) == 2
        assert len(challenges) == 1
        assert len(base64.urlsafe_b64decode(challenges.copy().pop() + "==")) == 32
        answer = other.sign(challenges.pop())
        outcome = world.check("alice", answer=answer, transaction_id=asked.transaction_id, code_alone=True)
        assert isinstance(outcome, Matched)
        assert outcome.serial == other.serial
        assert isinstance(
            world.check("alice", answer=answer, transaction_id=asked.transaction_id, code_alone=True),
            Rejected,
        )

    def test_a_mail_code_beside_it_is_not_taken_for_its_answer(self, world: World, key: Key) -> None:
        enrolled(world, "email", key.owner)
        asked = world.ask("alice")
        code = world.mail.code("alice@example.org")
        outcome = world.check("alice", code, transaction_id=asked.transaction_id, code_alone=True)
        assert isinstance(outcome, Matched)
        assert outcome.kind == "email"


class TestRegistration:
    @pytest.mark.parametrize("what", ["origin", "type", "challenge"])
    def test_FIDO_01_wrong_once_it_has_to_begin_again(self, world: World, alice: User, what: str) -> None:
        token = begun(world, "webauthn", alice)
        authenticator = new_authenticator("a")
        right = registration(token, authenticator)
        options = json.loads(token.handover["options"])
        challenge = base64.urlsafe_b64decode(options["challenge"] + "==")
        changes = {"origin": {"origin": "https://evil.example"}, "type": {"type": "webauthn.get"}}
        sent = authenticator.create(bytes(32) if what == "challenge" else challenge, **changes.get(what, {}))
        forged = Answer(fields={"credential": json.dumps(sent)})
        with world.writes() as written, pytest.raises(InvalidField):
            finish(world.engine, world.rules, world.origin, token.serial, forged)
        assert [(row.event, row.success) for row in written] == [("token.prove", False)]
        with pytest.raises(NotFound):
            finish(world.engine, world.rules, world.origin, token.serial, right)

    def test_FIDO_05_a_key_that_somebody_has_is_a_conflict_and_stays_theirs(
        self, world: World, key: Key
    ) -> None:
        bob = world.person("bob")
        token = begun(world, "webauthn", bob)
        authenticator = key.authenticator
        before = authenticator.user_handle
        with pytest.raises(Conflict):
            finish(world.engine, world.rules, world.origin, token.serial, registration(token, authenticator))
        authenticator.user_handle = before
        assert world.find_token(token.serial) is None
        assert accepted(key, key.give())

    def test_FIDO_05_an_algorithm_that_was_not_offered_is_refused(self, world: World, alice: User) -> None:
        token = begun(world, "webauthn", alice)
        options = json.loads(token.handover["options"])
        offered = {parameter["alg"] for parameter in options["pubKeyCredParams"]}
        assert -65535 not in offered  # RS1
        authenticator = new_authenticator("a")
        cose = {1: 3, 3: -65535, -1: b"\x80" + bytes(255), -2: b"\x01\x00\x01"}
        sent = authenticator.create(
            base64.urlsafe_b64decode(options["challenge"] + "=="), authenticator.registration_data(cose=cose)
        )
        with pytest.raises(InvalidField):
            finish(
                world.engine,
                world.rules,
                world.origin,
                token.serial,
                Answer(fields={"credential": json.dumps(sent)}),
            )

    def test_says_which_keys_the_person_has_and_keeps_one_handle(self, world: World, key: Key) -> None:
        second = begun(world, "webauthn", key.owner)
        options = json.loads(second.handover["options"])
        excluded = [credential["id"] for credential in options["excludeCredentials"]]
        own = base64.urlsafe_b64encode(key.authenticator.credential_id).decode().rstrip("=")
        assert excluded == [own]
        stored = world.token(key.serial).details["user_handle"]
        assert options["user"]["id"] == stored


class TestWorth:
    @pytest.mark.parametrize("flags", [UP, UP | UV])
    def test_FIDO_03_user_verification_is_read_from_the_signed_flags(
        self, world: World, alice: User, flags: int
    ) -> None:
        key = new_key(world, alice, flags=flags)
        outcome = attempt(key, key.give(flags))
        assert isinstance(outcome, Matched)
        assert outcome.worth.user_verified is bool(flags & UV)
        assert outcome.worth.two_kinds is bool(flags & UV)
        assert outcome.worth.factors == {Factor.POSSESSION}
        assert outcome.worth.methods == {"swk", "pop", "user"}
        assert outcome.worth.phishing_resistant
        assert not outcome.worth.hardware

    def test_FIDO_03_without_user_presence_it_is_refused(self, key: Key) -> None:
        assert isinstance(attempt(key, key.give(0)), Rejected)

    @pytest.mark.parametrize(("flags", "bound"), [(UP, True), (UP | BE | BS, False)])
    def test_a_key_that_can_be_copied_is_not_bound_to_its_device(
        self, world: World, alice: User, flags: int, bound: bool
    ) -> None:
        key = new_key(world, alice, flags=flags)
        outcome = attempt(key, key.give(flags))
        assert isinstance(outcome, Matched)
        assert outcome.worth.device_bound is bound


class TestSignCounter:
    def test_FIDO_06_that_goes_back_marks_a_copy(self, world: World, key: Key) -> None:
        assert accepted(key, key.give())
        assert accepted(key, key.give())
        key.authenticator.sign_count = 0
        with world.writes() as written:
            assert reason(attempt(key, key.give())) is Reason.CLONED
        events = {row.event: row for row in written}
        assert set(events) == {"auth.challenge", "auth.check", "token.fido.cloned"}
        assert (events["auth.check"].success, events["auth.check"].reason) == (False, "cloned")
        assert events["token.fido.cloned"].serial == key.serial
        assert not world.token(key.serial).enabled

    def test_FIDO_06_that_stands_still_marks_a_copy(self, key: Key) -> None:
        assert accepted(key, key.give())
        key.authenticator.sign_count -= 1
        assert reason(attempt(key, key.give())) is Reason.CLONED

    def test_FIDO_06_that_is_always_zero_is_fine(self, world: World, key: Key) -> None:
        for _ in range(2):
            key.authenticator.sign_count = -1
            assert accepted(key, key.give())
        assert world.token(key.serial).counter == 0

    def test_FIDO_06_under_a_wrong_signature_marks_nothing(self, world: World, key: Key) -> None:
        assert accepted(key, key.give())
        asked = key.give()
        sent = json.loads(asked.answer.fields["credential"])
        data = bytearray(base64.urlsafe_b64decode(sent["response"]["authenticatorData"] + "=="))
        data[33:37] = bytes(4)
        sent["response"]["authenticatorData"] = base64.urlsafe_b64encode(data).decode().rstrip("=")
        forged = Given(Answer(fields={"credential": json.dumps(sent)}), asked.transaction_id)
        assert reason(attempt(key, forged)) is Reason.WRONG_CODE
        assert world.token(key.serial).enabled
        assert world.token(key.serial).state is TokenState.ENROLLED
