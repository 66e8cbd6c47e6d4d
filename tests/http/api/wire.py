"""Calling the wire API as its clients do, and the principals that call it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import ANY

import pyotp
from werkzeug.test import TestResponse

from idp.rights.administrators import add_administrator
from idp.rights.principal import shell
from idp.rights.service_accounts import Wanted as WantedAccount
from idp.rights.service_accounts import create_service_account
from mfa_engine.configuration.change import set_realm, set_resolver
from mfa_engine.identity.find_user import find_user
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.lifecycle.find import tokens_of_person
from mfa_engine.storage.person import insert_person
from mfa_engine.storage.token import TokenRow, token_by_serial
from tests.support.idp import Idp, Person

ROOT = shell("cli:test")
NEUTRAL = {"message": "Authentication failed.", "threadid": ANY}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def value(self) -> Any:
        return self.body["result"]["value"]

    @property
    def word(self) -> str:
        word: str = self.body["result"]["authentication"]
        return word

    @property
    def detail(self) -> Any:
        return self.body.get("detail")

    @property
    def error(self) -> tuple[int, str]:
        """Code and message."""
        error = self.body["result"]["error"]
        return error["code"], error["message"]


@dataclass
class Wire:
    """The API of one Doorward, called without a login."""

    idp: Idp
    headers: dict[str, str] = field(default_factory=dict)
    address: str = "192.0.2.1"

    def call(
        self,
        method: str,
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        """A form, or a query where the method is GET; ``json=`` and ``data=`` are taken as they are."""
        if fields:
            more["query_string" if method == "GET" else "data"] = dict(fields)
        response = self.raw(method, path, headers=headers, **more)
        body = json.loads(response.data) if response.mimetype == "application/json" else response.text
        return Answer(response.status_code, body, response.headers)

    def raw(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> TestResponse:
        return self.idp.app.test_client().open(
            path,
            method=method,
            base_url=self.idp.base,
            headers={**self.headers, **(headers or {})},
            environ_overrides={"REMOTE_ADDR": self.address},
            **more,
        )

    def get(self, path: str, **fields: Any) -> Answer:
        return self.call("GET", path, fields)

    def post(self, path: str, **fields: Any) -> Answer:
        return self.call("POST", path, fields)

    def delete(self, path: str, **fields: Any) -> Answer:
        return self.call("DELETE", path, fields)

    def check(self, **fields: Any) -> Answer:
        """``pass`` is a word of Python: give it as ``typed``."""
        if "typed" in fields:
            fields["pass"] = fields.pop("typed")
        return self.call("POST", "/validate/check", fields)

    def from_(self, address: str) -> Wire:
        """The same caller from another address."""
        return Wire(self.idp, self.headers, address)

    def agent(self, user_agent: str) -> Wire:
        return Wire(self.idp, {**self.headers, "User-Agent": user_agent}, self.address)

    def account(self, name: str, *rights: str, **more: tuple[str, ...]) -> str:
        """A new service account; what is given is its key."""
        engine = self.idp.services.engine
        wanted = WantedAccount(name, rights, **more)
        return create_service_account(engine, self.idp.rules, ROOT, self.idp.origin, wanted).key

    def service(self, *rights: str, **more: tuple[str, ...]) -> Wire:
        """A service account with these rights that has logged in."""
        name = f"service-{len(self.idp.sql('SELECT name FROM service_account'))}"
        return self.log_in_account(name, self.account(name, *rights, **more))

    def log_in_account(self, name: str, key: str) -> Wire:
        return self._with(self.post("/auth", username=name, password=key))

    def log_in(self, person: Person) -> Wire:
        """A person who gives the password and a code of their app."""
        asked = self.post("/auth", username=person.login, password=person.password)
        answered = self.post(
            "/auth",
            username=person.login,
            password=person.code(),
            transaction_id=asked.detail["transaction_id"],
        )
        return self._with(answered)

    def administrator(self, login: str, role: str, *realms: str) -> Wire:
        """Somebody who administers and has logged in."""
        person = self.idp.person(login)
        self.make_administrator(person.user, role, *realms)
        return self.log_in(person)

    def make_administrator(self, user: User, role: str, *realms: str) -> None:
        engine = self.idp.services.engine
        add_administrator(engine, self.idp.rules, ROOT, self.idp.origin, user, role, realms)

    def other_realm(self, name: str = "students", resolver: str = "pupils") -> None:
        """A second realm with people of its own."""
        services = self.idp.services
        set_resolver(services.engine, services.resolvers, self.idp.origin, resolver, "internal", {})
        services.engine.forget_rules()
        set_realm(services.engine, self.idp.rules, self.idp.origin, name, [resolver], default=False)
        services.engine.forget_rules()

    def student(self, login: str, resolver: str = "pupils", realm: str = "students") -> User:
        """Somebody of the other realm."""
        engine = self.idp.services.engine
        values = {
            "uid": f"{resolver}-{login}",
            "resolver": resolver,
            "login": login,
            "email": None,
            "enabled": True,
            "password_hash": None,
            "attributes": {},
            "created_at": self.idp.clock.now,
            "password_changed_at": None,
        }
        engine.record(lambda unit: insert_person(unit.connection, values))
        found = find_user(self.idp.rules.realms, self.idp.rules.resolvers, login, realm)
        assert found is not None
        return found

    def token(self, user: User | None, kind: str = "totp", pin: str = "", **parameters: str) -> Device:
        """A token that is good for use, by no API."""
        wanted = Wanted(kind, user, parameters, pin=pin, proof_needed=False)
        made = enrol(self.idp.services.engine, self.idp.rules, self.idp.origin, wanted)
        shown = made.handover
        return Device(self.idp, made.serial, kind, shown.get("secret", ""), int(shown.get("digits", "6")))

    def stored(self, serial: str) -> TokenRow | None:
        return self.idp.services.engine.look(lambda view: token_by_serial(view.connection, serial))

    def stored_of(self, person: Person) -> TokenRow:
        """The one token of somebody."""
        (row,) = tokens_of_person(self.idp.services.engine, person.key)
        return row

    def sql_one(self, statement: str) -> Any:
        """The one value that a query gives."""
        ((value,),) = self.idp.sql(statement)
        return value

    def _with(self, answer: Answer) -> Wire:
        assert answer.status == 200, answer
        return Wire(self.idp, {"Authorization": answer.value["token"]}, self.address)


@dataclass
class Device:
    """What the holder of a token of codes has."""

    idp: Idp
    serial: str
    kind: str
    secret: str = field(repr=False)
    digits: int = 6
    counter: int = 0

    def code(self) -> str:
        """A code that was not shown before."""
        if self.kind == "hotp":
            self.counter += 1
            return pyotp.HOTP(self.secret, digits=self.digits).at(self.counter - 1)
        self.idp.clock.advance(30)
        return pyotp.TOTP(self.secret, digits=self.digits).at(self.idp.clock.now)

    def wrong(self) -> str:
        """A code that it shows at no time near."""
        if self.kind == "hotp":
            near = {pyotp.HOTP(self.secret, digits=self.digits).at(n) for n in range(self.counter + 40)}
        else:
            near = {
                pyotp.TOTP(self.secret, digits=self.digits).at(self.idp.clock.now, counter_offset=n)
                for n in range(-40, 40)
            }
        return next(code for n in range(10**6) if (code := f"{n:0{self.digits}d}") not in near)


def accepted(**detail: Any) -> dict[str, Any]:
    """The whole body of an accepting answer."""
    return authentication(True, "ACCEPT", detail)


def refused(**detail: Any) -> dict[str, Any]:
    """The whole body of a refusing one."""
    return authentication(False, "REJECT", detail)


def authentication(value: Any, word: str, detail: Mapping[str, Any] | None) -> dict[str, Any]:
    body = {
        "id": 2,
        "jsonrpc": "2.0",
        "result": {"status": True, "value": value, "authentication": word},
        "time": ANY,
        "version": "privacyIDEA 3.14",
        "versionnumber": "3.14",
    }
    return {**body, "detail": {**detail, "threadid": ANY}} if detail is not None else body


def success(value: Any, detail: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The whole body of an administering endpoint's answer."""
    body = {
        "id": 1,
        "jsonrpc": "2.0",
        "result": {"status": True, "value": value},
        "time": ANY,
        "version": "privacyIDEA 3.14",
        "versionnumber": "3.14",
    }
    return {**body, "detail": {**detail, "threadid": ANY}} if detail is not None else body


def failure(code: int, message: str) -> dict[str, Any]:
    """The whole body of an error."""
    return {
        "id": 1,
        "jsonrpc": "2.0",
        "detail": None,
        "result": {"status": False, "error": {"code": code, "message": message}},
        "time": ANY,
        "version": "privacyIDEA 3.14",
    }


Call = Callable[[Wire], Answer]
