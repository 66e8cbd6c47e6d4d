"""What is good once is good once, and a limit is a limit, however many ask at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mfa_engine.audit import Origin
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check
from mfa_engine.authentication.outcome import Challenged, Matched, Outcome, Reason, Rejected
from mfa_engine.authentication.trigger import trigger
from mfa_engine.configuration.change import set_resolver
from mfa_engine.errors import Conflict, InvalidField, NotAllowed, NotFound
from mfa_engine.identity.throttles import second_factor_name
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.assign import assign, unassign
from mfa_engine.lifecycle.change import disable, revoke
from mfa_engine.lifecycle.delete import delete
from mfa_engine.lifecycle.enrol import Enrolled, Wanted, enrol
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.lifecycle.finish import Finished, finish
from mfa_engine.storage.token import TokenState
from mfa_engine.tokentypes.base import Answer
from mfa_engine.unit import Runner
from tests.support.devices import (
    Device,
    Given,
    begun,
    device,
    enrolled,
    new_authenticator,
    registration,
    wrong,
)
from tests.support.engine import World
from tests.support.parallel import Between, Crowd, Meeting, Patient


def attempt_of(world: World, device: Device, given: Given) -> Attempt:
    return Attempt(
        world.origin,
        given.answer,
        user=device.owner,
        serial=device.serial,
        transaction_id=given.transaction_id,
        code_alone=True,
    )


def rush(world: World, crowd: Crowd, device: Device, given: Given) -> list[Outcome | Exception]:
    """All of the crowd with one answer, each having judged it before the first records."""
    rules, attempt = world.rules, attempt_of(world, device, given)
    meeting = Meeting(world.engine, crowd.size)
    return crowd.at_once(lambda: check(meeting, rules, attempt))


def check_while(world: World, device: Device, given: Given, act: Callable[[], object]) -> Outcome:
    """A check that has judged the answer right when ``act`` happens, and records afterwards."""
    return check(Between(world.engine, act), world.rules, attempt_of(world, device, given))


@pytest.mark.parametrize(("kind", "rounds"), [("totp", 100), ("hotp", 20), ("email", 10), ("webauthn", 10)])
def test_RACE_01_OTP_01_of_50_requests_with_one_right_answer_one_succeeds(
    world: World, alice: User, crowd: Crowd, kind: str, rounds: int
) -> None:
    device = enrolled(world, kind, alice)
    for _ in range(rounds):
        outcomes = rush(world, crowd, device, device.give())
        matched = [outcome for outcome in outcomes if isinstance(outcome, Matched)]
        refused = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
        assert (len(matched), len(refused)) == (1, crowd.size - 1), outcomes
        assert {outcome.reason for outcome in refused} <= {Reason.REPLAYED, Reason.CHALLENGE}
    assert world.token(device.serial).failures == 0  # the losers of a race lock nobody


def test_RACE_02_OTP_06_parallel_failures_are_all_counted_and_the_lock_is_told_once(
    world: World, alice: User, crowd: Crowd
) -> None:
    app = enrolled(world, "totp", alice)
    outcomes = rush(world, crowd, app, app.give_wrong())
    assert {outcome.reason for outcome in outcomes if isinstance(outcome, Rejected)} == {Reason.WRONG_CODE}
    assert world.token(app.serial).failures == crowd.size
    tally = world.tally(second_factor_name(alice.key))
    assert tally is not None
    assert tally.count == crowd.size
    assert [row.serial for row in world.audited("token.locked")] == [app.serial]
    away = Origin("service:portal", "198.51.100.1")
    assert world.check("alice", answer=app.give().answer, origin=away) == Rejected(Reason.LOCKED, alice)


def test_RACE_02_a_right_code_that_was_judged_before_the_limit_was_reached_comes_too_late(
    world: World, alice: User
) -> None:
    app = enrolled(world, "totp", alice)
    given, wrong_code = app.give(), app.give_wrong()

    def ten_failures() -> None:
        for _ in range(10):
            check(world.engine, world.rules, attempt_of(world, app, wrong_code))

    assert isinstance(check_while(world, app, given, ten_failures), Rejected)


def test_RACE_02_a_right_mail_code_comes_too_late_after_five_wrong_ones(world: World, alice: User) -> None:
    mail = enrolled(world, "email", alice)
    given = mail.give()
    wrong_code = Given(Answer(wrong(given.answer.code)), given.transaction_id)

    def five_failures() -> None:
        for _ in range(5):
            check(world.engine, world.rules, attempt_of(world, mail, wrong_code))

    assert isinstance(check_while(world, mail, given, five_failures), Rejected)


VERBS: dict[str, Callable[[World, str], object]] = {
    "disable": lambda world, serial: disable(world.engine, world.origin, serial),
    "revoke": lambda world, serial: revoke(world.engine, world.origin, serial),
    "delete": lambda world, serial: delete(world.engine, world.origin, serial),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", ["totp", "email"])
def test_RACE_03_a_right_answer_in_flight_while_its_token_is_taken_away_is_refused(
    world: World, alice: User, kind: str, verb: str
) -> None:
    device = enrolled(world, kind, alice)
    given = device.give()
    outcome = check_while(world, device, given, lambda: VERBS[verb](world, device.serial))
    assert isinstance(outcome, Rejected)
    assert [(row.success, row.serial) for row in world.audited("auth.check")] == [(False, device.serial)]


def test_RACE_03_a_right_answer_in_flight_while_its_token_expires_is_refused(
    world: World, alice: User
) -> None:
    until = world.clock.now + timedelta(minutes=5)
    wanted = Wanted("totp", alice, proof_needed=False, valid_until=until)
    app = device(world, alice, enrol(world.engine, world.rules, world.origin, wanted))
    given = app.give()
    outcome = check_while(world, app, given, lambda: world.clock.advance(timedelta(minutes=5)))
    assert isinstance(outcome, Rejected)


def enrol_one(world: World, runner: Runner, owner: User) -> Enrolled:
    return enrol(runner, world.rules, world.origin, Wanted("hotp", owner, proof_needed=False))


def test_RACE_05_parallel_enrolments_and_assignments_never_pass_the_limit(
    world: World, alice: User, crowd: Crowd
) -> None:
    world.policies({"name": "few", "then": {"max_token_per_user": 3}})
    nobodys = [
        enrol(world.engine, world.rules, world.origin, Wanted("hotp", None, proof_needed=False)).serial
        for _ in range(10)
    ]
    runner, rules = Patient(world.engine), world.rules
    works: list[Callable[[], object]] = [lambda: enrol_one(world, runner, alice)] * 10
    works += [lambda serial=serial: assign(runner, rules, world.origin, serial, alice) for serial in nobodys]
    refused = [result for result in crowd.each(works) if isinstance(result, Exception)]
    assert [type(error) for error in refused] == [NotAllowed] * 17
    assert len(tokens_of_person(world.engine, alice.key)) == 3


def test_RACE_05_a_token_that_many_want_is_assigned_to_one(world: World, crowd: Crowd) -> None:
    people = [world.person(f"person{number}") for number in range(10)]
    token = enrol(world.engine, world.rules, world.origin, Wanted("hotp", None, proof_needed=False))
    runner, rules = Meeting(world.engine, len(people)), world.rules
    results = crowd.each(
        [lambda user=user: assign(runner, rules, world.origin, token.serial, user) for user in people]
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 9 + ["NoneType"]
    assert world.token(token.serial).uid in {user.key.uid for user in people}
    assert len(world.audited("token.assign")) == 1


def test_RACE_05_a_token_is_unassigned_once(world: World, alice: User, crowd: Crowd) -> None:
    app = enrolled(world, "hotp", alice)
    runner = Meeting(world.engine, 10)
    results = crowd.each([lambda: unassign(runner, world.origin, app.serial)] * 10)
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 9 + ["NoneType"]


def test_RACE_01_a_new_token_is_proven_by_one_of_many(world: World, alice: User, crowd: Crowd) -> None:
    token = begun(world, "totp", alice)
    app = device(world, alice, token)
    answer = app.give().answer
    runner, rules = Meeting(world.engine, crowd.size), world.rules
    results = crowd.at_once(lambda: finish(runner, rules, world.origin, token.serial, answer))
    assert sum(isinstance(result, Finished) for result in results) == 1
    assert sum(isinstance(result, NotFound) for result in results) == crowd.size - 1


def test_RACE_02_wrong_first_codes_at_once_end_the_enrolment_at_the_tenth(
    world: World, alice: User, crowd: Crowd
) -> None:
    token = begun(world, "totp", alice)
    app = device(world, alice, token)
    right, wrong_one = app.give().answer, app.give_wrong().answer
    runner, rules = Meeting(world.engine, 20), world.rules
    crowd.each([lambda: finish(runner, rules, world.origin, token.serial, wrong_one)] * 20)
    assert world.find_token(token.serial) is None
    with pytest.raises(NotFound):
        finish(world.engine, world.rules, world.origin, token.serial, right)


def test_RACE_03_a_registration_refused_late_does_not_take_the_key_that_was_accepted(
    world: World, alice: User
) -> None:
    token = begun(world, "webauthn", alice)
    authenticator = new_authenticator(token.serial)
    right = registration(token, authenticator)
    forged = Answer(fields={"credential": "{}"})

    def accept() -> None:
        finish(world.engine, world.rules, world.origin, token.serial, right)

    with pytest.raises(InvalidField):
        finish(Between(world.engine, accept), world.rules, world.origin, token.serial, forged)
    assert world.token(token.serial).state is TokenState.ENROLLED


def test_FIDO_05_RACE_05_of_two_who_register_one_key_at_once_one_gets_it(
    world: World, alice: User, crowd: Crowd
) -> None:
    tokens = [begun(world, "webauthn", owner) for owner in (alice, world.person("bob"))]
    authenticator = new_authenticator("one for both")
    answers = [registration(token, authenticator) for token in tokens]
    runner, rules = Patient(world.engine), world.rules
    results = crowd.each(
        [
            lambda token=token, answer=answer: finish(runner, rules, world.origin, token.serial, answer)
            for token, answer in zip(tokens, answers, strict=True)
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Finished"]
    assert sum(world.find_token(token.serial) is not None for token in tokens) == 1


def test_OOB_04_RACE_05_of_many_requests_for_a_code_one_sends_mail(
    world: World, alice: User, crowd: Crowd
) -> None:
    enrolled(world, "email", alice)
    runner, rules = Meeting(world.engine, 20), world.rules
    wanted = Attempt(world.origin, Answer(), user=alice)
    results = crowd.each([lambda: trigger(runner, rules, wanted)] * 20)
    asked = [result for result in results if isinstance(result, Challenged)]
    assert len(asked) == 20
    assert len(world.mail.sent) == sum(len(result.prompts) for result in asked) == 1
    assert [result.wait for result in asked if not result.prompts] == [timedelta(seconds=30)] * 19


def test_changes_of_the_configuration_at_once_all_happen(world: World, crowd: Crowd) -> None:
    before = world.rules.revision
    works = [
        lambda name=name: set_resolver(
            Patient(world.engine), world.registry, world.origin, name, "internal", {}
        )
        for name in ["same"] * 5 + [f"other{n}" for n in range(5)]
    ]
    assert crowd.each(works) == [None] * 10
    assert world.rules.revision == before + 10
    assert {"same", "other0", "other4"} <= set(world.rules.resolvers)


def test_serials_taken_by_two_at_once_are_a_conflict_for_one(world: World, alice: User, crowd: Crowd) -> None:
    wanted = Wanted("hotp", alice, serial="TAKEN-ONCE", proof_needed=False)
    runner, rules = Meeting(world.engine, 2), world.rules
    results = crowd.each([lambda: enrol(runner, rules, world.origin, wanted)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Enrolled"]
    assert isinstance(next(r for r in results if isinstance(r, Exception)), Conflict)
