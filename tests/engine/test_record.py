"""The runner: what is written together is there or is not, and once, whatever database and network do."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, make_url
from sqlalchemy.exc import IntegrityError

from mfa_engine import audit
from mfa_engine.audit import Entry
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check
from mfa_engine.authentication.outcome import Matched, Outcome, Rejected
from mfa_engine.delivery.email import email
from mfa_engine.delivery.outbox import post
from mfa_engine.errors import Busy, InDoubt, Unavailable
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.storage.outbox import due_messages
from mfa_engine.storage.token import insert_token, token_by_serial
from mfa_engine.tokentypes.base import Answer
from mfa_engine.unit import Unit, View
from tests.support.devices import App, accepted, enrolled
from tests.support.engine import World, open_world, prepare
from tests.support.parallel import Crowd
from tests.support.severing import Severed, severing

REFUSALS = {
    "postgresql": {
        "serialization failure": "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$",
        "deadlock": "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$",
    },
    "mariadb": {
        "deadlock": "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'x'",
        "lock wait": "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205, MESSAGE_TEXT = 'x'",
        "changed since read": "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1020, MESSAGE_TEXT = 'x'",
        "node not ready": "SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = 1047, MESSAGE_TEXT = 'x'",
    },
    "sqlite": {"busy": ""},
}
SERVERS = ("postgresql", "mariadb")
LOSSES = {"postgresql": "SELECT pg_terminate_backend(pg_backend_pid())", "mariadb": "KILL CONNECTION_ID()"}


class Trouble:
    """Makes the database refuse what is under way, so many times."""

    def __init__(self, world: World, statement: str, times: int) -> None:
        self.left = times
        self._statement = statement
        self._other: sqlite3.Connection | None = None
        if not statement:
            self._lock(world)

    def strike(self, unit: Unit) -> None:
        """Called at the end of the work; SQLite was busy before its beginning."""
        if self._statement and self.left:
            self.left -= 1
            unit.connection.exec_driver_sql(self._statement)

    def _lock(self, world: World) -> None:
        """Another process writes to the file, until the engine has been told so often."""
        self._other = sqlite3.connect(world.database.url.database or "", isolation_level=None)
        self._other.execute("BEGIN IMMEDIATE")
        event.listen(world.database.writer, "connect", _impatient)
        world.database.writer.dispose()
        event.listen(world.database.writer, "handle_error", self._told)

    def _told(self, _context: object) -> None:
        self.left -= 1
        if self.left == 0 and self._other is not None:
            self._other.close()


def _impatient(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout=0")


def refusals() -> list[Any]:
    return [
        pytest.param(database, statement, id=f"{database}-{name}")
        for database, known in REFUSALS.items()
        for name, statement in known.items()
    ]


@pytest.fixture
def world_of(request: pytest.FixtureRequest, fresh_database: Any) -> Iterator[Callable[[str], World]]:
    """A world on the database of that name."""
    worlds: list[World] = []

    def made(database: str) -> World:
        url = fresh_database(request.getfixturevalue(f"{database}_url"), prepare)
        worlds.append(open_world(url))
        return worlds[-1]

    yield made
    for world in worlds:
        world.database.dispose()


def act(unit: Unit) -> None:
    """Writes a row, an audit row and a message."""
    audit.record(unit, audit.Origin("test"), Entry("test.act", True))
    post(unit, email("someone@example.org", "Subject", "text"))


@pytest.mark.parametrize(("database", "statement"), refusals())
@pytest.mark.parametrize("times", [1, 5])
def test_OPS_01_what_the_database_refuses_is_done_again_with_one_effect_and_one_mail(
    world_of: Callable[[str], World], database: str, statement: str, times: int
) -> None:
    world = world_of(database)
    trouble = Trouble(world, statement, times)
    world.engine.record(lambda unit: (act(unit), trouble.strike(unit)))
    assert trouble.left == 0
    assert len(world.audited("test.act")) == 1
    assert len(world.mail.sent) == 1


@pytest.mark.parametrize(("database", "statement"), refusals())
def test_OPS_01_after_five_repeats_it_is_given_up_and_nothing_is_left(
    world_of: Callable[[str], World], database: str, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = world_of(database)
    trouble = Trouble(world, statement, 7)
    with pytest.raises(Unavailable):
        world.engine.record(lambda unit: (act(unit), trouble.strike(unit)))
    assert trouble.left == 1
    assert world.audited("test.act") == ()
    assert world.mail.sent == []
    assert "the database failed" in caplog.text


@pytest.mark.parametrize(("database", "statement"), refusals())
def test_OPS_01_a_login_does_not_notice(
    world_of: Callable[[str], World], database: str, statement: str
) -> None:
    world = world_of(database)
    app = enrolled(world, "hotp", world.person("alice"))
    code = app.give().answer
    trouble = Trouble(world, statement, 2)

    def then(unit: Unit, _outcome: Outcome) -> None:
        trouble.strike(unit)

    attempt = Attempt(world.origin, code, login="alice")
    assert isinstance(check(world.engine, world.rules, attempt, then), Matched)
    assert len(world.audited("auth.check")) == 1
    assert isinstance(check(world.engine, world.rules, attempt), Rejected)


@pytest.mark.parametrize("database", SERVERS)
def test_OPS_01_two_that_lock_each_other_out_both_succeed(
    world_of: Callable[[str], World], database: str, crowd: Crowd
) -> None:
    world = world_of(database)
    alice = world.person("alice")
    ids = [world.token(enrolled(world, "hotp", alice).serial).id for _ in range(2)]
    both_hold_one = threading.Barrier(2)
    runs: list[int] = []

    def lock(unit: Unit, first: int, second: int) -> None:
        runs.append(first)
        if database == "postgresql":
            unit.connection.exec_driver_sql("SET LOCAL deadlock_timeout = '20ms'")
        for token_id in (first, second):
            unit.connection.exec_driver_sql(f"UPDATE token SET failures = failures + 1 WHERE id = {token_id}")
            if token_id == first and len(runs) <= 2:
                both_hold_one.wait(20)

    works = [
        lambda pair=pair: world.engine.record(lambda unit: lock(unit, *pair)) for pair in (ids, ids[::-1])
    ]
    assert crowd.each(works) == [None, None]
    assert len(runs) > 2
    assert [token.failures for token in tokens_of_person(world.engine, alice.key)] == [2, 2]


@pytest.mark.parametrize("database", SERVERS)
def test_a_connection_lost_before_commit_is_replaced_once(
    world_of: Callable[[str], World], database: str
) -> None:
    world = world_of(database)
    for losses, succeeds in ((1, True), (2, False)):
        trouble = Trouble(world, LOSSES[database], losses)
        work = lambda unit, trouble=trouble: (act(unit), trouble.strike(unit))  # noqa: E731
        if succeeds:
            world.engine.record(work)
        else:
            with pytest.raises(Unavailable):
                world.engine.record(work)
    assert len(world.audited("test.act")) == 1


@pytest.mark.parametrize("database", SERVERS)
def test_a_server_that_was_restarted_is_not_noticed(world_of: Callable[[str], World], database: str) -> None:
    world = world_of(database)
    app = enrolled(world, "hotp", world.person("alice"))
    other = open_world(world.database.url.render_as_string(hide_password=False))
    other.engine.record(_disconnect_all_others)
    other.database.dispose()
    assert accepted(app, app.give())


def _disconnect_all_others(unit: Unit) -> None:
    if unit.connection.dialect.name == "postgresql":
        unit.connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return
    others = unit.connection.exec_driver_sql(
        "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
    )
    for (thread,) in others.all():
        unit.connection.exec_driver_sql(f"KILL {thread}")


@contextmanager
def loses(world: World, at: Severed) -> Iterator[World]:
    """The same world over a network that will lose the next COMMIT."""
    url = make_url(world.database.url)
    if world.database.kind == "sqlite":
        with _failing_commit(world, at):
            yield world
        return
    assert url.port is not None
    with severing(url.port) as proxy:
        far = open_world(url.set(port=proxy.port).render_as_string(hide_password=False))
        far.clock.now = world.clock.now
        far.engine.record(lambda _unit: None)  # connecting, drivers commit for themselves
        far.engine.look(lambda _view: None)
        proxy.at = at
        yield far
        assert proxy.severed == 1
        far.database.dispose()


@contextmanager
def _failing_commit(world: World, at: Severed) -> Iterator[None]:
    """A disk that fails at COMMIT, in place of a network."""
    dialect = world.database.writer.dialect
    commit = dialect.do_commit

    def failing(connection: Any) -> None:
        if at is Severed.AFTER:
            commit(connection)
        raise sqlite3.OperationalError("disk I/O error")

    dialect.do_commit = failing  # type: ignore[method-assign]
    try:
        yield
    finally:
        dialect.do_commit = commit  # type: ignore[method-assign]


@pytest.mark.parametrize("at", Severed)
def test_OPS_02_an_answer_lost_at_commit_is_in_doubt_and_never_a_success(
    world: World, alice: User, at: Severed
) -> None:
    app = enrolled(world, "hotp", alice)
    attempt = Attempt(world.origin, app.give().answer, user=alice, code_alone=True)
    runs: list[Outcome] = []
    with loses(world, at) as far, pytest.raises(InDoubt):
        check(far.engine, world.rules, attempt, lambda _unit, outcome: runs.append(outcome))
    assert len(runs) == 1  # not repeated
    happened = world.token(app.serial).counter == 0
    assert happened is (at is Severed.AFTER)
    assert len(world.audited("auth.check")) == (1 if happened else 0)
    outcomes = [check(world.engine, world.rules, attempt) for _ in range(2)]
    assert [isinstance(outcome, Matched) for outcome in outcomes] == [not happened, False]


@pytest.mark.parametrize("at", Severed)
def test_OPS_02_mail_of_an_act_in_doubt_is_sent_only_if_it_happened(world: World, at: Severed) -> None:
    with loses(world, at) as far, pytest.raises(InDoubt):
        far.engine.record(act)
    assert far.mail.sent == []
    world.clock.advance(timedelta(seconds=31))
    assert world.outbox.send_due(world.engine) == (1 if at is Severed.AFTER else 0)
    assert len(world.mail.sent) == len(world.audited("test.act"))


def test_a_broken_constraint_is_told_to_the_use_case_and_undoes_all(world: World, alice: User) -> None:
    app = enrolled(world, "hotp", alice)
    row = world.token(app.serial)
    taken = {name: getattr(row, name) for name in row.__slots__ if name != "id"}

    def work(unit: Unit) -> None:
        act(unit)
        insert_token(unit.connection, taken)

    with pytest.raises(IntegrityError):
        world.engine.record(work)
    assert world.audited("test.act") == ()


def test_an_exception_undoes_all_and_sends_nothing(world: World) -> None:
    def work(unit: Unit) -> None:
        act(unit)
        raise KeyError("anything")

    with pytest.raises(KeyError):
        world.engine.record(work)
    assert world.audited("test.act") == ()
    assert world.mail.sent == []
    world.clock.advance(timedelta(hours=1))
    assert world.engine.look(lambda view: due_messages(view.connection, view.now, 10)) == ()


def test_what_a_unit_writes_others_see_after_its_end(world: World, alice: User) -> None:
    app = enrolled(world, "hotp", alice)
    row = world.token(app.serial)
    new = {name: getattr(row, name) for name in row.__slots__ if name != "id"} | {"serial": "NEW"}
    seen: list[object] = []

    def work(unit: Unit) -> None:
        insert_token(unit.connection, new)
        seen.append(world.find_token("NEW"))

    world.engine.record(work)
    assert seen == [None]
    assert world.find_token("NEW") is not None


def test_readers_do_not_wait_for_a_writer(world: World, alice: User) -> None:
    app = enrolled(world, "hotp", alice)

    def work(unit: Unit) -> None:
        unit.connection.exec_driver_sql("UPDATE token SET description = 'being changed'")
        assert world.token(app.serial).description == ""

    world.engine.record(work)
    assert world.token(app.serial).description == "being changed"


class TestConnections:
    """None is held while anybody is asked (invariant 3); the doubles of every test here would fail."""

    def test_the_doubles_notice_one(self, world: World) -> None:
        world.outside.passwords["carol"] = "x"
        slow: list[Callable[[], object]] = [
            lambda: world.hasher.hash("x"),
            lambda: world.outside.find("carol"),
            lambda: world.mail.carry({"to": "a@b", "text": ""}),
        ]
        for ask in slow:
            with pytest.raises(AssertionError, match="connection is held"):
                world.engine.look(lambda _view, ask=ask: ask())
            with pytest.raises(AssertionError, match="connection is held"):
                world.engine.record(lambda _unit, ask=ask: ask())
            ask()

    def test_a_slow_directory_stops_nobody_else(self, sqlite_world: World, crowd: Crowd) -> None:
        world = open_world(str(sqlite_world.database.url), connections=1)
        world.outside.passwords["carol"] = "x"
        app = enrolled(world, "hotp", world.person("alice"))
        asked, answer = threading.Event(), threading.Event()
        find = world.outside.find

        def slow(login: str) -> Any:
            asked.set()
            answer.wait(20)
            return find(login)

        world.outside.find = slow  # type: ignore[method-assign]

        def somebody_else() -> bool:
            asked.wait(20)
            outcome = accepted(app, app.give())
            answer.set()
            return outcome

        outcomes = crowd.each([lambda: world.check("carol", "123456"), somebody_else])
        assert isinstance(outcomes[0], Rejected)
        assert outcomes[1] is True
        world.database.dispose()

    def test_who_finds_none_free_gets_busy(self, sqlite_world: World) -> None:
        world = open_world(str(sqlite_world.database.url), connections=1)
        for pool in (world.database.reader.pool, world.database.writer.pool):
            pool._timeout = 0.01  # type: ignore[attr-defined]

        def nested(_: View) -> object:
            return world.engine.look(lambda view: token_by_serial(view.connection, "X"))

        with pytest.raises(Busy):
            world.engine.look(nested)
        with pytest.raises(Busy):
            world.engine.record(lambda _: world.engine.record(lambda unit: unit.now))
        world.database.dispose()


def test_KEY_07_an_error_of_the_database_shows_no_value(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
    app = enrolled(world, "hotp", world.person("alice", password="canary-password"), pin="canary-pin")
    row = world.token(app.serial)
    try:
        with pytest.raises(IntegrityError) as broken:
            world.engine.record(
                lambda unit: insert_token(
                    unit.connection,
                    {name: getattr(row, name) for name in row.__slots__ if name != "id"}
                    | {"description": "canary-description"},
                )
            )
        with pytest.raises(Unavailable) as failed:
            world.engine.look(
                lambda view: view.connection.exec_driver_sql("SELECT * FROM nowhere_canary_free")
            )
    finally:
        logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)
    assert isinstance(app, App)
    shown = f"{broken.value!r} {broken.value} {failed.value!r} {failed.value} {caplog.text}"
    for secret in ("canary-", app.secret, str(row.pin_hash), "correct"):
        assert secret not in shown


def test_the_rules_are_read_again_only_when_they_changed(world: World) -> None:
    first = world.rules
    assert world.rules is first
    world.policies({"name": "any", "then": {"max_failures": 5}})
    assert world.rules is not first
    assert world.rules.revision == first.revision + 1


def test_the_clock_of_a_unit_is_the_injected_one(world: World) -> None:
    world.clock.advance(timedelta(days=3650))
    assert world.engine.record(lambda unit: unit.now) == world.clock.now
    assert world.engine.look(lambda view: view.now) == world.clock.now
    assert isinstance(world.check("nobody", answer=Answer("1")), Rejected)
    assert world.audited()[0].at == world.clock.now
