"""The verbs on tokens beside what every type must do: what they refuse, and what else they change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from mfa_engine.authentication.outcome import Matched, Rejected
from mfa_engine.errors import Conflict, InvalidField, NotAllowed, NotFound
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.assign import assign, unassign
from mfa_engine.lifecycle.change import describe, disable, enable, reset, revoke
from mfa_engine.lifecycle.delete import delete
from mfa_engine.lifecycle.enrol import Enrolled, Wanted, enrol
from mfa_engine.lifecycle.find import Filter, search, token_of_serial, tokens_of_person
from mfa_engine.lifecycle.finish import finish
from mfa_engine.lifecycle.pin import set_pin
from mfa_engine.lifecycle.resync import resync
from mfa_engine.storage.challenge import challenges_of
from mfa_engine.storage.token import TokenState, token_by_lookup
from mfa_engine.tokentypes.base import Answer
from tests.support.devices import App, begun, device, enrolled, new_key, wrong
from tests.support.engine import World


def make(world: World, owner: User | None, kind: str = "hotp", **more: Any) -> Enrolled:
    wanted = Wanted(kind, owner, **({"proof_needed": False} | more))
    return enrol(world.engine, world.rules, world.origin, wanted)


class TestEnrolling:
    def test_a_token_is_stored_as_it_was_wanted(self, world: World, alice: User) -> None:
        until = world.clock.now + timedelta(days=1)
        token = make(
            world,
            alice,
            serial="My-Token_1.0",
            description="Zoë's 🔑",
            valid_from=world.clock.now,
            valid_until=until,
        )
        row = world.token("My-Token_1.0")
        assert token.serial == row.serial
        assert (row.kind, row.state, row.enabled, row.counter, row.failures) == (
            "hotp",
            TokenState.ENROLLED,
            True,
            -1,
            0,
        )
        assert (row.resolver, row.uid, row.realm) == (alice.key.resolver, alice.key.uid, alice.realm)
        assert (row.description, row.valid_from, row.valid_until) == ("Zoë's 🔑", world.clock.now, until)
        assert (row.created_at, row.prove_by, row.last_success_at) == (world.clock.now, None, None)

    def test_one_that_waits_for_proof_has_fifteen_minutes(self, world: World, alice: User) -> None:
        row = world.token(begun(world, "hotp", alice).serial)
        assert (row.state, row.prove_by) == (TokenState.CREATED, world.clock.now + timedelta(minutes=15))

    @pytest.mark.parametrize(
        "serial", ["ab", "x" * 41, "has blank", "ümlaut", "semi;colon", "new\nline", "'quote", "a/b"]
    )
    def test_a_serial_is_short_and_plain(self, sqlite_world: World, serial: str) -> None:
        with pytest.raises(InvalidField, match="serial"):
            make(sqlite_world, None, serial=serial)

    def test_a_serial_is_taken_once(self, world: World, alice: User) -> None:
        make(world, alice, serial="ONE")
        with pytest.raises(Conflict, match="ONE"):
            make(world, None, serial="ONE")
        make(world, None, serial="one")  # compared byte for byte

    def test_generated_serials_differ_and_tell_the_type(self, sqlite_world: World) -> None:
        serials = {make(sqlite_world, None, kind).serial for kind in ("hotp", "totp") for _ in range(20)}
        assert len(serials) == 40
        assert {serial[:4] for serial in serials} == {"OATH", "TOTP"}

    @pytest.mark.parametrize(
        ("kind", "parameters"),
        [
            ("smtp", {}),
            ("hotp", {"otplen": "4"}),
            ("hotp", {"otplen": "7"}),
            ("hotp", {"otplen": "six"}),
            ("hotp", {"hashlib": "md5"}),
            ("hotp", {"otpkey": "00" * 10}),
            ("hotp", {"otpkey": "00" * 15}),
            ("hotp", {"otpkey": "00" * 129}),
            ("hotp", {"otpkey": "xyz"}),
            ("hotp", {"otpkey": "MFRGGZDF" * 4, "otpkeyformat": "base64"}),
            ("hotp", {"otpkey": "1" * 32, "otpkeyformat": "base32"}),
            ("totp", {"timeStep": "600"}),
            ("totp", {"timeStep": "-30"}),
            ("totp", {"timeStep": "٣٠"}),
        ],
    )
    def test_OTP_14_what_is_weak_or_no_sense_is_refused(
        self, sqlite_world: World, kind: str, parameters: dict[str, str]
    ) -> None:
        with pytest.raises(InvalidField) as refused:
            make(sqlite_world, None, kind, parameters=parameters)
        assert parameters.get("otpkey", "never shown") not in str(refused.value)

    @pytest.mark.parametrize(
        ("parameters", "secret"),
        [
            ({"otpkey": "3132333435363738393031323334353637383930"}, b"12345678901234567890"),
            ({"otpkey": "31323334 35363738\n39303132 33343536"}, b"1234567890123456"),
            (
                {"otpkey": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "otpkeyformat": "base32"},
                b"12345678901234567890",
            ),
            ({"otpkey": "gezd gnbv gy3t qojq gezd gnbv gy", "otpkeyformat": "base32"}, b"1234567890123456"),
        ],
    )
    def test_a_key_may_be_brought(
        self, sqlite_world: World, parameters: dict[str, str], secret: bytes
    ) -> None:
        token = make(sqlite_world, None, parameters=parameters)
        assert token.handover["secret_hex"] == secret.hex()

    @pytest.mark.parametrize(("algorithm", "length"), [("sha1", 20), ("sha256", 32), ("sha512", 64)])
    def test_a_new_key_is_as_long_as_its_hash(self, sqlite_world: World, algorithm: str, length: int) -> None:
        token = make(sqlite_world, None, parameters={"hashlib": algorithm})
        assert len(token.handover["secret_hex"]) == 2 * length

    def test_OTP_13_the_secret_is_in_no_repr_of_what_is_passed_about(self, sqlite_world: World) -> None:
        key = "3132333435363738393031323334353637383930"
        wanted = Wanted("hotp", None, {"otpkey": key}, pin="canary-pin", proof_needed=False)
        token = enrol(sqlite_world.engine, sqlite_world.rules, sqlite_world.origin, wanted)
        assert key not in repr(wanted) + repr(token)
        assert "canary-pin" not in repr(wanted)


class TestLimit:
    @pytest.fixture(autouse=True)
    def policy(self, world: World) -> None:
        world.policies({"name": "two", "then": {"max_token_per_user": 2}})

    def test_holds_for_enrolment_and_assignment(self, world: World, alice: User) -> None:
        nobodys = make(world, None).serial
        for _ in range(2):
            make(world, alice)
        with pytest.raises(NotAllowed, match="2"):
            make(world, alice)
        with pytest.raises(NotAllowed):
            assign(world.engine, world.rules, world.origin, nobodys, alice)
        assert world.token(nobodys).uid is None

    def test_counts_those_that_wait_for_proof_while_they_can_be_proven(
        self, world: World, alice: User
    ) -> None:
        for _ in range(2):
            begun(world, "hotp", alice)
        with pytest.raises(NotAllowed):
            make(world, alice)
        world.clock.advance(timedelta(minutes=15))
        make(world, alice)

    def test_counts_disabled_ones_and_not_those_revoked_or_deleted(self, world: World, alice: User) -> None:
        first, second = make(world, alice).serial, make(world, alice).serial
        disable(world.engine, world.origin, first)
        with pytest.raises(NotAllowed):
            make(world, alice)
        revoke(world.engine, world.origin, first)
        make(world, alice)
        delete(world.engine, world.origin, second)
        make(world, alice)

    def test_is_each_persons_own(self, world: World, alice: User) -> None:
        for _ in range(2):
            make(world, alice)
        make(world, world.person("bob"))


class TestVerbs:
    VERBS: ClassVar[dict[str, Callable[[World, str], object]]] = {
        "enable": lambda world, serial: enable(world.engine, world.origin, serial),
        "disable": lambda world, serial: disable(world.engine, world.origin, serial),
        "reset": lambda world, serial: reset(world.engine, world.origin, serial),
        "revoke": lambda world, serial: revoke(world.engine, world.origin, serial),
        "delete": lambda world, serial: delete(world.engine, world.origin, serial),
        "describe": lambda world, serial: describe(world.engine, world.origin, serial, "x"),
        "unassign": lambda world, serial: unassign(world.engine, world.origin, serial),
        "set_pin": lambda world, serial: set_pin(world.engine, world.rules, world.origin, serial, "1"),
        "resync": lambda world, serial: resync(world.engine, world.rules, world.origin, serial, "1", "2"),
        "finish": lambda world, serial: finish(world.engine, world.rules, world.origin, serial, Answer("1")),
        "find": lambda world, serial: token_of_serial(world.engine, serial),
    }

    @pytest.mark.parametrize("verb", VERBS)
    def test_say_that_a_token_is_not_there(self, sqlite_world: World, verb: str) -> None:
        with pytest.raises(NotFound):
            self.VERBS[verb](sqlite_world, "NOT-THERE")

    def test_what_was_revoked_stays_revoked(self, world: World, alice: User) -> None:
        app = enrolled(world, "hotp", alice)
        revoke(world.engine, world.origin, app.serial)
        with pytest.raises(Conflict, match="for good"):
            enable(world.engine, world.origin, app.serial)
        reset(world.engine, world.origin, app.serial)
        unassign(world.engine, world.origin, app.serial)
        assign(world.engine, world.rules, world.origin, app.serial, alice)
        assert isinstance(world.check("alice", answer=app.give().answer), Rejected)

    def test_an_owned_token_is_not_assigned_and_nobodys_not_unassigned(
        self, world: World, alice: User
    ) -> None:
        app, nobodys = enrolled(world, "hotp", alice), make(world, None).serial
        with pytest.raises(Conflict, match="already"):
            assign(world.engine, world.rules, world.origin, app.serial, world.person("bob"))
        with pytest.raises(Conflict, match="not assigned"):
            unassign(world.engine, world.origin, nobodys)

    def test_assigning_may_give_a_pin(self, world: World, alice: User) -> None:
        token = make(world, None)
        app = device(world, alice, token)
        assert isinstance(app, App)
        assign(world.engine, world.rules, world.origin, token.serial, alice, pin="7351")
        assert isinstance(world.check("alice", "7351" + app.new_code()), Matched)

    def test_an_empty_pin_takes_the_pin_away(self, world: World, alice: User) -> None:
        app = enrolled(world, "hotp", alice, pin="7351")
        set_pin(world.engine, world.rules, world.origin, app.serial, "")
        assert world.token(app.serial).pin_hash is None
        assert isinstance(world.check("alice", answer=app.give().answer), Matched)

    def test_pins_of_one_person_share_their_salt_and_those_of_two_do_not(
        self, world: World, alice: User
    ) -> None:
        bob = world.person("bob")
        serials = [enrolled(world, "hotp", owner, pin="7351").serial for owner in (alice, alice, bob)]
        set_pin(world.engine, world.rules, world.origin, serials[1], "another")
        first, second, third = (str(world.token(serial).pin_hash).split("$")[4] for serial in serials)
        assert first == second != third

    def test_a_deleted_token_takes_its_challenges_along(self, world: World, alice: User) -> None:
        key = new_key(world, alice)
        asked = world.ask("alice")
        lookup = world.token(key.serial).lookup
        assert lookup is not None
        delete(world.engine, world.origin, key.serial)
        assert world.engine.look(lambda view: challenges_of(view.connection, asked.transaction_id)) == ()
        assert world.engine.look(lambda view: token_by_lookup(view.connection, lookup)) is None
        with pytest.raises(NotFound):
            delete(world.engine, world.origin, key.serial)


class TestResync:
    def test_HOTP_finds_two_codes_that_follow_each_other(self, world: World, alice: User) -> None:
        app = enrolled(world, "hotp", alice)
        assert isinstance(app, App)
        app.counter = 500
        assert isinstance(world.check("alice", app.code()), Rejected)
        assert resync(world.engine, world.rules, world.origin, app.serial, app.code(), app.code(1))
        row = world.token(app.serial)
        assert (row.counter, row.failures) == (501, 0)
        assert isinstance(world.check("alice", app.code(1)), Rejected)
        assert isinstance(world.check("alice", app.code(2)), Matched)

    def test_TOTP_learns_how_far_the_clock_is_off(self, world: World, alice: User) -> None:
        app = enrolled(world, "totp", alice)
        assert isinstance(app, App)
        assert resync(world.engine, world.rules, world.origin, app.serial, app.code(-15), app.code(-14))
        assert world.token(app.serial).details["drift"] == -14
        world.clock.advance(30)
        assert isinstance(world.check("alice", app.code(-14)), Matched)

    @pytest.mark.parametrize(("first", "second"), [(5, 7), (6, 5), (5, 5), (999, 1001)])
    def test_OTP_04_codes_that_do_not_follow_each_other_are_a_failure(
        self, sqlite_world: World, sqlite_alice: User, first: int, second: int
    ) -> None:
        world = sqlite_world
        app = enrolled(world, "hotp", sqlite_alice)
        assert isinstance(app, App)
        assert not resync(
            world.engine, world.rules, world.origin, app.serial, app.code(first), app.code(second)
        )
        row = world.token(app.serial)
        assert (row.counter, row.failures) == (-1, 1)

    def test_OTP_04_OTP_02_spent_codes_bring_nothing_in_step(
        self, sqlite_world: World, sqlite_alice: User
    ) -> None:
        world = sqlite_world
        app = enrolled(world, "hotp", sqlite_alice)
        assert isinstance(app, App)
        assert isinstance(world.check("alice", app.code(8)), Matched)
        assert not resync(world.engine, world.rules, world.origin, app.serial, app.code(7), app.code(8))
        pair = (app.code(20), app.code(21))
        assert resync(world.engine, world.rules, world.origin, app.serial, *pair)
        assert not resync(world.engine, world.rules, world.origin, app.serial, *pair)

    def test_what_has_no_counter_cannot_be_brought_in_step(
        self, sqlite_world: World, sqlite_alice: User
    ) -> None:
        key = new_key(sqlite_world, sqlite_alice)
        with pytest.raises(InvalidField):
            resync(sqlite_world.engine, sqlite_world.rules, sqlite_world.origin, key.serial, "1", "2")

    @pytest.mark.parametrize("state", ["disabled", "revoked", "unproven"])
    def test_OTP_09_out_of_use_it_is_not_brought_in_step(
        self, sqlite_world: World, sqlite_alice: User, state: str
    ) -> None:
        world = sqlite_world
        token = begun(world, "hotp", sqlite_alice) if state == "unproven" else make(world, sqlite_alice)
        app = device(world, sqlite_alice, token)
        assert isinstance(app, App)
        if state == "disabled":
            disable(world.engine, world.origin, app.serial)
        if state == "revoked":
            revoke(world.engine, world.origin, app.serial)
        assert not resync(world.engine, world.rules, world.origin, app.serial, app.code(), app.code(1))


class TestFirstProof:
    def test_OTP_01_the_code_that_proved_a_token_is_spent(self, world: World, alice: User) -> None:
        token = begun(world, "totp", alice)
        app = device(world, alice, token)
        given = app.give()
        finished = finish(world.engine, world.rules, world.origin, token.serial, given.answer)
        assert finished.worth is not None
        assert finished.worth.methods == {"otp"}
        assert isinstance(world.check("alice", answer=given.answer), Rejected)

    def test_nine_wrong_codes_leave_a_last_try_and_ten_none(self, world: World, alice: User) -> None:
        for wrong_ones, proven in ((9, True), (10, False)):
            token = begun(world, "hotp", alice)
            app = device(world, alice, token)
            assert isinstance(app, App)
            for _ in range(wrong_ones):
                bad = Answer(wrong(*[app.code(step) for step in range(20)]))
                assert finish(world.engine, world.rules, world.origin, token.serial, bad).worth is None
            if proven:
                assert finish(world.engine, world.rules, world.origin, token.serial, Answer(app.code())).worth
            else:
                assert world.find_token(token.serial) is None


class TestSearching:
    @pytest.fixture
    def tokens(self, world: World, alice: User) -> World:
        bob = world.person("bob")
        make(world, alice, serial="HOTP-A1", description="desk")
        make(world, alice, "totp", serial="TOTP-A2", description="100% sure")
        make(world, bob, serial="HOTP-B1", description="des_k")
        make(world, None, serial="HOTP-N1")
        disable(world.engine, world.origin, "HOTP-B1")
        return world

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (Filter(), "HOTP-A1 HOTP-B1 HOTP-N1 TOTP-A2"),
            (Filter(serial="*A*"), "HOTP-A1 TOTP-A2"),
            (Filter(serial="HOTP-*", kind="hotp"), "HOTP-A1 HOTP-B1 HOTP-N1"),
            (Filter(serial="hotp-a1"), ""),
            (Filter(kind="totp"), "TOTP-A2"),
            (Filter(kind="*"), "HOTP-A1 HOTP-B1 HOTP-N1 TOTP-A2"),
            (Filter(assigned=False), "HOTP-N1"),
            (Filter(assigned=True, enabled=True), "HOTP-A1 TOTP-A2"),
            (Filter(enabled=False), "HOTP-B1"),
            (Filter(description="100% sure"), "TOTP-A2"),
            (Filter(description="des_*"), "HOTP-B1"),
            (Filter(description="%"), ""),
            (Filter(description="*%*"), "TOTP-A2"),
            (Filter(realms=frozenset({"guests"})), ""),
            (Filter(realms=frozenset({"staff"})), "HOTP-A1 HOTP-B1 TOTP-A2"),
            (Filter(serial="' OR 1=1 --"), ""),
        ],
    )
    def test_narrows_by_what_is_given(self, tokens: World, wanted: Filter, found: str) -> None:
        page = search(tokens.engine, wanted)
        assert " ".join(token.serial for token in page.tokens) == found
        assert page.count == len(page.tokens)

    def test_of_an_owner_in_pages_and_sorted(self, tokens: World, alice: User) -> None:
        page = search(tokens.engine, Filter(owner=alice.key), size=1, page=2)
        assert ([token.serial for token in page.tokens], page.count) == (["TOTP-A2"], 2)
        newest = search(tokens.engine, Filter(), sort="serial", descending=True)
        assert newest.tokens[0].serial == "TOTP-A2"
        assert [token.serial for token in tokens_of_person(tokens.engine, alice.key)] == [
            "HOTP-A1",
            "TOTP-A2",
        ]

    @pytest.mark.parametrize(
        "paging",
        [{"sort": "secret"}, {"sort": "pin_hash"}, {"size": 0}, {"size": 1001}, {"page": 0}, {"page": 10**9}],
    )
    def test_refuses_what_makes_no_sense(self, sqlite_world: World, paging: dict[str, Any]) -> None:
        with pytest.raises(InvalidField):
            search(sqlite_world.engine, Filter(), **paging)
