"""Checking what somebody typed: whose it is, what the PIN in front is compared with, what a code is worth."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from mfa_engine.algorithms.password_hash import Salt, argon2id
from mfa_engine.audit import Origin
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check
from mfa_engine.authentication.outcome import (
    Matched,
    Outcome,
    PassedWithoutToken,
    Reason,
    Rejected,
    Throttled,
)
from mfa_engine.errors import Unavailable
from mfa_engine.identity.resolvers.base import ResolverUnavailable
from mfa_engine.identity.throttles import first_factor_name, second_factor_name
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.change import disable, reset
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.lifecycle.pin import set_pin
from mfa_engine.tokentypes.base import Answer
from mfa_engine.tokentypes.worth import Factor
from tests.support import oathtool
from tests.support.devices import App, Device, device, enrolled, wrong
from tests.support.engine import CHEAP, OUTSIDE, PEOPLE, World


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


@pytest.fixture
def alice(sqlite_alice: User) -> User:
    return sqlite_alice


def app_of(world: World, owner: User, kind: str = "totp", pin: str = "", **parameters: str) -> App:
    made = enrolled(world, kind, owner, pin=pin, **parameters)
    assert isinstance(made, App)
    return made


def reason(outcome: Outcome) -> Reason:
    assert isinstance(outcome, Rejected), outcome
    return outcome.reason


def test_a_match_says_who_by_what_and_what_it_is_worth(world: World, alice: User) -> None:
    app = app_of(world, alice)
    outcome = world.check("alice", app.new_code())
    assert isinstance(outcome, Matched)
    assert (outcome.user, outcome.serial, outcome.kind, outcome.code_length) == (alice, app.serial, "totp", 6)
    assert outcome.worth.factors == {Factor.POSSESSION}
    assert outcome.worth.methods == {"otp"}


@pytest.mark.parametrize("spelling", ["alice", "ALICE", "Alice@staff", "staff\\alice", "alice@example.org"])
def test_OTP_06_every_spelling_of_a_name_is_one_person_with_one_count(
    world: World, alice: User, spelling: str
) -> None:
    app = app_of(world, alice)
    assert reason(world.check(spelling, wrong(app.code()))) is Reason.WRONG_CODE
    assert world.token(app.serial).failures == 1
    tally = world.tally(second_factor_name(alice.key))
    assert tally is not None
    assert tally.count == 1


class TestPinOfTheToken:
    def test_stands_in_front_of_the_code(self, world: World, alice: User) -> None:
        app = app_of(world, alice, pin="7351")
        assert isinstance(world.check("alice", "7351" + app.new_code()), Matched)
        assert reason(world.check("alice", app.new_code())) is Reason.WRONG_PIN
        assert reason(world.check("alice", "7352" + app.new_code())) is Reason.WRONG_PIN
        assert reason(world.check("alice", app.new_code() + "7351")) is Reason.WRONG_PIN

    def test_may_look_like_a_code(self, world: World, alice: User) -> None:
        app = app_of(world, alice, pin="123456")
        assert isinstance(world.check("alice", "123456" + app.new_code()), Matched)

    @pytest.mark.parametrize("pin", ["ε=mc²", " blank in front", "q" * 300])
    def test_may_be_any_text(self, world: World, alice: User, pin: str) -> None:
        app = app_of(world, alice, pin=pin)
        assert isinstance(world.check("alice", pin + app.new_code()), Matched)

    def test_is_not_asked_where_the_token_has_none(self, world: World, alice: User) -> None:
        app = app_of(world, alice)
        assert isinstance(world.check("alice", app.new_code()), Matched)
        assert reason(world.check("alice", "1" + app.new_code())) is Reason.WRONG_PIN

    def test_that_is_required_refuses_a_token_without_one(self, world: World, alice: User) -> None:
        world.policies({"name": "pins", "then": {"otppin": "tokenpin_required"}})
        app = app_of(world, alice)
        assert reason(world.check("alice", app.new_code())) is Reason.WRONG_PIN
        set_pin(world.engine, world.rules, world.origin, app.serial, "7351")
        assert isinstance(world.check("alice", "7351" + app.new_code()), Matched)

    def test_is_each_tokens_own(self, world: World, alice: User) -> None:
        first, second = app_of(world, alice, pin="1111"), app_of(world, alice, pin="2222")
        assert isinstance(world.check("alice", "1111" + first.new_code()), Matched)
        assert isinstance(world.check("alice", "2222" + second.new_code()), Matched)
        assert reason(world.check("alice", "1111" + second.new_code())) is Reason.WRONG_CODE

    def test_that_is_wrong_counts_on_the_person_and_on_no_token(self, world: World, alice: User) -> None:
        app = app_of(world, alice, pin="7351")
        world.check("alice", "0000" + app.new_code())
        assert world.token(app.serial).failures == 0
        tally = world.tally(second_factor_name(alice.key))
        assert tally is not None
        assert tally.count == 1

    def test_of_an_unknown_scheme_stops_its_own_token_only(
        self, world: World, alice: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        app, other = app_of(world, alice, pin="7351"), app_of(world, alice, pin="7351")
        world.run_sql("UPDATE token SET pin_hash = '{SSHA}x' WHERE serial = :serial", serial=app.serial)
        assert isinstance(world.check("alice", "7351" + other.new_code()), Matched)
        assert reason(world.check("alice", "7351" + app.new_code())) is Reason.WRONG_CODE
        assert app.serial in caplog.text


class TestPinOfTheDirectory:
    @pytest.fixture(autouse=True)
    def policy(self, world: World) -> None:
        world.policies({"name": "pins", "then": {"otppin": "userstore"}})

    def test_is_the_password(self, world: World) -> None:
        bob = world.person("bob", password="correct horse")
        app = app_of(world, bob, pin="ignored")
        assert isinstance(world.check("bob", "correct horse" + app.new_code()), Matched)
        assert reason(world.check("bob", "ignored" + app.new_code())) is Reason.WRONG_PIN
        assert reason(world.check("bob", app.new_code())) is Reason.WRONG_PIN

    def test_AUTH_05_counts_with_the_wrong_passwords_of_every_other_door(self, world: World) -> None:
        world.outside.passwords["carol"] = "correct horse"
        carol = world.user("carol")
        app = app_of(world, carol)
        for _ in range(10):
            assert reason(world.check("carol", "wrong" + app.code())) is Reason.WRONG_PIN
        asked = len(world.outside.asked)
        assert reason(world.check("carol", "correct horse" + app.code())) is Reason.USER_LOCKED
        assert not any("check_password carol" in question for question in world.outside.asked[asked:])
        tally = world.tally(first_factor_name(carol.key, "", ""))
        assert tally is not None
        assert tally.count == 10

    def test_that_is_right_forgets_the_wrong_ones_before(self, world: World) -> None:
        bob = world.person("bob", password="correct horse")
        app = app_of(world, bob)
        world.check("bob", "wrong" + app.new_code())
        assert isinstance(world.check("bob", "correct horse" + app.new_code()), Matched)
        assert world.tally(first_factor_name(bob.key, "", "")) is None

    def test_is_asked_of_the_directory_once_where_the_token_used_last_says_how_long_a_code_is(
        self, world: World
    ) -> None:
        world.outside.passwords["carol"] = "correct horse"
        carol = world.user("carol")
        short, long = app_of(world, carol, otplen="6"), app_of(world, carol, otplen="8")
        for app in (long, short, long, short):
            world.check("carol", "correct horse" + app.new_code())
            before = len(world.outside.asked)
            outcome = world.check("carol", "correct horse" + app.new_code())
            assert isinstance(outcome, Matched)
            assert world.outside.asked[before:].count("check_password carol") == 1

    def test_RES_05_moves_no_counter_while_the_directory_is_away(self, world: World) -> None:
        world.outside.passwords["carol"] = "correct horse"
        carol = world.user("carol")
        app = app_of(world, carol)
        code = app.new_code()

        def away(*_: object) -> bool:
            raise ResolverUnavailable(OUTSIDE, "told so by the test")

        world.outside.check_password = away  # type: ignore[method-assign]
        with world.writes() as written, pytest.raises(Unavailable):
            world.check("carol", "correct horse" + code)
        tally = world.tally(first_factor_name(carol.key, "", ""))
        assert tally is not None
        assert tally.count == 0
        assert world.token(app.serial).failures == 0
        assert world.tally(second_factor_name(carol.key)) is None
        assert written == []


def test_no_pin_at_all_by_policy(world: World, alice: User) -> None:
    world.policies({"name": "pins", "then": {"otppin": "none"}})
    app = app_of(world, alice, pin="7351")
    assert isinstance(world.check("alice", app.new_code()), Matched)
    assert reason(world.check("alice", "7351" + app.new_code())) is Reason.WRONG_PIN


@pytest.mark.parametrize("digits", ["6", "8"])
def test_OTP_10_the_split_follows_the_length_of_the_tokens_codes_only(
    world: World, alice: User, digits: str
) -> None:
    app = app_of(world, alice, pin="12", otplen=digits)
    other = app_of(world, alice, pin="12", otplen="8" if digits == "6" else "6")
    assert isinstance(world.check("alice", "12" + app.new_code()), Matched)
    assert isinstance(world.check("alice", "12" + other.new_code()), Matched)


@pytest.mark.parametrize(
    "typed", ["", " ", "      ", "\x00", "12345", "x" * 1_000_000, "\ud800" * 6, "１２３４５６"]
)
def test_OTP_10_OTP_02_what_is_no_pin_and_no_code_is_refused_at_little_cost(
    world: World, alice: User, typed: str
) -> None:
    app_of(world, alice)
    enrolled(world, "email", alice)
    before = len(world.hasher.hashed)
    with world.writes() as written:
        assert isinstance(world.check("alice", typed), Rejected)
    assert len(world.hasher.hashed) - before <= 1
    if len(typed) > 4096:
        assert len(world.hasher.hashed) == before
    assert [(row.event, row.success) for row in written] == [("auth.check", False)]
    assert world.mail.sent == []  # nothing typed asks nobody


@pytest.mark.parametrize("spelling", ["{0} ", " {0}", "{1} {2}", "{1}-{2}", "{1}\u00a0{2}"])
def test_OTP_02_a_code_is_one_code_however_it_is_spelt(world: World, alice: User, spelling: str) -> None:
    app = app_of(world, alice)
    code = app.new_code()
    spelt = spelling.format(code, code[:3], code[3:])
    assert isinstance(world.check("alice", spelt, code_alone=True), Matched)
    assert reason(world.check("alice", code, code_alone=True)) is Reason.REPLAYED
    assert reason(world.check("alice", spelt, code_alone=True)) is Reason.REPLAYED


@pytest.mark.parametrize("fake", ["+{0}", "{0}0", "０{0}", "٠{0}", "{0}\n0", "0x{0}"])
def test_OTP_02_other_digits_signs_and_bases_are_no_code(world: World, alice: User, fake: str) -> None:
    app = app_of(world, alice)
    assert isinstance(world.check("alice", fake.format(app.new_code()), code_alone=True), Rejected)


def test_OTP_02_a_code_spent_at_one_door_is_spent_at_all(world: World, alice: User) -> None:
    app = app_of(world, alice, pin="12")
    code = app.new_code()
    assert isinstance(world.check("alice", code, code_alone=True), Matched)
    assert reason(world.check("alice", "12" + code)) is Reason.REPLAYED
    assert reason(world.check("", "12" + code, serial=app.serial)) is Reason.REPLAYED
    assert reason(world.check("", code, serial=app.serial, code_alone=True)) is Reason.REPLAYED


def test_OTP_08_a_token_of_somebody_else_is_not_looked_at(world: World, alice: User) -> None:
    bob = world.person("bob")
    theirs = app_of(world, bob)
    app_of(world, alice)
    code = theirs.new_code()
    assert isinstance(world.check("alice", code), Rejected)
    assert isinstance(world.check("alice", code, serial=theirs.serial), Rejected)
    assert world.token(theirs.serial).failures == 0
    assert isinstance(world.check("bob", code), Matched)


@pytest.mark.parametrize("uid", ["ID-OF-ALICE", "id-of-alice ", "id-of-alicé"])
def test_OTP_08_RES_04_unique_ids_are_compared_byte_for_byte(world: World, alice: User, uid: str) -> None:
    app = app_of(world, alice)
    code = app.new_code()
    world.run_sql("UPDATE token SET uid = :uid", uid=uid)
    assert reason(world.check("alice", code)) is Reason.NO_TOKEN


def test_a_token_is_checked_by_its_serial_alone(world: World, alice: User) -> None:
    app, other = app_of(world, alice), app_of(world, alice)
    assert isinstance(world.check("", app.new_code(), serial=app.serial), Matched)
    assert isinstance(world.check("", other.new_code(), serial=app.serial), Rejected)
    assert reason(world.check("", "123456", serial="NOBODYS")) is Reason.UNKNOWN_TOKEN


def test_a_token_that_nobody_owns_is_checked_by_its_serial(world: World, alice: User) -> None:
    token = enrol(world.engine, world.rules, world.origin, Wanted("hotp", None, pin="12", proof_needed=False))
    app = device(world, alice, token)
    assert isinstance(app, App)
    outcome = world.check("", "12" + app.new_code(), serial=token.serial)
    assert isinstance(outcome, Matched)
    assert outcome.user is None
    assert reason(world.check("", "13" + app.new_code(), serial=token.serial)) is Reason.WRONG_PIN


def test_only_kinds_that_policy_or_the_caller_accepts_can_match(world: World, alice: User) -> None:
    hotp, totp = app_of(world, alice, "hotp"), app_of(world, alice, "totp")
    assert reason(world.check("alice", totp.new_code(), kinds=frozenset({"hotp"}))) is Reason.WRONG_CODE
    world.policies({"name": "keys", "then": {"tokentype": ["hotp"]}})
    assert isinstance(world.check("alice", totp.new_code()), Rejected)
    assert isinstance(world.check("alice", hotp.new_code()), Matched)


class TestWhoCannotBeLetIn:
    def test_unknown(self, world: World) -> None:
        assert reason(world.check("nobody", "123456")) is Reason.UNKNOWN_USER
        assert reason(world.check("\u202e", "123456")) is Reason.UNKNOWN_USER

    def test_disabled_though_the_code_is_right(self, world: World) -> None:
        bob = world.person("bob", enabled=False)
        app = app_of(world, bob)
        assert reason(world.check("bob", app.new_code())) is Reason.USER_DISABLED

    def test_RES_04_a_name_of_two_people_is_refused_by_that_name(self, world: World) -> None:
        for name in ("bob", "carol"):
            world.person(name, email="team@example.org")
        with world.writes() as written:
            assert reason(world.check("team@example.org", "123456")) is Reason.AMBIGUOUS_USER
        assert [row.reason for row in written] == ["ambiguous_user"]

    def test_RES_05_nobody_is_unknown_while_a_directory_is_away(self, world: World, alice: User) -> None:
        app = app_of(world, alice)
        world.outside.available = False
        with world.writes() as written, pytest.raises(Unavailable):
            world.check("carol", "123456")
        assert written == []
        assert isinstance(world.check("alice", app.new_code()), Matched)  # of a resolver before it

    def test_without_a_token(self, world: World, alice: User) -> None:
        assert reason(world.check("alice", "123456")) is Reason.NO_TOKEN

    def test_with_tokens_none_of_which_works(self, world: World, alice: User) -> None:
        app = app_of(world, alice)
        disable(world.engine, world.origin, app.serial)
        assert reason(world.check("alice", app.new_code())) is Reason.NO_TOKEN


class TestPassOnNoToken:
    @pytest.fixture(autouse=True)
    def policy(self, world: World) -> None:
        world.policies({"name": "change", "then": {"passOnNoToken": True}})

    def test_lets_in_who_has_none(self, world: World, alice: User) -> None:
        assert world.check("alice", "whatever") == PassedWithoutToken(alice, ("change",))

    def test_lets_nobody_in_who_has_one_usable_or_not(self, world: World, alice: User) -> None:
        app = app_of(world, alice)
        disable(world.engine, world.origin, app.serial)
        assert isinstance(world.check("alice", "whatever"), Rejected)

    @pytest.mark.parametrize("narrowed", [{"serial": "NONE-OF-THEIRS"}, {"kinds": frozenset({"hotp"})}])
    def test_is_not_reached_by_naming_a_token_that_is_not_there(
        self, world: World, alice: User, narrowed: dict[str, object]
    ) -> None:
        app_of(world, alice)
        assert isinstance(world.check("alice", "whatever", **narrowed), Rejected)

    def test_lets_no_unknown_name_and_nobody_disabled_in(self, world: World) -> None:
        world.person("bob", enabled=False)
        assert isinstance(world.check("nobody", "whatever"), Rejected)
        assert isinstance(world.check("bob", "whatever"), Rejected)


class TestWork:
    """How many hashes an attempt costs, whoever it is about (AUTH-03), and how few."""

    def hashes(self, world: World, login: str, typed: str) -> int:
        before = len(world.hasher.hashed)
        world.check(login, typed)
        return len(world.hasher.hashed) - before

    def test_AUTH_03_every_refusal_costs_one_hash(self, world: World, alice: User) -> None:
        app = app_of(world, alice, pin="7351")
        bare = app_of(world, world.person("bare"))
        gone = app_of(world, world.person("gone", enabled=False), pin="7351")
        locked = app_of(world, world.person("locked"), pin="7351")
        world.run_sql("UPDATE token SET failures = 10 WHERE serial = :serial", serial=locked.serial)
        world.person("tokenless")
        costs = {
            "wrong pin": self.hashes(world, "alice", "0000" + app.new_code()),
            "wrong code": self.hashes(world, "alice", "7351" + wrong(app.code())),
            "no pin": self.hashes(world, "alice", app.new_code()),
            "too short": self.hashes(world, "alice", "123"),
            "wrong code without a pin": self.hashes(world, "bare", wrong(bare.new_code())),
            "disabled": self.hashes(world, "gone", "7351" + gone.new_code()),
            "locked": self.hashes(world, "locked", "7351" + locked.new_code()),
            "no token": self.hashes(world, "tokenless", "7351123456"),
            "unknown": self.hashes(world, "nobody", "7351123456"),
            "unknown token": self.hashes(world, "", "7351123456"),
        }
        assert costs == dict.fromkeys(costs, 1)
        assert {salt.cost for salt in world.hasher.hashed} == {CHEAP}

    def test_AUTH_03_where_no_pin_is_hashed_none_is_for_the_unknown(self, world: World, alice: User) -> None:
        world.policies({"name": "pins", "when": {"realm": "staff"}, "then": {"otppin": "none"}})
        app_of(world, alice)
        assert self.hashes(world, "alice", "123456") == 0
        assert self.hashes(world, "nobody", "123456") == 0

    def test_AUTH_03_where_the_directory_is_asked_it_is_asked_of_nobody_too(self, world: World) -> None:
        world.policies({"name": "pins", "then": {"otppin": "userstore"}})
        world.person("bob", password="correct horse")
        app_of(world, world.user("bob"))
        assert self.hashes(world, "bob", "wrong password123456") == 1
        assert self.hashes(world, "nobody", "wrong password123456") == 1

    def test_a_right_code_without_a_pin_costs_none(self, world: World, alice: User) -> None:
        app = app_of(world, alice)
        assert self.hashes(world, "alice", app.new_code()) == 0

    def test_one_hash_serves_all_tokens_of_a_person(self, world: World, alice: User) -> None:
        apps = [app_of(world, alice, pin="7351") for _ in range(10)]
        assert self.hashes(world, "alice", "7351" + apps[-1].new_code()) == 1
        assert self.hashes(world, "alice", "7351" + wrong(*[app.code() for app in apps])) == 1

    def test_imported_salts_cost_one_each_and_three_at_most(self, world: World, alice: User) -> None:
        apps = [app_of(world, alice, pin="7351") for _ in range(5)]
        for app in apps:
            foreign = argon2id(world.hasher._keyed("7351"), Salt(secrets.token_bytes(16), CHEAP))
            world.run_sql(
                "UPDATE token SET pin_hash = :foreign WHERE serial = :serial",
                foreign=foreign,
                serial=app.serial,
            )
        assert self.hashes(world, "alice", "7351" + apps[0].new_code()) == 3
        assert isinstance(world.check("alice", "7351" + apps[2].new_code()), Matched)
        assert isinstance(world.check("alice", "7351" + apps[3].new_code()), Rejected)

    def test_AUTH_04_nothing_is_hashed_for_an_address_that_has_to_wait(
        self, world: World, alice: User
    ) -> None:
        app = app_of(world, alice, pin="7351")
        for number in range(20):
            world.check(f"nobody{number}", "123456")
        assert self.hashes(world, "alice", "7351" + app.new_code()) == 0
        outcome = world.check("alice", "7351" + app.new_code())
        assert isinstance(outcome, Throttled)
        elsewhere = Origin("service:portal", "198.51.100.1")
        assert isinstance(world.check("alice", "7351" + app.new_code(), origin=elsewhere), Matched)


def test_OTP_03_an_hotp_code_far_ahead_or_below_the_counter_is_refused(world: World, alice: User) -> None:
    app = app_of(world, alice, "hotp")
    for far in range(10, 20):
        assert reason(world.check("alice", app.code(far))) is Reason.WRONG_CODE
        assert world.token(app.serial).counter == -1
    reset(world.engine, world.origin, app.serial)
    assert isinstance(world.check("alice", app.code(9)), Matched)
    assert world.token(app.serial).counter == 9
    for below in range(10):
        assert reason(world.check("alice", app.code(below))) is Reason.REPLAYED
    assert world.token(app.serial).counter == 9
    assert world.token(app.serial).failures == 0


def test_OTP_01_a_totp_code_is_never_accepted_again_nor_one_of_a_step_before(
    world: World, alice: User
) -> None:
    app = app_of(world, alice)
    world.clock.advance(90)
    current, before = app.code(), app.code(-1)
    assert isinstance(world.check("alice", current), Matched)
    with world.writes() as written:
        assert reason(world.check("alice", current)) is Reason.REPLAYED
    assert [row.reason for row in written] == ["otp_replayed"]
    assert isinstance(world.check("alice", before), Rejected)
    world.clock.advance(30)  # still within the window
    assert reason(world.check("alice", current)) is Reason.REPLAYED


def test_OTP_05_the_stored_drift_follows_the_device_by_one_step_a_login(world: World, alice: User) -> None:
    app = app_of(world, alice)
    for behind in range(1, 11):
        world.clock.advance(timedelta(days=1))
        assert isinstance(world.check("alice", app.code(-behind)), Matched)
        assert world.token(app.serial).details["drift"] == -behind
    world.clock.advance(timedelta(days=1))
    assert isinstance(world.check("alice", app.code(-12)), Rejected)
    assert isinstance(world.check("alice", app.code(-11)), Matched)
    assert world.token(app.serial).details["drift"] == -10  # and not further without a resync


def test_OTP_05_a_device_off_by_two_steps_is_refused(world: World, alice: User) -> None:
    app = app_of(world, alice)
    assert isinstance(world.check("alice", app.code(-2)), Rejected)
    assert isinstance(world.check("alice", app.code(2)), Rejected)
    assert isinstance(world.check("alice", app.code(1)), Matched)


@pytest.mark.parametrize("jump", [timedelta(seconds=-90), timedelta(hours=-1), timedelta(hours=1)])
def test_OPS_09_a_clock_that_jumps_makes_no_spent_code_good_again(
    world: World, alice: User, jump: timedelta
) -> None:
    app = app_of(world, alice)
    world.clock.advance(timedelta(days=1))
    spent = [app.code(step) for step in range(-2, 2)]
    assert isinstance(world.check("alice", app.code(1)), Matched)
    world.clock.advance(jump)
    for code in [*spent, app.code(-1), app.code(), app.code(1)][: 4 if jump > timedelta() else 7]:
        assert isinstance(world.check("alice", code), Rejected)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize(("kind", "more"), [("hotp", {}), ("totp", {"timeStep": "60"}), ("totp", {})])
def test_every_form_of_code_works(
    world: World, alice: User, algorithm: str, kind: str, more: dict[str, str]
) -> None:
    app = app_of(world, alice, kind, hashlib=algorithm, otplen="8", **more)
    assert isinstance(world.check("alice", app.new_code()), Matched)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize(("digits", "period"), [(6, 30), (8, 60)])
def test_codes_of_oathtool_are_accepted(
    world: World, alice: User, algorithm: str, digits: int, period: int
) -> None:
    key = "31323334353637383930313233343536373839303132333435363738393031323334"
    form = {"otpkey": key, "hashlib": algorithm, "otplen": str(digits), "timeStep": str(period)}
    app_of(world, alice, "totp", **form)
    secret = bytes.fromhex(key)
    code = oathtool.totp(secret, world.clock.now, digits=digits, period=period, algorithm=algorithm)
    assert isinstance(world.check("alice", code), Matched)
    if algorithm == "sha1":
        app_of(world, alice, "hotp", otpkey=key, otplen=str(digits))
        assert isinstance(world.check("alice", oathtool.hotp(secret, 3, digits=digits)), Matched)


def test_what_is_done_with_the_answer_is_in_its_transaction(world: World, alice: User) -> None:
    app = app_of(world, alice)
    code = app.new_code()

    def fails(_unit: object, _outcome: Outcome) -> None:
        raise RuntimeError("what follows fails")

    with pytest.raises(RuntimeError):
        check(world.engine, world.rules, Attempt(world.origin, Answer(code), login="alice"), fails)
    assert isinstance(world.check("alice", code), Matched)  # nothing was spent


def test_people_of_two_directories_keep_their_own_tokens(world: World) -> None:
    inside = world.person("dora")
    world.outside.passwords["dora"] = "x"
    token: Device = enrolled(world, "hotp", inside)
    world.run_sql("UPDATE person SET login = 'renamed'")
    moved = world.user("dora")
    assert (inside.key.resolver, moved.key.resolver) == (PEOPLE, OUTSIDE)
    assert reason(world.check("dora", answer=token.give().answer)) is Reason.NO_TOKEN
    assert isinstance(world.check("renamed", answer=token.give().answer), Matched)
