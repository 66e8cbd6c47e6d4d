"""The audit: each act one row that says who did what to whom, from where, and how it ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from mfa_engine import audit
from mfa_engine.audit import Entry, Origin, Subject
from mfa_engine.audit.verify import Verified, verify
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check
from mfa_engine.authentication.first_factor import Password, Right, check_first_factor
from mfa_engine.authentication.outcome import Matched
from mfa_engine.authentication.proof_by_challenge import ask_for_proof
from mfa_engine.authentication.trigger import trigger
from mfa_engine.configuration.change import (
    remove_policy,
    remove_realm,
    remove_resolver,
    set_realm,
    set_resolver,
)
from mfa_engine.errors import DoorwardError, Unavailable
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.assign import assign, unassign
from mfa_engine.lifecycle.change import describe, disable, enable, reset, revoke
from mfa_engine.lifecycle.delete import delete
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.lifecycle.finish import finish
from mfa_engine.lifecycle.pin import set_pin
from mfa_engine.lifecycle.resync import resync
from mfa_engine.people.change import set_attributes, set_enabled
from mfa_engine.people.create import NewPerson, create
from mfa_engine.people.password import set_password
from mfa_engine.storage.audit import newest_audit
from mfa_engine.tokentypes.base import Answer
from tests.support.devices import App, begun, device, enrolled, wrong
from tests.support.engine import ORIGIN, OUTSIDE, PEOPLE, REALM, World

PASSWORD = "a password of its own"


@dataclass
class Scene:
    """Alice and her tokens, made before the act: an app that is used, one that waits for its proof, a token
    that is nobody's."""

    world: World
    alice: User
    app: App
    waiting: App
    nobodys: str
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def engine(self) -> Any:
        return self.world.engine

    @property
    def rules(self) -> Any:
        return self.world.rules

    def check(self, typed: str, **more: Any) -> object:
        return self.world.check("alice", typed, **more)

    def password(self, login: str, password: str) -> object:
        result = check_first_factor(self.engine, self.rules, ORIGIN, Password(login, password))
        if isinstance(result, Right):
            self.engine.record(lambda unit: result.settle(unit, ORIGIN))
        return result

    def enrol(self, **more: Any) -> str:
        return enrol(self.engine, self.rules, ORIGIN, Wanted("hotp", self.alice, **more)).serial


@pytest.fixture
def scene(sqlite_world: World) -> Scene:
    return scene_of(sqlite_world)


def scene_of(world: World) -> Scene:
    alice = world.person("alice", password=PASSWORD, email="alice@example.org")
    app = enrolled(world, "totp", alice, pin="7351")
    waiting = device(world, alice, begun(world, "hotp", alice))
    nobodys = enrol(world.engine, world.rules, ORIGIN, Wanted("hotp", None, proof_needed=False))
    assert isinstance(app, App)
    assert isinstance(waiting, App)
    return Scene(world, alice, app, waiting, nobodys.serial)


@dataclass(frozen=True)
class Act:
    """What is done, and what the row has to say beside where from and by whom."""

    do: Callable[[Scene], object]
    event: str
    success: bool = True
    reason: str = ""
    about: str = "alice"  # or "app", "waiting", "nobodys" (then their serial, too), "" for nobody
    details: dict[str, object] = field(default_factory=dict)


ACTS = {
    "enrolment": Act(lambda s: s.enrol(), "token.enrol", about="alice", details={"kind": "hotp"}),
    "proof": Act(
        lambda s: finish(s.engine, s.rules, ORIGIN, s.waiting.serial, s.waiting.give().answer),
        "token.prove",
        about="waiting",
    ),
    "wrong proof": Act(
        lambda s: finish(s.engine, s.rules, ORIGIN, s.waiting.serial, s.waiting.give_wrong().answer),
        "token.prove",
        False,
        "wrong_code",
        about="waiting",
    ),
    "right code": Act(
        lambda s: s.check("7351" + s.app.new_code()), "auth.check", about="app", details={"kind": "totp"}
    ),
    "wrong code": Act(
        lambda s: s.check("7351" + wrong(s.app.code())), "auth.check", False, "wrong_code", about="app"
    ),
    "wrong pin": Act(lambda s: s.check("0000" + s.app.code()), "auth.check", False, "wrong_pin"),
    "right password": Act(lambda s: s.password("alice", PASSWORD), "auth.password"),
    "wrong password": Act(lambda s: s.password("alice", "no"), "auth.password", False, "wrong_password"),
    "challenge": Act(
        lambda s: trigger(s.engine, s.rules, Attempt(ORIGIN, Answer(), user=s.alice)), "auth.challenge"
    ),
    "disable": Act(lambda s: disable(s.engine, ORIGIN, s.app.serial), "token.disable", about="app"),
    "enable": Act(lambda s: enable(s.engine, ORIGIN, s.app.serial), "token.enable", about="app"),
    "reset": Act(lambda s: reset(s.engine, ORIGIN, s.app.serial), "token.reset", about="app"),
    "describe": Act(lambda s: describe(s.engine, ORIGIN, s.app.serial, "x"), "token.describe", about="app"),
    "set pin": Act(
        lambda s: set_pin(s.engine, s.rules, ORIGIN, s.app.serial, "1"), "token.set_pin", about="app"
    ),
    "revoke": Act(lambda s: revoke(s.engine, ORIGIN, s.app.serial), "token.revoke", about="app"),
    "delete": Act(lambda s: delete(s.engine, ORIGIN, s.app.serial), "token.delete", about="app"),
    "assign": Act(
        lambda s: assign(s.engine, s.rules, ORIGIN, s.nobodys, s.alice), "token.assign", about="nobodys"
    ),
    "unassign": Act(lambda s: unassign(s.engine, ORIGIN, s.app.serial), "token.unassign", about="app"),
    "resync": Act(
        lambda s: resync(s.engine, s.rules, ORIGIN, s.app.serial, s.app.code(5), s.app.code(6)),
        "token.resync",
        about="app",
    ),
    "wrong resync": Act(
        lambda s: resync(s.engine, s.rules, ORIGIN, s.app.serial, s.app.code(5), s.app.code(8)),
        "token.resync",
        False,
        "wrong_code",
        about="app",
    ),
    "policies": Act(
        lambda s: s.world.policies({"name": "five", "then": {"max_failures": 5}}),
        "admin.policy.set",
        about="",
        details={"policies": ["five"]},
    ),
    "realm": Act(
        lambda s: set_realm(s.engine, s.rules, ORIGIN, "guests", [PEOPLE], default=False),
        "admin.realm.set",
        about="",
        details={"realm": "guests", "resolvers": [PEOPLE]},
    ),
    "no realm": Act(
        lambda s: remove_realm(s.engine, ORIGIN, REALM),
        "admin.realm.delete",
        about="",
        details={"realm": REALM},
    ),
    "resolver": Act(
        lambda s: set_resolver(s.engine, s.world.registry, ORIGIN, "more", "internal", {}, secret="hush"),
        "admin.resolver.set",
        about="",
        details={"resolver": "more", "kind": "internal"},
    ),
    "password set": Act(
        lambda s: set_password(s.engine, s.rules, ORIGIN, s.alice, "another good long passphrase"),
        "person.set_password",
    ),
    "attributes": Act(
        lambda s: set_attributes(s.engine, ORIGIN, s.alice, {"phone": ["+1 555 0100"]}), "person.change"
    ),
    "person disabled": Act(lambda s: set_enabled(s.engine, ORIGIN, s.alice, enabled=False), "person.disable"),
    "person enabled": Act(lambda s: set_enabled(s.engine, ORIGIN, s.alice, enabled=True), "person.enable"),
}


@pytest.mark.parametrize("name", ACTS)
def test_AUD_05_an_act_writes_one_row_with_who_what_whom_where_from_and_outcome(
    scene: Scene, name: str
) -> None:
    act = ACTS[name]
    with scene.world.writes() as written:
        act.do(scene)
    [row] = written
    assert (row.event, row.success, row.reason) == (act.event, act.success, act.reason)
    assert (row.actor, row.address) == (ORIGIN.actor, ORIGIN.address)
    assert (row.request_id, row.application) == (ORIGIN.request_id, ORIGIN.application)
    assert row.at == scene.world.clock.now
    serials = {"app": scene.app.serial, "waiting": scene.waiting.serial, "nobodys": scene.nobodys}
    if act.about in serials:
        assert row.serial == serials[act.about]
    person = (scene.alice.key.resolver, scene.alice.key.uid)
    assert (row.resolver, row.uid) == (person if act.about else (None, None))
    assert act.details.items() <= row.details.items()
    assert verify(scene.engine).first_bad is None


def test_AUD_05_a_person_created_is_one_row(sqlite_world: World) -> None:
    world = sqlite_world
    wanted = NewPerson(PEOPLE, REALM, "dora", {"email": ["dora@example.org"]}, "a long enough passphrase")
    with world.writes() as written:
        user = create(world.engine, world.rules, ORIGIN, wanted)
    [row] = written
    assert (row.event, row.success, row.subject, row.uid) == ("person.create", True, "dora", user.key.uid)


@pytest.mark.parametrize("name", ACTS)
def test_AUD_03_an_act_that_cannot_be_audited_does_not_happen(scene: Scene, name: str) -> None:
    world = scene.world
    world.run_sql("ALTER TABLE audit RENAME TO audit_gone")
    before = state(world)
    if name == "right password":  # the answer is no without its row, whatever was asked
        result = check_first_factor(scene.engine, scene.rules, ORIGIN, Password("alice", PASSWORD))
        assert isinstance(result, Right)
        with pytest.raises(Unavailable):
            scene.engine.record(lambda unit: result.settle(unit, ORIGIN))
    else:
        with pytest.raises(Unavailable):
            ACTS[name].do(scene)
    world.run_sql("ALTER TABLE audit_gone RENAME TO audit")
    after = state(world)
    throttle, reserved = before.pop("throttle"), after.pop("throttle")
    assert after == before
    if "password" not in name:  # a try is reserved before it is made
        assert reserved == throttle
    assert world.mail.sent == []


@pytest.mark.parametrize("name", ["enrolment", "right code", "wrong code", "delete", "policies"])
def test_AUD_03_AUD_05_on_every_database_an_act_and_its_row_are_one(world: World, name: str) -> None:
    scene = scene_of(world)
    world.run_sql("ALTER TABLE audit RENAME TO audit_gone")
    before = state(world)
    with pytest.raises(Unavailable):
        ACTS[name].do(scene)
    world.run_sql("ALTER TABLE audit_gone RENAME TO audit")
    assert state(world) == before
    with world.writes() as written:
        ACTS[name].do(scene)
    assert [(row.event, row.success) for row in written] == [(ACTS[name].event, ACTS[name].success)]


def state(world: World) -> dict[str, Any]:
    """All that the engine keeps but the audit."""
    tables = ("token", "challenge", "throttle", "person", "policy", "realm", "resolver", "outbox")
    with world.database.writer.connect() as connection:
        return {
            table: sorted(repr(tuple(row)) for row in connection.exec_driver_sql(f"SELECT * FROM {table}"))
            for table in tables
        }


def test_AUD_05_a_resolver_and_a_policy_removed_are_one_row_each(sqlite_world: World) -> None:
    world = sqlite_world
    world.policies({"name": "five", "then": {"max_failures": 5}})
    set_realm(world.engine, world.rules, ORIGIN, REALM, [PEOPLE], default=True)
    with world.writes() as written:
        remove_policy(world.engine, ORIGIN, "five")
        remove_resolver(world.engine, world.rules, ORIGIN, OUTSIDE)
    assert {row.event for row in written} == {"admin.policy.delete", "admin.resolver.delete"}


def test_AUD_05_asking_a_new_token_for_its_proof_is_one_row(sqlite_world: World, sqlite_alice: User) -> None:
    world, alice = sqlite_world, sqlite_alice
    token = begun(world, "email", alice)
    with world.writes() as written:
        ask_for_proof(world.engine, world.rules, ORIGIN, alice, token.serial)
    [row] = written
    assert (row.event, row.reason, row.serial) == ("auth.challenge", "proof", token.serial)


REFUSALS: dict[str, Callable[[Scene], object]] = {
    "no such token": lambda s: disable(s.engine, ORIGIN, "NONE"),
    "revoked for good": lambda s: enable(s.engine, ORIGIN, s.said["revoked"]),
    "assigned already": lambda s: assign(s.engine, s.rules, ORIGIN, s.app.serial, s.alice),
    "serial taken": lambda s: s.enrol(serial=s.app.serial),
    "no resolver": lambda s: set_realm(s.engine, s.rules, ORIGIN, "x", ["nowhere"], default=False),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused_by_an_exception_changes_nothing_and_leaves_the_row_to_the_face(
    scene: Scene, name: str
) -> None:
    scene.said["revoked"] = scene.enrol(proof_needed=False)
    revoke(scene.engine, ORIGIN, scene.said["revoked"])
    before = state(scene.world)
    with scene.world.writes() as written, pytest.raises(DoorwardError):
        REFUSALS[name](scene)
    assert written == []
    assert state(scene.world) == before


class TestMac:
    CHANGES = (
        "event = 'token.enrol'",
        "success = NOT success",
        "reason = 'x'",
        "actor = 'service:other'",
        "resolver = 'x'",
        "uid = 'x'",
        "subject = 'mallory'",
        "realm = 'x'",
        "serial = 'OTHER'",
        "application = 'x'",
        "address = '203.0.113.1'",
        "request_id = 'x'",
        "details = '{}'",
    )

    def test_AUD_01_a_changed_row_is_named(self, world: World) -> None:
        changes = [*self.CHANGES, "at = :another_time"]
        with world.writes() as written:
            for _ in changes:
                world.clock.advance(1)
                world.check("nobody", "123456")
        newest_first = sorted(written, key=lambda row: row.at, reverse=True)
        all_rows = verify(world.engine)
        assert all_rows.first_bad is None
        for number, (row, change) in enumerate(zip(newest_first, changes, strict=True), start=1):
            another_time = {"another_time": naive(world, row.at)} if ":" in change else {}
            world.run_sql(f"UPDATE audit SET {change} WHERE id = :id", id=row.id, **another_time)
            assert verify(world.engine) == Verified(all_rows.rows - number, row.id)

    def test_AUD_01_a_copy_of_a_row_is_named(self, world: World) -> None:
        with world.writes() as written:
            world.check("nobody", "123456")
        [row] = written
        columns = (
            "at, event, success, reason, actor, resolver, uid, subject, realm, serial, application, address,"
        )
        columns += " request_id, details, mac"
        forged = "f" * 32
        world.run_sql(
            f"INSERT INTO audit (id, {columns}) SELECT :forged, {columns} FROM audit WHERE id = :id",
            forged=forged,
            id=row.id,
        )
        assert verify(world.engine).first_bad == forged

    def test_many_rows_are_walked_in_order_of_time(self, sqlite_world: World) -> None:
        world = sqlite_world

        def write(unit: Any) -> None:
            for number in range(2500):
                audit.record(unit, ORIGIN, Entry("test.act", True, details={"number": number}))

        world.engine.record(write)
        assert verify(world.engine).rows == 2503  # with those of the preparation
        assert verify(world.engine).first_bad is None


def naive(world: World, at: datetime) -> object:
    """A moment after ``at``, as each database takes it from a plain statement."""
    later = at + timedelta(microseconds=1)
    return later if world.database.kind == "postgresql" else later.replace(tzinfo=None).isoformat(" ")


EVIL = (
    "alice\r\n2026-01-01 token.enrol ok",
    "\x1b[31mred\x1b[0m",
    'a", "success": true, "x": "',
    "nul\x00nul",
    "\u202egnp.exe",
    "\u2028line",
    "half \ud800",
    "é 日本 🔑",
    "x" * 100_000,
)


@pytest.mark.parametrize("text", EVIL)
def test_AUD_04_what_was_typed_is_one_escaped_line(world: World, text: str) -> None:
    origin = Origin(f"service:{text}", text, text, text)
    with world.writes() as written:
        world.check(text, "123456", origin=origin)
    [row] = written
    for shown in (row.subject, row.actor, row.application, row.address, row.request_id):
        assert shown.isprintable()
        assert len(shown.splitlines()) <= 1
        assert len(shown) <= 10_000
        json.loads(json.dumps({"shown": shown}))
    assert verify(world.engine).first_bad is None


def test_AUD_04_details_are_escaped_and_plain(sqlite_world: World) -> None:
    world = sqlite_world
    details = {
        "text": "a\r\nb",
        "list": ["x\x00", 1, None],
        "set": {"b", "a"},
        "flag": True,
        "number": 7,
        "nested": {"any": "thing"},
        "gone": None,
    }
    world.engine.record(lambda unit: audit.record(unit, ORIGIN, Entry("test.act", True, details=details)))
    [row] = world.audited("test.act")
    assert row.details == {
        "text": "a\\r\\nb",
        "list": ["x\\x00", 1, None],
        "set": ["a", "b"],
        "flag": True,
        "number": 7,
        "nested": "{'any': 'thing'}",
        "gone": None,
    }
    assert verify(world.engine).first_bad is None


def test_rows_are_found_newest_first_and_narrowed(scene: Scene) -> None:
    world = scene.world
    for _ in range(3):
        world.clock.advance(timedelta(minutes=1))
        scene.check("7351" + scene.app.new_code())
        scene.check("0000123456")
    assert isinstance(scene.check("7351" + scene.app.new_code()), Matched)

    def search(limit: int = 100, **narrowed: Any) -> tuple[Any, ...]:
        return world.engine.look(lambda view: newest_audit(view.connection, limit=limit, **narrowed))

    checks = search(event="auth.*")
    assert [row.id for row in checks] == sorted((row.id for row in checks), reverse=True)
    assert len(checks) == 7
    assert [row.success for row in search(event="auth.check", success=True)] == [True] * 4
    assert [row.id for row in search(limit=2, before=checks[1].id, event="auth.check")] == [
        row.id for row in checks[2:4]
    ]
    key = (scene.alice.key.resolver, scene.alice.key.uid)
    assert len(search(person=key)) >= 8
    assert {row.serial for row in search(serial=scene.app.serial)} == {scene.app.serial}
    assert search(request_id="never") == ()
    assert tokens_of_person(world.engine, scene.alice.key)


def test_the_subject_of_a_person_nobody_found_is_what_was_typed(sqlite_world: World) -> None:
    world = sqlite_world
    with world.writes() as written:
        check(world.engine, world.rules, Attempt(ORIGIN, Answer("1"), login="nobody", realm="STAFF"))
    [row] = written
    assert (row.subject, row.realm, row.resolver, row.uid) == ("nobody", "staff", None, None)
    assert Subject() == Subject("", "", None, None)
