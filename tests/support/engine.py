"""An engine on a test's database: a clock that the test moves, people, directories, mail that is kept.

    world = open_world(fresh_database(database_url, prepare))
    alice = world.person("alice", password="…")
    app = enrolled(world, "totp", alice)          # tests/support/devices.py
    world.check("alice", app.code())

Whoever hashes, asks a directory or carries mail here fails when the thread that asks holds a database
connection: what the whole engine has to keep to (look, ask, record) is seen in every test.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, text

from mfa_engine.algorithms.password_hash import Cost, Hasher, Salt
from mfa_engine.audit import Origin
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.check import check
from mfa_engine.authentication.outcome import Challenged, Outcome
from mfa_engine.authentication.trigger import trigger
from mfa_engine.configuration.change import set_policies, set_realm, set_resolver
from mfa_engine.configuration.rules import Rules
from mfa_engine.configuration.source import DatabaseRules
from mfa_engine.delivery.outbox import CarrierFailed, Outbox
from mfa_engine.engine import Engine
from mfa_engine.identity.find_user import find_user
from mfa_engine.identity.realms import canonical_login
from mfa_engine.identity.resolvers.base import Entry, ResolverUnavailable
from mfa_engine.identity.resolvers.internal import InternalResolver
from mfa_engine.identity.resolvers.registry import ResolverDefinition, ResolverRegistry
from mfa_engine.identity.user import User
from mfa_engine.policy.read import read_policies
from mfa_engine.secrets.keyring import Keyring
from mfa_engine.settings import EngineSettings
from mfa_engine.storage import outbox as _outbox_tables  # noqa: F401 - creates its table
from mfa_engine.storage.audit import AuditRow, audit_after
from mfa_engine.storage.base import Base
from mfa_engine.storage.database import Database, open_database
from mfa_engine.storage.person import insert_person
from mfa_engine.storage.throttle import Tally, read_tallies
from mfa_engine.storage.token import TokenRow, token_by_serial
from mfa_engine.tokentypes.base import Answer
from mfa_engine.tokentypes.registry import token_types

# One keyring a process: what `prepare` sealed and signed is copied into each test's database.
KEYRING = Keyring({1: secrets.token_bytes(32)})
BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CHEAP = Cost(memory_kib=8, iterations=1, lanes=1)
RELYING_PARTY = "example.org"
SETTINGS = EngineSettings(relying_party_id=RELYING_PARTY, origins=(f"https://{RELYING_PARTY}",))
ORIGIN = Origin("service:portal", "192.0.2.7", "request-1", "portal")
REALM, PEOPLE, OUTSIDE = "staff", "people", "outside"


class Clock:
    """Call it for the time; it stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta | float) -> None:
        """By seconds or a timedelta; backwards when negative."""
        self.now += by if isinstance(by, timedelta) else timedelta(seconds=by)


class Held(threading.local):
    """How many connections this thread has out of the pools."""

    count = 0

    def watch(self, database: Database) -> None:
        for engine in (database.writer, database.reader):
            event.listen(engine, "checkout", self._taken)
            event.listen(engine, "checkin", self._given_back)

    def none(self, doing: str) -> None:
        """Raises AssertionError when this thread holds a connection while ``doing`` something slow."""
        if self.count:
            raise AssertionError(f"a database connection is held while {doing}")

    def _taken(self, *_: object) -> None:
        self.count += 1

    def _given_back(self, *_: object) -> None:
        self.count -= 1


class WatchedHasher(Hasher):
    """Counts its hashes (of all threads), and fails when a connection is held."""

    def __init__(self, held: Held, cost: Cost = CHEAP) -> None:
        super().__init__(KEYRING.key("password"), cost, at_once=3, patience=30)
        self._held = held
        self.hashed: list[Salt] = []

    def hash_with_salt(self, password: str, salt: Salt) -> str:
        self._held.none("hashing")
        stored = super().hash_with_salt(password, salt)
        self.hashed.append(salt)
        return stored


class Mailbox:
    """Keeps what is sent by mail; ``down``: the mail server takes nothing."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self.sent: list[dict[str, str]] = []
        self.down = False

    def carry(self, content: Mapping[str, str]) -> None:
        self._held.none("mail is sent")
        if self.down:
            raise CarrierFailed("told so by the test")
        self.sent.append(dict(content))

    def code(self, address: str) -> str:
        """The code in the newest mail to ``address``."""
        texts = [mail["text"] for mail in self.sent if mail["to"] == address]
        code: str = re.findall(r"\b\d{6}\b", texts[-1])[0]
        return code


class OutsideDirectory:
    """A directory that is not ours: its passwords are in clear, and it can be away."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self.name = OUTSIDE
        self.passwords: dict[str, str] = {}
        self.disabled: set[str] = set()
        self.available = True
        self.asked: list[str] = []

    def find(self, login: str) -> Entry | None:
        self._asked(f"find {login}")
        wanted = canonical_login(login)
        return self._entry(wanted) if wanted in self.passwords else None

    def by_uid(self, uid: str) -> Entry | None:
        self._asked(f"by_uid {uid}")
        login = uid.removeprefix("id-of-")
        return self._entry(login) if login in self.passwords else None

    def check_password(self, entry: Entry | None, password: str) -> bool:
        self._asked(f"check_password {entry.login if entry else 'nobody'}")
        return entry is not None and self.passwords[entry.login] == password

    def search(self, text: str, limit: int) -> tuple[Entry, ...]:
        self._asked(f"search {text}")
        return tuple(self._entry(login) for login in self.passwords if text in login)[:limit]

    def close(self) -> None:
        """Nothing is kept."""

    def _asked(self, what: str) -> None:
        self._held.none("a directory is asked")
        self.asked.append(what)
        if not self.available:
            raise ResolverUnavailable(self.name, "told so by the test")

    def _entry(self, login: str) -> Entry:
        return Entry(f"id-of-{login}", login, {}, enabled=login not in self.disabled)


@dataclass
class World:
    """An engine and all that it was made of. ``origin`` is where acts come from unless told otherwise."""

    database: Database
    engine: Engine
    clock: Clock
    held: Held
    mail: Mailbox
    outbox: Outbox
    outside: OutsideDirectory
    hasher: WatchedHasher
    registry: ResolverRegistry
    source: DatabaseRules
    settings: EngineSettings
    keyring: Keyring
    origin: Origin = field(default=ORIGIN)

    @property
    def rules(self) -> Rules:
        return self.engine.rules()

    def person(
        self, login: str, *, password: str = "", email: str = "", resolver: str = PEOPLE, enabled: bool = True
    ) -> User:
        """A new person of the internal directory, whose unique id is ``id-of-`` and the login name."""
        values = {
            "uid": f"id-of-{login}",
            "resolver": resolver,
            "login": canonical_login(login),
            "email": email or None,
            "enabled": enabled,
            "password_hash": self.hasher.hash(password) if password else None,
            "attributes": {"email": [email]} if email else {},
            "created_at": self.clock.now,
            "password_changed_at": None,
        }
        self.engine.record(lambda unit: insert_person(unit.connection, values))
        return self.user(login)

    def user(self, login: str) -> User:
        """The person of that name as the engine finds them now."""
        found = find_user(self.rules.realms, self.rules.resolvers, login)
        assert found is not None
        return found

    def policies(self, *documents: dict[str, Any]) -> None:
        """Store these policies: ``{"name": "…", "then": {"otppin": "none"}}``."""
        read = read_policies({"policy": list(documents)}, self.rules.policies.catalogue)
        set_policies(self.engine, self.rules, self.origin, read)

    def check(self, login: str, typed: str = "", **more: Any) -> Outcome:
        """Check what ``login`` typed; ``more`` are fields of the Attempt, ``answer`` instead of ``typed``."""
        answer = more.pop("answer", Answer(typed))
        origin = more.pop("origin", self.origin)
        return check(self.engine, self.rules, Attempt(origin, answer, login=login, **more))

    def ask(self, login: str, **more: Any) -> Challenged:
        """Challenge the tokens of ``login`` without a password. Fails when there is none to ask."""
        asked = trigger(self.engine, self.rules, Attempt(self.origin, Answer(), login=login, **more))
        assert isinstance(asked, Challenged)
        assert asked.prompts
        return asked

    def token(self, serial: str) -> TokenRow:
        """The token as stored. Fails when there is none."""
        row = self.find_token(serial)
        assert row is not None
        return row

    def find_token(self, serial: str) -> TokenRow | None:
        return self.engine.look(lambda view: token_by_serial(view.connection, serial))

    def tally(self, name: str) -> Tally | None:
        return self.engine.look(lambda view: read_tallies(view.connection, [name]).get(name))

    def audited(self, event: str = "") -> tuple[AuditRow, ...]:
        """The audit rows since the world was opened, of one event or of all; in no order where the clock
        stood still."""
        rows = self.engine.look(lambda view: audit_after(view.connection, "", 100_000))
        return tuple(
            row for row in rows if row.actor != _PREPARING.actor and (not event or row.event == event)
        )

    @contextmanager
    def writes(self) -> Iterator[list[AuditRow]]:
        """The audit rows that the block writes; there when it has ended."""
        before = {row.id for row in self.audited()}
        written: list[AuditRow] = []
        yield written
        written += [row for row in self.audited() if row.id not in before]

    def run_sql(self, statement: str, **values: Any) -> None:
        """Change the database behind the engine's back."""
        with self.database.writer.begin() as connection:
            connection.execute(text(statement), values)


def words_of_mail(code: str, minutes: int) -> tuple[str, str]:
    """As wiring would take from the templates: subject and text."""
    return "Your code", f"Your code is {code}. It is good for {minutes} minutes."


def open_world(
    url: str,
    *,
    settings: EngineSettings = SETTINGS,
    keyring: Keyring = KEYRING,
    cost: Cost = CHEAP,
    connections: int = 16,
) -> World:
    """An engine on a database that was made by ``prepare``."""
    database = open_database(url, connections=connections)
    if database.kind == "sqlite":
        for pool in (database.writer, database.reader):
            event.listen(pool, "connect", _careless)
    held = Held()
    held.watch(database)
    clock, mail, hasher, outside = Clock(), Mailbox(held), WatchedHasher(held, cost), OutsideDirectory(held)
    types = token_types(settings, keyring, words_of_mail)
    made: list[Engine] = []

    def internal(definition: ResolverDefinition) -> InternalResolver:
        return InternalResolver(definition.name, made[0], hasher)

    registry = ResolverRegistry({"internal": internal, "outside": lambda _: outside})
    outbox = Outbox({"email": mail})
    source = DatabaseRules(settings, types, hasher, registry)
    engine = Engine(
        database=database,
        keyring=keyring,
        clock=clock,
        source=source,
        outbox=outbox,
        snapshot_max_age=timedelta(0),
    )
    made.append(engine)
    return World(
        database=database,
        engine=engine,
        clock=clock,
        held=held,
        mail=mail,
        outbox=outbox,
        outside=outside,
        hasher=hasher,
        registry=registry,
        source=source,
        settings=settings,
        keyring=keyring,
    )


def _careless(connection: Any, _record: object) -> None:
    """A power cut may lose it all: nobody needs the data after the test."""
    connection.execute("PRAGMA synchronous=OFF")


_PREPARING = replace(ORIGIN, actor="cli:prepare")


def prepare(url: str) -> None:
    """All tables; a default realm whose people live in Doorward or, behind them, in a directory outside."""
    world = open_world(url)
    Base.metadata.create_all(world.database.writer)
    set_resolver(world.engine, world.registry, _PREPARING, PEOPLE, "internal", {})
    set_resolver(world.engine, world.registry, _PREPARING, OUTSIDE, "outside", {})
    set_realm(world.engine, world.rules, _PREPARING, REALM, [PEOPLE, OUTSIDE], default=True)
    world.database.dispose()
