"""The limits on guessing second factors, through the engine and with a moved clock (assurance.md 5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mfa_engine.audit import Origin
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.outcome import Challenged, Matched, Outcome, Reason, Rejected, Throttled
from mfa_engine.authentication.trigger import trigger
from mfa_engine.identity.throttles import second_factor_name
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.change import reset
from mfa_engine.tokentypes.base import Answer
from tests.support.devices import App, enrolled, wrong
from tests.support.engine import World

QUARTER, MOMENT = timedelta(minutes=15), timedelta(microseconds=1)


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


@pytest.fixture
def alice(sqlite_alice: User) -> User:
    return sqlite_alice


@pytest.fixture
def apps(world: World, alice: User) -> list[App]:
    return twelve_apps(world, alice)


def twelve_apps(world: World, owner: User) -> list[App]:
    """So many that a hundred failures lock none of them by themselves."""
    return [app for _ in range(12) if isinstance(app := enrolled(world, "hotp", owner), App)]


def fail(world: World, app: App, times: int) -> None:
    """Wrong codes for one of them, each from an address of its own."""
    code = wrong(*[app.code(step) for step in range(-min(app.counter, 25), 25)])
    for number in range(times):
        origin = Origin("service:portal", f"203.0.{number // 250}.{number % 250}")
        world.check("alice", code, serial=app.serial, code_alone=True, origin=origin)


def right(world: World, app: App) -> Outcome:
    origin = Origin("service:portal", "198.51.100.1")
    return world.check("alice", app.new_code(), serial=app.serial, code_alone=True, origin=origin)


def lock(world: World, apps: list[App]) -> None:
    """A hundred failures over eleven tokens, none of which has ten."""
    for app in apps[:11]:
        fail(world, app, 9)
    fail(world, apps[11], 1)


def test_OTP_06_a_hundred_failures_over_all_tokens_lock_the_person(
    world: World, alice: User, apps: list[App]
) -> None:
    lock(world, apps)
    assert all(world.token(app.serial).failures < 10 for app in apps)
    for app in (apps[0], apps[11]):
        assert right(world, app) == Rejected(Reason.USER_LOCKED, alice)
    asked = trigger(world.engine, world.rules, Attempt(world.origin, Answer(), user=alice))
    assert asked == Rejected(Reason.USER_LOCKED, alice)
    world.clock.advance(QUARTER - MOMENT)
    assert isinstance(right(world, apps[11]), Rejected)
    world.clock.advance(MOMENT)
    assert isinstance(right(world, apps[11]), Matched)


def test_OTP_06_ninety_nine_do_not(world: World, apps: list[App]) -> None:
    for app in apps[:11]:
        fail(world, app, 9)
    assert isinstance(right(world, apps[11]), Matched)


def test_OTP_06_each_failure_after_the_lock_makes_it_twice_as_long(
    world: World, alice: User, apps: list[App]
) -> None:
    lock(world, apps)
    for length in (QUARTER, 2 * QUARTER, 4 * QUARTER):
        world.clock.advance(length - MOMENT)
        assert isinstance(right(world, apps[11]), Rejected)
        world.clock.advance(MOMENT)
        fail(world, apps[11], 1)
    assert isinstance(right(world, apps[11]), Rejected)


def test_OTP_06_a_success_of_any_token_begins_the_count_anew(
    world: World, alice: User, apps: list[App]
) -> None:
    for app in apps[:11]:
        fail(world, app, 9)
    world.clock.advance(1)
    assert isinstance(right(world, apps[11]), Matched)
    fail(world, apps[11], 9)
    tally = world.tally(second_factor_name(alice.key))
    assert tally is not None
    assert tally.count == 9
    assert [world.token(app.serial).failures for app in apps] == [9] * 12


def test_OTP_06_the_success_of_one_token_resets_that_token_only(world: World, apps: list[App]) -> None:
    fail(world, apps[0], 5)
    fail(world, apps[1], 5)
    assert isinstance(right(world, apps[0]), Matched)
    assert [world.token(app.serial).failures for app in apps[:2]] == [0, 5]


def test_an_administrator_lifts_the_lock_of_token_and_person(world: World, apps: list[App]) -> None:
    lock(world, apps)
    reset(world.engine, world.origin, apps[0].serial)
    assert isinstance(right(world, apps[0]), Matched)


def test_OTP_07_wrong_pins_lock_no_token(world: World, alice: User) -> None:
    app = enrolled(world, "hotp", alice, pin="7351")
    assert isinstance(app, App)
    for number in range(30):
        origin = Origin("service:portal", f"203.0.113.{number}")
        world.check("alice", "0000" + app.code(), origin=origin)
    assert world.token(app.serial).failures == 0
    assert isinstance(world.check("alice", "7351" + app.new_code()), Matched)


@pytest.mark.parametrize(("limit", "locked"), [(1, True), (3, True), (4, False)])
def test_policy_sets_how_many_failures_lock_a_token(
    world: World, alice: User, limit: int, locked: bool
) -> None:
    world.policies({"name": "limit", "then": {"max_failures": limit}})
    app = enrolled(world, "hotp", alice)
    assert isinstance(app, App)
    fail(world, app, 3)
    assert isinstance(right(world, app), Rejected if locked else Matched)
    assert len(world.audited("token.locked")) == int(locked)


def test_AUTH_04_an_address_is_closed_after_twenty_failures_and_opens_again(
    world: World, alice: User
) -> None:
    app = enrolled(world, "hotp", alice)
    for number in range(20):
        assert isinstance(world.check(f"name{number}", "123456"), Rejected)
    code = app.give().answer
    with world.writes() as written:
        outcome = world.check("alice", answer=code)
    assert outcome == Throttled(timedelta(minutes=5))
    assert [(row.event, row.success, row.reason) for row in written] == [("auth.check", False, "throttled")]
    world.clock.advance(timedelta(minutes=5) - MOMENT)
    assert isinstance(world.check("alice", answer=code), Throttled)
    world.clock.advance(MOMENT)
    assert isinstance(world.check("alice", answer=code), Matched)


def test_AUTH_04_the_count_of_an_address_begins_anew_after_its_five_minutes(world: World) -> None:
    for number in range(19):
        world.check(f"name{number}", "123456")
    world.clock.advance(timedelta(minutes=5))
    world.check("another", "123456")
    assert isinstance(world.check("one more", "123456"), Rejected)
    tally = world.tally("address:192.0.2.7")
    assert tally is not None
    assert tally.count == 2


def test_AUTH_04_successes_and_replays_do_not_count_against_an_address(world: World, alice: User) -> None:
    app = enrolled(world, "hotp", alice)
    for _ in range(25):
        given = app.give()
        assert isinstance(world.check("alice", answer=given.answer), Matched)
        assert isinstance(world.check("alice", answer=given.answer), Rejected)
    assert world.tally("address:192.0.2.7") is None


def test_AUTH_05_who_is_not_told_an_address_throttles_none(world: World) -> None:
    nameless = Origin("service:radius")
    for number in range(30):
        assert isinstance(world.check(f"name{number}", "123456", origin=nameless), Rejected)


def test_challenging_is_not_a_failure(world: World, alice: User) -> None:
    enrolled(world, "webauthn", alice)
    for _ in range(25):
        asked = trigger(world.engine, world.rules, Attempt(world.origin, Answer(), user=alice))
        assert isinstance(asked, Challenged)
    assert world.tally(second_factor_name(alice.key)) is None
