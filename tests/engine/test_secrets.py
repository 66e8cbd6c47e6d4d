"""Secrets at rest: what a thief of the database finds, and what one who can write to it gets."""

from __future__ import annotations

import base64
import io
import logging
import math
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import inspect

from mfa_engine.algorithms.password_hash import argon2id, salt_of
from mfa_engine.authentication.attempt import Attempt
from mfa_engine.authentication.first_factor import Password, check_first_factor
from mfa_engine.authentication.outcome import Matched, Reason, Rejected
from mfa_engine.authentication.proof_by_challenge import ask_for_proof
from mfa_engine.authentication.trigger import trigger
from mfa_engine.configuration.change import set_resolver
from mfa_engine.errors import DoorwardError, IntegrityFailure
from mfa_engine.identity.user import User
from mfa_engine.lifecycle.enrol import Wanted, enrol
from mfa_engine.lifecycle.finish import finish
from mfa_engine.lifecycle.pin import set_pin
from mfa_engine.lifecycle.resync import resync
from mfa_engine.people.create import NewPerson, create
from mfa_engine.people.password import set_password
from mfa_engine.secrets.sealed import seal
from mfa_engine.tokentypes.base import Answer
from tests.support.devices import App, MailAddress, accepted, begun, device, enrolled, new_key
from tests.support.engine import ORIGIN, PEOPLE, REALM, World


def dump(world: World) -> bytes:
    """Every value of every table, texts and bytes as they lie there."""
    out = io.BytesIO()
    with world.database.writer.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    out.write(raw + b"\n")
    return out.getvalue()


def forms(secret: bytes) -> dict[str, bytes]:
    """How a secret can be written down."""
    return {
        "raw": secret,
        "hex": secret.hex().encode(),
        "HEX": secret.hex().upper().encode(),
        "base64": base64.b64encode(secret).rstrip(b"="),
        "base64url": base64.urlsafe_b64encode(secret).rstrip(b"="),
        "base32": base64.b32encode(secret).rstrip(b"="),
    }


@contextmanager
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    logger = logging.getLogger("sqlalchemy.engine")
    logger.setLevel(logging.DEBUG)
    yield
    logger.setLevel(logging.NOTSET)


def test_KEY_01_KEY_07_no_planted_secret_is_in_the_database_a_log_or_an_error(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    secrets: dict[str, bytes] = {
        "password": b"canary password one",
        "new password": b"canary password two",
        "wrong password": b"canary password wrong",
        "pin": b"canary-pin",
        "other pin": b"canary-pin-other",
        "bind password": b"canary bind password",
        "seed": b"canary seed of 20 b.",
    }
    text = {name: secret.decode() for name, secret in secrets.items()}
    errors: list[str] = []
    outputs: list[object] = []

    def refused(act: Any) -> None:
        try:
            outputs.append(act())
        except DoorwardError as error:
            errors.append("".join(traceback.format_exception(error)) + repr(error))

    with everything_logged(caplog):
        bob = create(world.engine, world.rules, ORIGIN, NewPerson(PEOPLE, REALM, "bob", {}, text["password"]))
        set_password(world.engine, world.rules, ORIGIN, world.user("bob"), text["new password"])
        set_resolver(
            world.engine, world.registry, ORIGIN, "corp", "internal", {}, secret=text["bind password"]
        )
        key = {"otpkey": secrets["seed"].hex()}
        wanted = Wanted("totp", bob, key, pin=text["pin"], proof_needed=False)
        app = device(world, bob, enrol(world.engine, world.rules, ORIGIN, wanted))
        assert isinstance(app, App)
        set_pin(world.engine, world.rules, ORIGIN, app.serial, text["other pin"])
        outputs.append(world.check("bob", text["other pin"] + app.new_code()))
        outputs.append(world.check("bob", text["pin"] + app.new_code()))
        for password in (text["new password"], text["wrong password"]):
            outputs.append(check_first_factor(world.engine, world.rules, ORIGIN, Password("bob", password)))
        mail = enrolled(world, "email", bob, email="bob@example.org")
        world.mail.down = True
        assert isinstance(mail, MailAddress)
        mail.ask()
        new_key(world, bob)
        refused(lambda: enrol(world.engine, world.rules, ORIGIN, Wanted("totp", bob, {"otpkey": "zz"})))
        refused(lambda: enrol(world.engine, world.rules, ORIGIN, Wanted("totp", bob, key, serial=app.serial)))
        refused(lambda: set_password(world.engine, world.rules, ORIGIN, bob, "canary"))
        world.run_sql("ALTER TABLE audit RENAME TO audit_gone")
        refused(lambda: world.check("bob", text["other pin"] + app.new_code()))
        refused(lambda: enrol(world.engine, world.rules, ORIGIN, wanted))
        world.run_sql("ALTER TABLE audit_gone RENAME TO audit")
    assert errors
    assert isinstance(outputs[0], Matched)
    places = {"database": dump(world), "log": caplog.text.encode(), "errors": "".join(errors).encode()}
    places["results"] = repr(outputs).encode()
    places["world"] = repr(world.engine).encode() + repr(world.rules).encode() + repr(world.keyring).encode()
    assert b"bob" in places["database"]
    assert b"INSERT INTO" in places["log"]
    found = [
        (where, name, form)
        for where, content in places.items()
        for name, secret in secrets.items()
        for form, written in forms(secret).items()
        if written in content
    ]
    assert found == []


def test_KEY_01_mail_codes_and_messages_that_wait_are_sealed(sqlite_world: World, sqlite_alice: User) -> None:
    world = sqlite_world
    mail = enrolled(world, "email", sqlite_alice, email="somewhere@elsewhere.example")
    world.mail.down = True
    world.ask("alice")
    content = dump(world)
    assert b"Your code is" not in content
    assert b"Subject" not in content
    world.mail.down = False
    world.clock.advance(31)
    assert world.outbox.send_due(world.engine) == 1
    assert isinstance(mail, MailAddress)
    code = world.mail.code("somewhere@elsewhere.example")
    assert code.encode() not in content


def test_KEY_01_a_stored_hash_is_of_no_use_without_the_key_outside(
    sqlite_world: World, sqlite_alice: User
) -> None:
    """Who has the database, knows the salts and guesses right still cannot tell that it was right."""
    world = sqlite_world
    app = enrolled(world, "hotp", sqlite_alice, pin="7351")
    stored = world.token(app.serial).pin_hash
    assert stored is not None
    assert argon2id(b"7351", salt_of(stored)) != stored
    assert world.hasher.verify("7351", stored)


class TestSwaps:
    """One who can write to the database moves sealed values about."""

    @pytest.fixture
    def mallory(self, world: World) -> App:
        app = enrolled(world, "hotp", world.person("mallory"))
        assert isinstance(app, App)
        return app

    def swap(self, world: World, into: str, from_: str) -> None:
        secret = world.token(from_).secret
        world.run_sql("UPDATE token SET secret = :secret WHERE serial = :serial", secret=secret, serial=into)

    def test_KEY_02_a_seed_moved_to_another_token_is_refused_and_told(
        self, world: World, alice: User, mallory: App
    ) -> None:
        theirs = enrolled(world, "hotp", alice)
        self.swap(world, theirs.serial, mallory.serial)
        with world.writes() as written:
            outcome = world.check("alice", mallory.new_code())
        assert outcome == Rejected(Reason.INTEGRITY, alice)
        rows = {row.event: row for row in written}
        assert set(rows) == {"auth.check", "key.integrity"}
        assert (rows["key.integrity"].success, rows["key.integrity"].serial) == (False, theirs.serial)
        assert (rows["auth.check"].success, rows["auth.check"].reason) == (False, "integrity")

    def test_KEY_02_the_persons_other_tokens_stay_good(self, world: World, alice: User, mallory: App) -> None:
        broken, other = enrolled(world, "hotp", alice), enrolled(world, "totp", alice)
        self.swap(world, broken.serial, mallory.serial)
        with world.writes() as written:
            assert accepted(other, other.give())
            assert isinstance(world.check("alice", answer=other.give().answer), Matched)
        assert [row.serial for row in written if row.event == "key.integrity"] == [broken.serial]

    @pytest.mark.parametrize("how", ["altered", "cut", "empty version", "of another column", "made by hand"])
    def test_KEY_02_what_was_not_sealed_for_this_place_does_not_open(
        self, world: World, alice: User, how: str
    ) -> None:
        app = enrolled(world, "hotp", alice)
        sealed = bytes(world.token(app.serial).secret or b"")
        seed = b"a seed of 20 bytes.."
        forged = {
            "altered": sealed[:-1] + bytes([sealed[-1] ^ 1]),
            "cut": sealed[:10],
            "empty version": bytes(4) + sealed[4:],
            "of another column": seal(world.keyring, "resolver", "secret", app.serial, seed),
            "made by hand": seed,
        }
        world.run_sql("UPDATE token SET secret = :secret", secret=forged[how])
        assert isinstance(world.check("alice", answer=app.give().answer), Rejected)
        assert [row.serial for row in world.audited("key.integrity")] == [app.serial]

    def test_KEY_02_every_act_that_opens_a_seed_tells_of_it(
        self, world: World, alice: User, mallory: App
    ) -> None:
        app, waiting = enrolled(world, "hotp", alice), begun(world, "hotp", alice)
        mail, mail_waiting = enrolled(world, "email", alice), begun(world, "email", alice)
        for serial in (app.serial, waiting.serial, mail.serial, mail_waiting.serial):
            self.swap(world, serial, mallory.serial)
        with pytest.raises(IntegrityFailure):
            resync(world.engine, world.rules, ORIGIN, app.serial, "123456", "654321")
        with pytest.raises(IntegrityFailure):
            finish(world.engine, world.rules, ORIGIN, waiting.serial, Answer("123456"))
        with pytest.raises(IntegrityFailure):
            ask_for_proof(world.engine, world.rules, ORIGIN, alice, mail_waiting.serial)
        trigger(world.engine, world.rules, Attempt(ORIGIN, Answer(), user=alice, serial=mail.serial))
        told = sorted(str(row.serial) for row in world.audited("key.integrity"))
        assert told == sorted([app.serial, waiting.serial, mail_waiting.serial, mail.serial])

    def test_KEY_02_a_waiting_message_that_was_exchanged_is_not_sent(
        self, world: World, alice: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        enrolled(world, "email", alice)
        bob = world.person("bob")
        enrolled(world, "email", bob)
        world.mail.down = True
        world.ask("alice")
        world.ask("bob")
        world.run_sql(
            "UPDATE outbox SET body ="
            " (SELECT body FROM (SELECT body FROM outbox ORDER BY id LIMIT 1) AS first)"
        )
        world.mail.down = False
        world.clock.advance(31)
        assert world.outbox.send_due(world.engine) == 1
        assert world.outbox.send_due(world.engine) == 0
        assert "thrown away" in caplog.text


def test_KEY_03_of_100000_nonces_none_comes_twice_and_their_bits_are_even(sqlite_world: World) -> None:
    count = 100_000
    nonces = {seal(sqlite_world.keyring, "token", "secret", "SERIAL", b"x")[4:16] for _ in range(count)}
    assert len(nonces) == count
    bytes_at = [Counter(nonce[place] for nonce in nonces) for place in range(12)]
    ones = [
        sum(times for byte, times in counted.items() if byte >> bit & 1)
        for counted in bytes_at
        for bit in range(8)
    ]
    # Each of 96 bits is a coin thrown 100,000 times: beyond seven standard deviations once in 10^10 runs.
    assert len(ones) == 96
    assert max(abs(count / 2 - heads) for heads in ones) < 7 * math.sqrt(count) / 2


def test_KEY_03_the_same_value_is_sealed_differently_each_time_and_in_each_place(
    sqlite_world: World, sqlite_alice: User
) -> None:
    world = sqlite_world
    key = "3132333435363738393031323334353637383930"
    rows = [world.token(enrolled(world, "hotp", sqlite_alice, otpkey=key).serial) for _ in range(2)]
    assert rows[0].secret != rows[1].secret
