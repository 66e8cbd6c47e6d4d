"""What every token type must do, on every database: one suite for all that the registry lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.outcome import Challenged, Matched, Reason, Rejected
from mfa_engine.authentication.trigger import trigger
from mfa_engine.errors import InvalidField, NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.assign import assign, unassign
from mfa_engine.lifecycle.change import describe, disable, enable, reset, revoke
from mfa_engine.lifecycle.delete import delete
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.lifecycle.finish import finish
from mfa_engine.lifecycle.pin import set_pin
from mfa_engine.storage.token import TokenState
from mfa_engine.tokentypes.base import Answer, AnswersChallenge, VerifiesCode
from tests.support.devices import KINDS, Device, Given, accepted, attempt, begun, enrolled, prove
from tests.support.engine import World

FIVE_MINUTES, FIFTEEN_MINUTES = timedelta(minutes=5), timedelta(minutes=15)

pytestmark = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def held(world: World, alice: User, kind: str) -> Device:
    """A token of alice that is good for use."""
    return enrolled(world, kind, alice)


def test_is_listed_once_and_says_what_it_is(world: World, kind: str) -> None:
    made = world.rules.types[kind]
    assert made.name == kind
    assert made.prefix.isalnum()
    assert isinstance(made, VerifiesCode | AnswersChallenge)
    assert set(world.rules.types) == set(KINDS)


def test_a_right_answer_is_accepted_and_a_wrong_one_is_not(held: Device) -> None:
    assert accepted(held, held.give())
    assert not accepted(held, held.give_wrong())
    assert accepted(held, held.give())


def test_OTP_01_FIDO_01_a_right_answer_is_good_once(held: Device) -> None:
    given = held.give()
    assert accepted(held, given)
    assert not accepted(held, given)
    assert not accepted(held, given)


def test_a_match_is_worth_no_more_than_the_type_declares(world: World, held: Device, kind: str) -> None:
    outcome = attempt(held, held.give())
    assert isinstance(outcome, Matched)
    declared = world.rules.types[kind].worth
    assert outcome.worth.factors <= declared.factors
    assert outcome.worth.methods <= declared.methods
    assert outcome.worth.phishing_resistant <= declared.phishing_resistant
    assert outcome.worth.user_verified <= declared.user_verified


def test_a_failure_raises_the_counter_and_a_success_sets_it_to_zero(world: World, held: Device) -> None:
    for failures in range(1, 4):
        assert not accepted(held, held.give_wrong())
        row = world.token(held.serial)
        assert (row.failures, row.last_failure_at) == (failures, world.clock.now)
    assert accepted(held, held.give())
    row = world.token(held.serial)
    assert (row.failures, row.last_success_at) == (0, world.clock.now)


def test_OTP_06_ten_failures_lock_it_and_nothing_but_an_administrator_unlocks_it(
    world: World, alice: User, held: Device, kind: str
) -> None:
    device = enrolled(world, kind, alice)  # another of theirs: its successes change nothing
    for _ in range(10):
        assert not accepted(held, held.give_wrong())
        assert accepted(device, device.give())
    assert [row.serial for row in world.audited("token.locked")] == [held.serial]
    challenge_free = isinstance(world.rules.types[kind], VerifiesCode)
    if challenge_free:
        assert attempt(held, held.give()) == Rejected(Reason.LOCKED, alice)
    asked = trigger(
        world.engine, world.rules, Attempt(world.origin, Answer(), user=alice, serial=held.serial)
    )
    assert isinstance(asked, Challenged)
    assert asked.prompts == ()  # what is locked is not offered
    reset(world.engine, world.origin, held.serial)
    world.clock.advance(timedelta(hours=1))
    assert accepted(held, held.give())


def test_OTP_06_nine_failures_do_not_lock_it(held: Device) -> None:
    for _ in range(9):
        assert not accepted(held, held.give_wrong())
    assert accepted(held, held.give())


def locked(world: World, serial: str) -> None:
    world.run_sql("UPDATE token SET failures = 10 WHERE serial = :serial", serial=serial)


def expired(world: World, serial: str) -> None:
    world.run_sql(
        "UPDATE token SET valid_until = :then WHERE serial = :serial", then=_naive(world), serial=serial
    )


def not_yet_valid(world: World, serial: str) -> None:
    then = _naive(world, timedelta(minutes=1))
    world.run_sql("UPDATE token SET valid_from = :then WHERE serial = :serial", then=then, serial=serial)


def _naive(world: World, ahead: timedelta = timedelta()) -> object:
    """A time as each database takes it from a plain statement."""
    then = world.clock.now + ahead
    return (
        then
        if world.database.kind == "postgresql"
        else then.replace(tzinfo=None).isoformat(" ", "microseconds")
    )


OUT_OF_USE: dict[str, Callable[[World, str], None]] = {
    "disabled": lambda world, serial: disable(world.engine, world.origin, serial),
    "revoked": lambda world, serial: revoke(world.engine, world.origin, serial),
    "deleted": lambda world, serial: delete(world.engine, world.origin, serial),
    "unassigned": lambda world, serial: unassign(world.engine, world.origin, serial),
    "locked": locked,
    "expired": expired,
    "not yet valid": not_yet_valid,
}


@pytest.mark.parametrize("state", OUT_OF_USE)
def test_OTP_09_out_of_use_it_is_refused_at_every_door_and_not_offered(
    world: World, alice: User, held: Device, state: str
) -> None:
    given = held.give()
    OUT_OF_USE[state](world, held.serial)
    by_name = {"login": "alice", "code_alone": True}
    by_serial = {"login": "", "serial": held.serial, "code_alone": True}
    if state == "unassigned":
        by_serial = by_name  # nobody's token is checked by its serial alone
    for door in (by_name, by_name | {"serial": held.serial}, by_serial):
        outcome = world.check(answer=given.answer, transaction_id=given.transaction_id, **door)
        assert isinstance(outcome, Rejected), door
    for narrowed in ({}, {"serial": held.serial}):
        asked = trigger(world.engine, world.rules, Attempt(world.origin, Answer(), user=alice, **narrowed))
        assert isinstance(asked, Challenged)
        assert asked.prompts == ()


def test_OTP_09_until_it_is_proven_it_is_not_good(world: World, alice: User, kind: str) -> None:
    token = begun(world, kind, alice)
    assert world.token(token.serial).state is TokenState.CREATED
    assert isinstance(world.check("alice", "123456", code_alone=True), Rejected)
    device = prove(world, token, alice)
    assert world.token(token.serial).state is TokenState.ENROLLED
    assert accepted(device, device.give())


def test_OTP_09_what_nobody_proved_in_15_minutes_is_dead(world: World, alice: User, kind: str) -> None:
    token = begun(world, kind, alice)
    world.clock.advance(FIFTEEN_MINUTES)
    with pytest.raises(NotFound):
        prove(world, token, alice)
    assert world.mail.sent == []


def test_OTP_09_what_waits_for_its_proof_may_wait_almost_as_long(
    world: World, alice: User, kind: str
) -> None:
    token = begun(world, kind, alice)
    limit = FIVE_MINUTES if kind == "webauthn" else FIFTEEN_MINUTES  # of its challenge (FIDO-01)
    world.clock.advance(limit - timedelta(seconds=31))
    device = prove(world, token, alice)
    assert accepted(device, device.give())


def test_OTP_09_disabled_before_its_proof_it_cannot_be_proven(world: World, alice: User, kind: str) -> None:
    token = begun(world, kind, alice)
    disable(world.engine, world.origin, token.serial)
    with pytest.raises(NotFound):
        prove(world, token, alice)


def test_it_is_proven_once(world: World, alice: User, kind: str) -> None:
    token = begun(world, kind, alice)
    prove(world, token, alice)
    with pytest.raises(NotFound):
        finish(world.engine, world.rules, world.origin, token.serial, Answer("123456"))


def test_disabled_it_works_again_when_enabled(world: World, held: Device) -> None:
    disable(world.engine, world.origin, held.serial)
    enable(world.engine, world.origin, held.serial)
    assert accepted(held, held.give())


def test_a_pin_in_front_or_alone_opens_the_way(world: World, alice: User, held: Device, kind: str) -> None:
    set_pin(world.engine, world.rules, world.origin, held.serial, "7351")
    given = held.give()
    if isinstance(world.rules.types[kind], VerifiesCode):
        assert isinstance(world.check("alice", "7351" + given.answer.code), Matched)
        return
    world.clock.advance(timedelta(minutes=13))
    assert isinstance(world.check("alice", "7352"), Rejected)
    asked = world.check("alice", "7351")
    assert isinstance(asked, Challenged)
    assert [prompt.serial for prompt in asked.prompts] == [held.serial]


def test_its_secret_is_shown_once_and_in_no_repr(world: World, alice: User, kind: str) -> None:
    token = begun(world, kind, alice)
    shown = [value for value in token.handover.values() if len(value) > 8]
    row = world.token(token.serial)
    for value in shown:
        assert value not in repr(token)
        assert value not in repr(row)


def test_a_description_is_kept(world: World, held: Device) -> None:
    describe(world.engine, world.origin, held.serial, "the one on my desk")
    assert world.token(held.serial).description == "the one on my desk"
    with pytest.raises(InvalidField):
        describe(world.engine, world.origin, held.serial, "x" * 201)


def test_a_new_owner_begins_without_pin_failures_and_open_challenges(
    world: World, alice: User, held: Device
) -> None:
    bob = world.person("bob")
    set_pin(world.engine, world.rules, world.origin, held.serial, "7351")
    assert not accepted(held, held.give_wrong())
    given = held.give()
    unassign(world.engine, world.origin, held.serial)
    row = world.token(held.serial)
    assert (row.uid, row.resolver, row.realm, row.pin_hash, row.failures) == (None, None, None, None, 0)
    assign(world.engine, world.rules, world.origin, held.serial, bob)
    assert world.token(held.serial).uid == bob.key.uid
    assert not accepted(held, given)
    held.owner = bob
    if given.transaction_id:
        assert not accepted(held, given)
    assert accepted(held, held.give())
    held.owner = alice
    assert tokens_of_person(world.engine, alice.key) == ()


def test_OPS_09_set_back_by_an_hour_no_answer_is_good_a_second_time(world: World, held: Device) -> None:
    spent: list[Given] = []
    for _ in range(3):
        spent.append(held.give())
        assert accepted(held, spent[-1])
    world.clock.advance(timedelta(hours=-1))
    assert not any(accepted(held, given) for given in spent)


def test_every_refused_enrolment_leaves_nothing(world: World, alice: User, kind: str) -> None:
    with pytest.raises(InvalidField):
        enrol(
            world.engine, world.rules, world.origin, Wanted(kind, alice, {"email": "no address"}, serial="!")
        )
    assert tokens_of_person(world.engine, alice.key) == ()
    assert world.audited() == ()
