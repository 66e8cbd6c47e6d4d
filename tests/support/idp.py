"""A whole Doorward in this process: its services and its app, a clock that the test moves, people, browsers.

    idp = open_idp(fresh_database(sqlite_url, prepare_idp))     # the fixture `idp` of tests/http does this
    alice = idp.person("alice")                                 # has a password and an authenticator app
    browser = idp.browser()
    browser.open("/account/")                                   # follows our own redirects, to a page
    browser.sign_in(alice)                                      # answers each page of the login

Everything is wired as in life, on a database of its own and with a hash that costs nothing. Without a
policy a second factor is needed everywhere, and nobody may enrol with a password alone.
"""

from __future__ import annotations

import base64
import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from tempfile import NamedTemporaryFile
from typing import IO, Any
from urllib.parse import urljoin

import pyotp
from flask import Flask
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from idp.app import create_app
from idp.services import Services
from idp.settings import Settings, load
from idp.wiring import build
from mfa_engine.audit import Origin
from mfa_engine.configuration.change import set_policies, set_realm, set_resolver
from mfa_engine.configuration.rules import Rules
from mfa_engine.delivery.outbox import CarrierFailed
from mfa_engine.identity.find_user import find_user
from mfa_engine.identity.realms import canonical_login
from mfa_engine.identity.user import User, UserKey
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.policy.read import read_policies
from mfa_engine.storage.audit import AuditRow, audit_after
from mfa_engine.storage.database import Database
from mfa_engine.storage.person import change_person, insert_person

BASE = "https://idp.example.org"
BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
REALM, PEOPLE = "staff", "people"
ORIGIN = Origin("cli:test")
_PREPARING = Origin("cli:prepare")

_STEP = re.compile(r"/login/[^/]+/(?P<step>[a-z-]+)")
_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET", "PRAGMA", "SELECT 1")


class Clock:
    """Call it for the time; it stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta | float) -> None:
        """By seconds or a timedelta; backwards when negative."""
        self.now += by if isinstance(by, timedelta) else timedelta(seconds=by)


class Mailbox:
    """Keeps what is sent by mail, unless ``refuses`` says how it fails."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.refuses: CarrierFailed | None = None

    def carry(self, content: Mapping[str, str]) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.sent.append(dict(content))


@dataclass
class Idp:
    """One installation at work. ``origin`` is where acts of the tests themselves come from."""

    services: Services
    app: Flask
    clock: Clock
    mail: Mailbox
    origin: Origin = ORIGIN

    @property
    def base(self) -> str:
        """The address that people and applications use, without a slash at the end."""
        return self.services.settings.base_url

    @property
    def rules(self) -> Rules:
        return self.services.engine.rules()

    @property
    def database(self) -> Database:
        """What the engine keeps to itself: for closing, counting, and changes behind its back."""
        return self.services.engine._database

    def close(self) -> None:
        self.database.dispose()

    def browser(self) -> Browser:
        """A browser that was never here."""
        return Browser(self)

    def person(self, login: str, *, password: str = "", app: bool = True, **attributes: str) -> Person:
        """Somebody of the internal directory; with ``app`` they have an authenticator app.

        ``attributes`` are those of the directory (``email``, ``given_name``, ...).
        """
        password = password or f"the password of {login}"
        uid = f"id-of-{login}"
        values = {
            "uid": uid,
            "resolver": PEOPLE,
            "login": canonical_login(login),
            "email": attributes.get("email"),
            "enabled": True,
            "password_hash": self.rules.hasher.hash(password),
            "attributes": {name: [value] for name, value in attributes.items()},
            "created_at": self.clock.now,
            "password_changed_at": None,
        }
        self.services.engine.record(lambda unit: insert_person(unit.connection, values))
        person = Person(self, login, password, UserKey(PEOPLE, uid))
        if app:
            wanted = Wanted("totp", person.user, proof_needed=False)
            person.secret = enrol(self.services.engine, self.rules, self.origin, wanted).handover["secret"]
        return person

    def change_person(self, person: Person, **columns: Any) -> None:
        """As an administrator on another node would: this one notices within a minute."""
        key = person.key
        self.services.engine.record(
            lambda unit: change_person(unit.connection, key.resolver, key.uid, columns)
        )

    def policies(self, *documents: dict[str, Any]) -> None:
        """Store these policies: ``{"name": "…", "then": {"second_factor": "not_required"}}``."""
        read = read_policies({"policy": list(documents)}, self.rules.policies.catalogue)
        set_policies(self.services.engine, self.rules, self.origin, read)
        self.services.engine.forget_rules()

    def audited(self) -> tuple[AuditRow, ...]:
        """All audit rows but those of setting up, oldest first."""
        rows = self.services.engine.look(lambda view: audit_after(view.connection, "", 100_000))
        return tuple(row for row in rows if row.actor not in (_PREPARING.actor, self.origin.actor))

    @contextmanager
    def auditing(self) -> Iterator[list[AuditRow]]:
        """The rows that are written meanwhile by others than the test; filled when the block ends."""
        before = {row.id for row in self.audited()}
        rows: list[AuditRow] = []
        yield rows
        rows += [row for row in self.audited() if row.id not in before]

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The SQL statements that reach the driver meanwhile, without BEGIN, COMMIT and the like."""
        statements: list[str] = []
        lock = threading.Lock()

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            with lock:
                statements.append(statement)

        engines = (self.database.writer, self.database.reader)
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        yield statements
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
        statements[:] = [sql for sql in statements if not sql.lstrip().upper().startswith(_CONTROL)]

    def run_sql(self, statement: str, **values: Any) -> None:
        """Change the database behind everybody's back."""
        with self.database.writer.begin() as connection:
            connection.execute(text(statement), values)

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """What the database answers."""
        with self.database.reader.connect() as connection:
            return list(connection.execute(text(statement), values))


@dataclass
class Person:
    """Somebody with a password and, where ``secret`` is set, an authenticator app."""

    idp: Idp
    login: str
    password: str
    key: UserKey
    secret: str = field(default="", repr=False)

    @property
    def user(self) -> User:
        """As the engine finds them now."""
        rules = self.idp.rules
        found = find_user(rules.realms, rules.resolvers, self.login)
        if found is None:
            raise LookupError(self.login)
        return found

    def code(self) -> str:
        """The app's next code: a period goes by."""
        self.idp.clock.advance(30)
        return pyotp.TOTP(self.secret).at(self.idp.clock.now)


class Browser:
    """A person's browser: it keeps cookies and the page that it shows, and runs no script."""

    def __init__(self, idp: Idp) -> None:
        self.idp = idp
        self.client = idp.app.test_client()
        self.at = ""  # the address of what is shown
        self.shown: TestResponse | None = None

    def open(self, address: str, **headers: str) -> TestResponse:
        """GET, and follow redirects while they stay with us: a page, or the redirect that leads away."""
        return self._follow(self._send("GET", address, headers=headers))

    def post(
        self, address: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        """POST a form, as a page of ours does unless ``headers`` say otherwise, and follow."""
        sent = {"Origin": self.idp.base, **(headers or {})}
        return self._follow(self._send("POST", address, data=fields, headers=sent))

    def submit(self, address: str = "", **fields: str) -> TestResponse:
        """Post the form of the page that is shown, to that page's own address unless told otherwise."""
        return self.post(address or self.at, {"csrf": self.csrf, **fields})

    def sign_in(self, person: Person) -> TestResponse:
        """Answer each step of the login that is shown, once, until a page or place behind it is reached."""
        answered: set[str] = set()
        while self.step and self.step not in answered:
            answered.add(self.step)
            self.submit(**self._answer(self.step, person))
        return self.response

    @property
    def response(self) -> TestResponse:
        """What came last."""
        if self.shown is None:
            raise LookupError("nothing was opened yet")
        return self.shown

    @property
    def step(self) -> str:
        """The step of the login that is shown; empty elsewhere."""
        found = _STEP.search(self.at)
        return found["step"] if found and self.response.status_code < 300 else ""

    @property
    def csrf(self) -> str:
        """The token of the shown page's forms."""
        return self.find(r'name="csrf" value="([^"]+)"')

    @property
    def heading(self) -> str:
        return self.find(r"<h1>(.*?)</h1>")

    @property
    def destination(self) -> str:
        """Where the browser goes next: by redirect, or from the leave page."""
        location = self.response.headers.get("Location")
        return location or self.find(r'http-equiv="refresh" content="0;url=([^"]+)"')

    def find(self, pattern: str) -> str:
        """The first group of ``pattern`` in the page that is shown. Fails when it is not there."""
        found = re.search(pattern, self.response.text, re.DOTALL)
        if found is None:
            raise LookupError(f"{pattern} is not on the page at {self.at}: {self.response.text[-1500:]}")
        return unescape(found[1])

    def cookie(self, name: str) -> str | None:
        """The value of a cookie of ours, without its prefix."""
        for prefix in ("__Host-", ""):
            kept = self.client.get_cookie(prefix + name, domain=self._host)
            if kept is not None:
                return kept.value
        return None

    def give_cookie(self, name: str, value: str) -> None:
        """Put a cookie back as it was, or one that was stolen."""
        prefix = "" if self.idp.services.settings.plain_http else "__Host-"
        self.client.set_cookie(
            prefix + name, value, domain=self._host, secure=bool(prefix), path="/", httponly=True
        )

    def forget(self) -> None:
        """All cookies go."""
        self.client = self.idp.app.test_client()

    @property
    def _host(self) -> str:
        return self.idp.services.settings.host

    def _send(self, method: str, address: str, **more: Any) -> TestResponse:
        self.at = urljoin(self.at or "/", address.removeprefix(self.idp.base))
        self.shown = self.client.open(self.at, method=method, base_url=self.idp.base, **more)
        return self.shown

    def _follow(self, response: TestResponse) -> TestResponse:
        for _ in range(20):
            location = response.headers.get("Location", "")
            ours = location.startswith(("/", f"{self.idp.base}/"))
            if response.status_code not in (301, 302, 303, 307, 308) or not ours:
                return response
            response = self._send("GET", location)
        raise AssertionError(f"redirects without an end, at {self.at}")

    def _answer(self, step: str, person: Person) -> dict[str, str]:
        match step:
            case "first-factor":
                return {"username": person.login, "password": person.password}
            case "second-factor":
                return {"code": person.code()}
            case "consent":
                return {"answer": "yes", "again": "change"}
        raise LookupError(f"{step} is not a step that a test walks by itself")


def open_idp(url: str, *, base: str = BASE, **more: str) -> Idp:
    """A Doorward on a database that was made by ``prepare_idp``. ``more`` are settings by the names of the
    environment, such as ``ENGINE_SNAPSHOT_MAX_AGE_SECONDS="1"``: by default each request looks whether
    policies, keys and applications have changed.
    """
    clock, mail = Clock(), Mailbox()
    services = build(_settings(url, base, more), clock=clock, carriers={"email": mail})
    return Idp(services, create_app(services), clock, mail)


def prepare_idp(url: str) -> None:
    """All tables, the keys, and a default realm whose people live in Doorward."""
    idp = open_idp(url, DATABASE_UPGRADE_AT_START="true")
    engine = idp.services.engine
    set_resolver(engine, idp.services.resolvers, _PREPARING, PEOPLE, "internal", {})
    engine.forget_rules()
    set_realm(engine, idp.rules, _PREPARING, REALM, [PEOPLE], default=True)
    idp.close()


def _settings(url: str, base: str, more: Mapping[str, str]) -> Settings:
    chosen = {
        "SERVER_BASE_URL": base,
        "DATABASE_URL": url,
        "SECRETS_KEY_FILE": _key_file().name,
        "HASHING_MEMORY_KIB": "1024",
        "HASHING_ITERATIONS": "1",
        "MAIL_HOST": "localhost",
        "ENGINE_SNAPSHOT_MAX_AGE_SECONDS": "0",
        "SAML_KEY_BITS": "2048",
        "OIDC_KEY_BITS": "2048",
        **more,
    }
    return load(None, {f"DOORWARD_{name}": value for name, value in chosen.items()})


@cache
def _key_file() -> IO[bytes]:
    """One key file a process: what ``prepare_idp`` sealed is copied into each test's database."""
    file = NamedTemporaryFile(prefix="doorward-test-key-")  # noqa: SIM115 - goes with the process
    file.write(base64.b64encode(secrets.token_bytes(32)))
    file.flush()
    return file
