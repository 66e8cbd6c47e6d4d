"""What no well-behaved client sends: a 4xx that names the field, nothing written, never a 5xx."""

from __future__ import annotations

import time

import pytest
from sqlalchemy.exc import OperationalError

from idp.rights.catalogue import Right
from mfa_engine.errors import Unavailable
from tests.http.api.wire import NEUTRAL, Answer, Wire, failure

LONG = "x" * 5000
ROUTES = [
    ("POST", "/validate/check"),
    ("POST", "/validate/triggerchallenge"),
    ("POST", "/auth"),
    ("POST", "/token/init"),
    ("POST", "/token/enable"),
    ("POST", "/token/disable"),
    ("POST", "/token/reset"),
    ("POST", "/token/assign"),
    ("POST", "/token/unassign"),
    ("POST", "/token/setpin"),
    ("DELETE", "/token/"),
]
DEEP = '{"a":' * 100_000


@pytest.fixture
def program(wire: Wire) -> Wire:
    """A service account with every right that the wire asks for."""
    return wire.service(*[right.value for right in Right if right != Right.RECOGNISED_BY_ADDRESS])


def written(wire: Wire) -> list[object]:
    return wire.idp.sql("SELECT id FROM token") + wire.idp.sql("SELECT id FROM audit")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_OTP_10_WEB_06_bodies_that_no_client_sends_are_refused(wire, program, method, path):
    wire.idp.person("alice")
    before = written(wire)
    json = {"Content-Type": "application/json"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="n{n}"\r\n\r\nx\r\n' for n in range(10_000))
    multipart = {"Content-Type": "multipart/form-data; boundary=b"}
    for headers, body, status in (
        (json, "{", 400),
        (json, "[1]", 400),
        (json, '"text"', 400),
        (json, DEEP, 400),
        (json, b'{"user": "\xff"}', 400),
        (json, '{"user": "\\ud800"}', 400),
        (json, '{"user": {"name": "alice"}, "username": {}, "serial": {}}', 400),
        (json, '{"user": ["alice"], "username": ["a"], "serial": ["b"]}', 400),
        (json, '{"user": 1.5, "username": 1.5, "serial": 2.5}', 400),
        (form, "user=%FF&username=%FF&serial=%FF", 400),
        (form, "user=a%00b&username=a%00b&serial=a%00b", 400),
        (form, f"user={LONG}&username={LONG}&serial={LONG}", 400),
        (form, "&".join(f"n{n}=x" for n in range(5000)), 400),
        (form, "user=" + "x" * 10 * 1024 * 1024, 413),
        (json, '{"user": "' + "x" * 10 * 1024 * 1024 + '"}', 413),
        (multipart, parts + "--b--\r\n", 413),
    ):
        answer = program.call(method, path, headers=headers, data=body)
        assert answer.status == status, (answer, body[:60])
        assert answer.error[0] == 905
        assert answer.error[1].startswith("ERR905: ")
    assert written(wire) == before


@pytest.mark.parametrize(
    ("path", "fields", "named"),
    [
        ("/validate/check", {"user": "alice", "pass": "x" * 1025}, "pass"),
        ("/validate/check", {"user": "alice", "pass": "x" * 1024 * 1000}, "pass"),
        ("/validate/check", {"user": "alice", "transaction_id": "1" * 41}, "transaction_id"),
        ("/validate/check", {"serial": "A", "otponly": "perhaps"}, "otponly"),
        ("/validate/check", {"user": "alice", "clientdata": "A" * 40_000}, "clientdata"),
        ("/validate/triggerchallenge", {"user": "alice", "type": "telepathy"}, "type"),
        ("/auth", {"username": "alice", "password": "x" * 1025}, "password"),
        ("/token/init", {"type": "telepathy"}, "type"),
        ("/token/init", {"otplen": "six"}, "otplen"),
        ("/token/init", {"otplen": "4"}, "digits"),
        ("/token/init", {"hashlib": "md5"}, "algorithm"),
        ("/token/init", {"type": "totp", "timeStep": "600"}, "period"),
        ("/token/init", {"otpkey": "not hexadecimal"}, "otpkey"),
        ("/token/init", {"otpkey": "00" * 10}, "secret"),
        ("/token/init", {"otpkey": "AAAA", "otpkeyformat": "base32check"}, "otpkey"),
        ("/token/init", {"otpkey": "00" * 20, "otpkeyformat": "morse"}, "otpkeyformat"),
        ("/token/init", {"keysize": "8"}, "keysize"),
        ("/token/init", {"keysize": "-1"}, "keysize"),
        ("/token/init", {"serial": "no serial!"}, "serial"),
        ("/token/init", {"description": "x" * 201}, "description"),
        ("/token/init", {"pin": "x" * 1025}, "pin"),
        ("/token/init", {"type": "email", "email": "no address"}, "email"),
        ("/token/init", {"validity_period_start": "soon"}, "validity_period_start"),
        ("/token/init", {"validity_period_end": "2027-01-31"}, "validity_period_end"),
        ("/token/init", {"2stepinit": "1"}, "2stepinit"),
        ("/token/init", {"rollover": "1"}, "rollover"),
        ("/token/setpin", {"otppin": "1"}, "serial"),
        ("/token/assign", {"user": "alice"}, "serial"),
    ],
)
def test_OTP_10_a_value_that_cannot_be_used_is_named(program, path, fields, named):
    program.idp.person("alice")
    before = written(program)
    begin = time.process_time()
    answer = program.call("POST", path, fields)
    assert time.process_time() - begin < 0.5
    assert (answer.status, answer.error[0]) == (400, 905)
    assert answer.error[1].startswith(f"ERR905: {named}: ")
    assert fields.get("otpkey", "?") not in answer.error[1]
    assert written(program) == before


@pytest.mark.parametrize("typed", ["", " ", "\t", "\0", "000000", "٣٤٥٦٧٨", "+12345", "1" * 1024])
def test_OTP_10_codes_that_are_none_are_refused_like_a_wrong_one(wire, alice, typed):
    answer = wire.check(user="alice", typed=typed)
    assert (answer.status, answer.word, answer.detail) == (200, "REJECT", NEUTRAL)


def test_OTP_10_nothing_is_hashed_of_what_is_too_long(wire, alice, monkeypatch):
    hashed: list[str] = []
    hasher = type(wire.idp.rules.hasher)
    original = hasher.hash_with_salt
    monkeypatch.setattr(
        hasher, "hash_with_salt", lambda self, text, salt: hashed.append(text) or original(self, text, salt)
    )
    assert wire.check(user="alice", typed="x" * 4097).status == 400
    assert wire.post("/auth", username="alice", password="x" * 4097).status == 400
    assert hashed == []


def test_OTP_10_the_split_follows_the_length_of_the_tokens_own_codes(wire, alice):
    device = wire.token(alice.user, "hotp", pin="12345678", otplen="8")
    assert len(code := device.code()) == 8
    assert wire.check(user="alice", serial=device.serial, typed="12345678" + code).word == "ACCEPT"


def broken(*_args: object, **_more: object) -> object:
    raise RuntimeError("the secret word is swordfish")


def test_OPS_14_a_bug_is_a_number_and_nothing_else(wire, alice, monkeypatch, caplog):
    monkeypatch.setattr("idp.api.validate.check_attempt", broken)
    answer = wire.check(user="alice", typed=alice.code())
    assert answer.status == 500
    code, message = answer.error
    assert code == -500
    assert message.startswith("An internal error occurred. Its number is ")
    assert "swordfish" not in str(answer.body)
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
    assert wire.idp.audited() == ()


@pytest.mark.parametrize(
    ("place", "call"),
    [
        ("idp.api.auth.sign_in", lambda wire: wire.post("/auth", username="alice", password="x")),
        ("idp.api.token.list_page", lambda wire: wire.get("/token/")),
        ("idp.api.access.jwt.read", lambda wire: wire.get("/token/")),
    ],
)
def test_OPS_14_every_resource_fails_closed(wire, monkeypatch, place, call):
    caller = wire.service("token:list")
    monkeypatch.setattr(place, broken)
    answer: Answer = call(caller)
    assert answer.status == 500
    assert "value" not in answer.body["result"]


def test_an_outage_is_503_and_never_the_code_that_makes_clients_wipe(wire, alice, monkeypatch):
    def away(*_args: object) -> object:
        raise Unavailable("directory people")

    monkeypatch.setattr("mfa_engine.identity.resolvers.internal.InternalResolver.find", away)
    answer = wire.check(user="alice", typed="123456")
    assert answer.status == 503
    assert answer.body == failure(903, "ERR903: directory people does not answer at the moment, try again")
    assert int(answer.headers["Retry-After"]) > 0
    (row,) = wire.idp.audited()
    assert (row.event, row.success, row.reason) == ("validate.failed", False, "Unavailable")
    assert wire.idp.sql("SELECT * FROM throttle") == []


def test_a_database_that_is_away_is_503(wire, alice, monkeypatch):
    def gone(*_args: object) -> object:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("mfa_engine.storage.person.people_called", gone)
    monkeypatch.setattr("mfa_engine.identity.resolvers.internal.people_called", gone)
    answer = wire.check(user="alice", typed="123456")
    assert (answer.status, answer.error[0]) == (503, 903)
