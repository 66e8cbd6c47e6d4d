"""Names and passwords: one answer and one amount of work for all who are refused, and few tries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mfa_engine.algorithms.password_hash import Cost
from mfa_engine.audit import Origin
from mfa_engine.authentication.first_factor import Password, Right, Wait, Wrong, check_first_factor
from mfa_engine.authentication.outcome import Reason
from mfa_engine.errors import Busy, Unavailable
from mfa_engine.identity.throttles import first_factor_name
from mfa_engine.identity.user import User
from mfa_engine.settings import EngineSettings, ThrottleSettings
from mfa_engine.unit import Runner
from tests.support.devices import enrolled
from tests.support.engine import RELYING_PARTY, WatchedHasher, World, open_world
from tests.support.parallel import Crowd, Patient

PASSWORD = "correct horse battery"
GENEROUS = EngineSettings(
    relying_party_id=RELYING_PARTY,
    throttle=ThrottleSettings(first_factor_failures=1000, address_failures=1000),
)


def enter(
    world: World, login: str, password: str, *, address: str = "192.0.2.7", runner: Runner | None = None
) -> Right | Wrong | Wait:
    origin = Origin("", address, "request-1", "portal")
    return check_first_factor(runner or world.engine, world.rules, origin, Password(login, password))


def settle(world: World, right: Right | Wrong | Wait) -> None:
    assert isinstance(right, Right)
    world.engine.record(lambda unit: right.settle(unit, world.origin))


def count(world: World, user: User) -> int:
    tally = world.tally(first_factor_name(user.key, "", ""))
    return tally.count if tally else 0


@pytest.fixture
def bob(world: World) -> User:
    return world.person("bob", password=PASSWORD, email="bob@example.org")


def test_AUTH_05_100_wrong_logins_at_once_are_all_counted(
    database_url: str, world: World, bob: User, crowd: Crowd
) -> None:
    generous = open_world(str(world.database.url.render_as_string(hide_password=False)), settings=GENEROUS)
    runner = Patient(generous.engine)
    works = [lambda: enter(generous, "bob", "wrong", runner=runner)] * 50
    results = crowd.each(works) + crowd.each(works)
    assert results == [Wrong(Reason.WRONG_PASSWORD)] * 100
    assert count(generous, bob) == 100
    generous.database.dispose()


def test_AUTH_05_of_many_guesses_at_once_ten_reach_the_directory(world: World, crowd: Crowd) -> None:
    world.outside.passwords["carol"] = PASSWORD
    world.user("carol")
    runner = Patient(world.engine)
    results = crowd.at_once(lambda: enter(world, "carol", "wrong", runner=runner))
    assert sum(question == "check_password carol" for question in world.outside.asked) == 10
    assert results.count(Wrong(Reason.WRONG_PASSWORD)) == 10
    assert sum(isinstance(result, Wait) for result in results) == 40


def test_a_right_password_is_recorded_with_what_follows_from_it(world: World, bob: User) -> None:
    for _ in range(3):
        enter(world, "bob", "wrong")
    right = enter(world, "Bob@staff", PASSWORD)
    assert isinstance(right, Right)
    assert right.user == bob
    assert world.audited("auth.password")[0].success is False
    with world.writes() as written:
        settle(world, right)
    assert [(row.event, row.success, row.uid) for row in written] == [("auth.password", True, bob.key.uid)]
    assert count(world, bob) == 0


class TestOnSqlite:
    @pytest.fixture
    def world(self, sqlite_world: World) -> World:
        return sqlite_world

    @pytest.mark.parametrize(
        ("login", "password", "reason"),
        [
            ("bob", "wrong", Reason.WRONG_PASSWORD),
            ("bob", "", Reason.WRONG_PASSWORD),
            ("bob", PASSWORD + " ", Reason.WRONG_PASSWORD),
            ("bob", PASSWORD[:-1], Reason.WRONG_PASSWORD),
            ("bob", PASSWORD + "\x00", Reason.WRONG_PASSWORD),
            ("gone", PASSWORD, Reason.USER_DISABLED),
            ("gone", "wrong", Reason.WRONG_PASSWORD),
            ("passwordless", "", Reason.WRONG_PASSWORD),
            ("nobody", PASSWORD, Reason.UNKNOWN_USER),
            ("bob@nowhere", PASSWORD, Reason.UNKNOWN_USER),
            ("", PASSWORD, Reason.UNKNOWN_USER),
            ("\x00", PASSWORD, Reason.UNKNOWN_USER),
            ("team@example.org", PASSWORD, Reason.AMBIGUOUS_USER),
        ],
    )
    def test_AUTH_03_every_refusal_is_one_hash_two_commits_and_one_row(
        self, world: World, bob: User, login: str, password: str, reason: Reason
    ) -> None:
        world.person("gone", password=PASSWORD, enabled=False)
        world.person("passwordless")
        for name in ("one", "two"):
            world.person(name, password=PASSWORD, email="team@example.org")
        before = len(world.hasher.hashed)
        with world.writes() as written:
            assert enter(world, login, password) == Wrong(reason)
        assert len(world.hasher.hashed) - before == (0 if login in ("", "\x00") else 1)
        [row] = written
        assert (row.event, row.success, row.reason) == ("auth.password", False, reason)

    def test_AUTH_03_a_known_and_an_unknown_name_have_to_wait_alike(self, world: World, bob: User) -> None:
        waits = {}
        for number, login in enumerate(("bob", "nobody")):
            for spelling in (login, login.upper(), f"{login}@staff", f"staff\\{login}", f" {login} ") * 2:
                assert isinstance(enter(world, spelling, "wrong", address=f"198.51.100.{number}"), Wrong)
            before = len(world.hasher.hashed)
            waits[login] = enter(world, login, PASSWORD, address=f"198.51.100.{number}")
            assert len(world.hasher.hashed) - before == 1  # the same work while one waits
        assert waits["bob"] == waits["nobody"] == Wait(timedelta(seconds=30), of_address=False)

    def test_AUTH_04_ten_failures_in_five_minutes_bring_30_seconds_doubling_to_an_hour(
        self, world: World, bob: User
    ) -> None:
        for _ in range(10):
            assert isinstance(enter(world, "bob", "wrong", address=""), Wrong)
        for seconds in (30, 60, 120, 240, 480, 960, 1920, 3600, 3600):
            waits = enter(world, "bob", PASSWORD, address="")
            assert waits == Wait(timedelta(seconds=seconds), of_address=False)
            world.clock.advance(seconds - 0.001)
            assert isinstance(enter(world, "bob", PASSWORD, address=""), Wait)
            world.clock.advance(0.001)
            assert isinstance(enter(world, "bob", "wrong", address=""), Wrong)

    def test_nine_failures_bring_no_wait_and_a_success_forgets_them(self, world: World, bob: User) -> None:
        for _ in range(2):
            for _ in range(9):
                enter(world, "bob", "wrong", address="")
            settle(world, enter(world, "bob", PASSWORD, address=""))

    @pytest.mark.parametrize(("quiet", "waits"), [(299.999, True), (300, False)])
    def test_failures_are_forgotten_after_five_minutes_of_quiet(
        self, world: World, bob: User, quiet: float, waits: bool
    ) -> None:
        for _ in range(9):
            enter(world, "bob", "wrong", address="")
        world.clock.advance(quiet)
        enter(world, "bob", "wrong", address="")
        assert isinstance(enter(world, "bob", PASSWORD, address=""), Wait) is waits

    def test_AUTH_04_twenty_failures_from_one_address_close_it_for_the_rest_of_five_minutes(
        self, world: World, bob: User
    ) -> None:
        for number in range(20):
            assert isinstance(enter(world, f"name{number}", "wrong"), Wrong)
        before = len(world.hasher.hashed)
        assert enter(world, "bob", PASSWORD) == Wait(timedelta(minutes=5), of_address=True)
        assert len(world.hasher.hashed) == before
        assert isinstance(enter(world, "bob", PASSWORD, address="192.0.2.8"), Right)
        assert isinstance(enter(world, "bob", PASSWORD, address=""), Right)  # a trusted caller's own
        world.clock.advance(299.999)
        assert isinstance(enter(world, "bob", PASSWORD), Wait)
        world.clock.advance(0.001)
        assert isinstance(enter(world, "bob", PASSWORD), Right)

    def test_AUTH_05_ipv6_addresses_of_one_64_are_one(self, world: World, bob: User) -> None:
        for number in range(20):
            enter(world, f"name{number}", "wrong", address=f"2001:db8:0:1::{number:x}")
        assert isinstance(enter(world, "bob", PASSWORD, address="2001:db8:0:1:ffff::1"), Wait)
        assert isinstance(enter(world, "bob", PASSWORD, address="2001:db8:0:2::1"), Right)

    def test_AUTH_05_ipv4_in_ipv6_clothes_is_ipv4(self, world: World, bob: User) -> None:
        for number in range(20):
            enter(world, f"name{number}", "wrong", address="::ffff:192.0.2.9")
        assert isinstance(enter(world, "bob", PASSWORD, address="192.0.2.9"), Wait)
        assert isinstance(enter(world, "bob", PASSWORD, address="192.0.2.10"), Right)

    def test_OTP_07_wrong_passwords_touch_no_second_factor(self, world: World, bob: User) -> None:
        app = enrolled(world, "totp", bob)
        for number in range(30):
            enter(world, "bob", "wrong", address=f"198.51.100.{number}")
        assert world.token(app.serial).failures == 0
        assert world.tally("second:people:id-of-bob") is None

    def test_RES_05_an_outage_counts_nothing_and_is_no_wrong_password(self, world: World) -> None:
        world.outside.passwords["carol"] = PASSWORD
        carol = world.user("carol")
        enter(world, "carol", "wrong")
        world.outside.available = False
        with world.writes() as written:
            for _ in range(20):
                with pytest.raises(Unavailable):
                    enter(world, "carol", PASSWORD)
        assert written == []
        world.outside.available = True
        assert count(world, carol) == 1

    def test_RES_05_an_outage_between_finding_and_asking_gives_the_try_back(self, world: World) -> None:
        world.outside.passwords["carol"] = PASSWORD
        carol = world.user("carol")
        find = world.outside.find

        def then_away(login: str) -> object:
            entry = find(login)
            world.outside.available = False
            return entry

        world.outside.find = then_away  # type: ignore[assignment,method-assign]
        with pytest.raises(Unavailable):
            enter(world, "carol", PASSWORD)
        assert count(world, carol) == 0
        address = world.tally("address:192.0.2.7")
        assert address is None

    def test_AUTH_08_who_finds_no_turn_to_hash_gets_busy_and_loses_no_try(
        self, world: World, bob: User
    ) -> None:
        world.hasher._patience = 0
        taken = [world.hasher._turns.acquire() for _ in range(3)]
        assert all(taken)
        with pytest.raises(Busy):
            enter(world, "bob", PASSWORD)
        assert count(world, bob) == 0
        for _ in taken:
            world.hasher._turns.release()
        assert isinstance(enter(world, "bob", PASSWORD), Right)

    def test_AUTH_06_a_stored_hash_of_lower_cost_is_made_anew_at_sign_in(
        self, world: World, bob: User
    ) -> None:
        dearer = WatchedHasher(world.held, Cost(memory_kib=16, iterations=1, lanes=1))
        world.rules.resolvers["people"]._hasher = dearer  # type: ignore[attr-defined]
        assert isinstance(enter(world, "bob", PASSWORD), Right)
        assert "m=16," in world.user("bob").handle
        assert isinstance(enter(world, "bob", PASSWORD), Right)

    def test_AUTH_06_a_stored_hash_of_an_unknown_scheme_is_refused_and_told(
        self, world: World, bob: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        world.run_sql("UPDATE person SET password_hash = '{SHA}x'")
        assert enter(world, "bob", PASSWORD) == Wrong(Reason.WRONG_PASSWORD)
        assert "unknown scheme" in caplog.text

    @pytest.mark.parametrize("length", [1025, 1_000_000])
    def test_AUTH_06_what_is_too_long_is_refused_before_any_hash(
        self, world: World, bob: User, length: int
    ) -> None:
        before = len(world.hasher.hashed)
        assert enter(world, "bob", "x" * length) == Wrong(Reason.WRONG_PASSWORD)
        assert enter(world, "nobody", "x" * length) == Wrong(Reason.UNKNOWN_USER)
        assert len(world.hasher.hashed) == before

    @pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-400)])
    def test_OPS_09_a_clock_set_back_makes_nobody_wait_longer_than_the_limit_says(
        self, world: World, bob: User, jump: timedelta
    ) -> None:
        for _ in range(10):
            enter(world, "bob", "wrong")
        for number in range(10):
            enter(world, f"name{number}", "wrong")
        world.clock.advance(jump)
        assert enter(world, "bob", PASSWORD, address="") == Wait(timedelta(seconds=30), of_address=False)
        assert enter(world, "bob", PASSWORD) == Wait(timedelta(minutes=5), of_address=True)
