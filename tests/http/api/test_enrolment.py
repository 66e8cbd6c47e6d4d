"""``/token/init``: what the holder is shown, once, and how a token is proven."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from unittest.mock import ANY
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from mfa_engine.storage.token import TokenState
from tests.http.api import keys
from tests.http.api.wire import Wire, failure, success

RFC_4226 = b"12345678901234567890"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def program(wire: Wire) -> Wire:
    """A service account that may enrol."""
    return wire.service("token:enrol", "token:list")


@pytest.fixture
def bob(wire):
    return wire.idp.person("bob", app=False, email="bob@example.org")


def test_an_hotp_token_is_shown_as_clients_read_it(wire, program, bob):
    answer = program.post("/token/init", type="hotp", user="bob", genkey="1", pin="1234", description="Fob")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    detail = answer.detail
    serial, key = detail["serial"], detail["otpkey"]["value_b32"]
    hexadecimal = base64.b32decode(key).hex()
    address = (
        f"otpauth://hotp/bob?secret={key}&counter=1&digits=6&creator=Doorward&issuer=Doorward&serial={serial}"
    )
    assert answer.body == success(
        True,
        {
            "serial": serial,
            "rollout_state": "enrolled",
            "googleurl": {"description": "URL for an authenticator app", "value": address, "img": ANY},
            "oathurl": {
                "description": "URL for an OATH app",
                "value": f"oathtoken:///addToken?name=bob&lockdown=true&key={hexadecimal}",
                "img": ANY,
            },
            "otpkey": {
                "description": "OTP seed",
                "value": f"seed://{hexadecimal}",
                "img": ANY,
                "value_b32": key,
            },
        },
    )
    assert re.fullmatch(r"OATH[0-9A-F]{8}", serial)
    assert len(hexadecimal) == 40
    for name in ("googleurl", "oathurl", "otpkey"):
        kind, _, picture = detail[name]["img"].partition(",")
        assert kind == "data:image/png;base64"
        assert io.BytesIO(base64.b64decode(picture)).read(8) == PNG
    assert wire.stored(serial).description == "Fob"
    first = pyotp.HOTP(key).at(1)  # the app begins where the address says
    assert wire.check(user="bob", typed="1234" + first).word == "ACCEPT"


def test_a_totp_token_says_its_period_and_an_uncommon_hash(wire, program, bob):
    answer = program.call(
        "POST",
        "/token/init",
        json={
            "type": "TOTP",
            "user": "bob",
            "hashlib": "sha256",
            "otplen": 8,
            "timeStep": 60,
            "genkey": True,
        },
    )
    address = urlsplit(answer.detail["googleurl"]["value"])
    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/bob")
    values = {name: value[0] for name, value in parse_qs(address.query).items()}
    assert values == {
        "secret": answer.detail["otpkey"]["value_b32"],
        "period": "60",
        "digits": "8",
        "creator": "Doorward",
        "issuer": "Doorward",
        "serial": answer.detail["serial"],
        "algorithm": "SHA256",
    }
    assert "timeBased=true" in answer.detail["oathurl"]["value"]
    app = pyotp.parse_uri(answer.detail["googleurl"]["value"])
    assert wire.check(user="bob", typed=app.at(wire.idp.clock.now)).word == "ACCEPT"


def test_without_a_type_it_is_hotp_and_without_a_key_one_is_made(program, bob):
    answer = program.post("/token/init", user="bob")
    assert answer.detail["googleurl"]["value"].startswith("otpauth://hotp/")


def test_a_key_may_be_brought_in_hex_or_as_people_type_it(wire, program):
    checked = base64.b32encode(hashlib.sha1(RFC_4226).digest()[:4] + RFC_4226).decode().rstrip("=")
    typed = " ".join(checked[start : start + 4].lower() for start in range(0, len(checked), 4))
    for number, given in enumerate(
        (
            {"otpkey": RFC_4226.hex()},
            {"otpkey": RFC_4226.hex().upper(), "otpkeyformat": "hex"},
            {"otpkey": typed, "otpkeyformat": "base32check"},
        )
    ):
        serial = f"FOB{number:05d}"
        answer = program.post("/token/init", type="hotp", serial=serial, **given)
        assert answer.detail["serial"] == serial
        assert wire.check(serial=serial, typed="755224").word == "ACCEPT"  # RFC 4226, appendix D


def test_a_mistyped_key_is_refused(program):
    checked = base64.b32encode(hashlib.sha1(RFC_4226).digest()[:4] + RFC_4226).decode().rstrip("=")
    swapped = checked[:10] + ("B" if checked[10] == "A" else "A") + checked[11:]
    answer = program.post("/token/init", otpkey=swapped, otpkeyformat="base32check")
    assert answer.error == (905, "ERR905: otpkey: has a typing error: its checksum does not fit")


def test_a_key_size_may_be_asked_for(program):
    answer = program.post("/token/init", keysize="32")
    assert len(base64.b32decode(answer.detail["otpkey"]["value_b32"] + "====")) == 32


def test_a_serial_is_taken_once(program):
    assert program.post("/token/init", serial="FOB00001").status == 200
    again = program.post("/token/init", serial="FOB00001")
    assert (again.status, again.error[0]) == (409, 602)


def test_a_validity_period_bounds_the_token(wire, program, bob):
    answer = program.post(
        "/token/init",
        type="totp",
        user="bob",
        validity_period_start="2026-11-02T09:10+00:00",
        validity_period_end="2026-11-02T11:00+01:00",
    )
    app = pyotp.TOTP(answer.detail["otpkey"]["value_b32"])
    words = []
    for minutes in (5, 6, 60):
        wire.idp.clock.advance(60 * minutes)
        words.append(wire.check(user="bob", typed=app.at(wire.idp.clock.now)).word)
    assert words == ["REJECT", "ACCEPT", "REJECT"]


def test_an_email_token_goes_to_the_address_given_or_to_the_directorys(wire, program, bob):
    given = program.post("/token/init", type="email", user="bob", email="other@example.org")
    assert given.body == success(True, {"serial": given.detail["serial"], "rollout_state": "enrolled"})
    program.post("/token/init", type="email", user="bob", dynamic_email="1", pin="4711")
    sent = wire.idp.mail.sent
    sent.clear()  # bob was told of both
    wire.check(user="bob", typed="4711")
    assert [mail["to"] for mail in sent] == ["bob@example.org"]
    both = program.post("/token/init", type="email", user="bob", dynamic_email="1", email="x@example.org")
    assert both.status == 400


def test_as_many_tokens_as_policy_allows(wire, program, bob):
    wire.idp.policies({"name": "two", "then": {"max_token_per_user": 2}})
    assert [program.post("/token/init", user="bob").status for _ in range(3)] == [200, 200, 403]
    assert program.post("/token/init", user="bob").error[0] == 303


def test_an_unknown_person_gets_no_token(wire, program):
    answer = program.post("/token/init", user="ghost")
    assert answer.status == 400
    assert answer.body == failure(904, "ERR904: User <ghost@staff> does not exist.")
    assert wire.idp.sql("SELECT * FROM token") == []


# Security keys ---------------------------------------------------------------------------------------


def test_a_security_key_is_registered_in_two_steps(wire, program, bob):
    begun = program.post("/token/init", type="webauthn", user="bob")
    serial = begun.detail["serial"]
    asked = begun.detail["webAuthnRegisterRequest"]
    assert begun.body == success(
        True,
        {
            "serial": serial,
            "rollout_state": "clientwait",
            "transaction_id": asked["transaction_id"],
            "webAuthnRegisterRequest": {
                "attestation": "none",
                "authenticatorSelection": {
                    "residentKey": "discouraged",
                    "requireResidentKey": False,
                    "userVerification": "preferred",
                },
                "displayName": "bob",
                "message": "Please register your security key",
                "name": "bob",
                "nonce": ANY,
                "pubKeyCredAlgorithms": [
                    {"type": "public-key", "alg": -7},
                    {"type": "public-key", "alg": -8},
                    {"type": "public-key", "alg": -257},
                ],
                "relyingParty": {"id": keys.RP_ID, "name": "Doorward"},
                "serialNumber": serial,
                "timeout": ANY,
                "transaction_id": ANY,
            },
        },
    )
    assert re.fullmatch(r"\d{20}", asked["transaction_id"])
    key = keys.Key(serial, keys.new_authenticator(serial))
    done = keys.finish(program, key, key.register(asked), description="Blue key")
    assert done.body == success(
        True,
        {
            "serial": serial,
            "rollout_state": "enrolled",
            "webAuthnRegisterResponse": {"subject": "Blue key"},
        },
    )
    row = wire.stored(serial)
    assert (row.state, row.description) == (TokenState.ENROLLED, "Blue key")
    _, second = keys.begin(program, user="bob")
    assert len(second["excludeCredentials"]) == 1


def test_FIDO_01_FIDO_02_a_registration_for_something_else_ends_the_enrolment(wire, program, bob):
    for changes in ({"origin": "https://evil.example"}, {"type": "webauthn.get"}):
        key, asked = keys.begin(program, user="bob")
        refused = keys.finish(program, key, key.register(asked, **changes))
        assert (refused.status, refused.error[0]) == (400, 905)
        assert keys.finish(program, key, key.register(asked)).status == 404
        assert wire.stored(key.serial) is None


def test_a_registration_needs_the_header_origin(program, bob):
    key, asked = keys.begin(program, user="bob")
    answer = program.post("/token/init", type="webauthn", serial=key.serial, **key.register(asked))
    assert answer.error == (905, "ERR905: Missing parameter: HTTP_ORIGIN, the header Origin of the page.")


def test_OTP_09_a_key_that_was_not_finished_is_no_token(wire, program, bob):
    key, asked = keys.begin(program, user="bob", pin="1234")
    assert wire.check(user="bob", typed="1234").word == "REJECT"
    wire.idp.clock.advance(15 * 60)
    assert keys.finish(program, key, key.register(asked)).status == 404


# One's own -------------------------------------------------------------------------------------------


def test_somebody_who_enrols_for_themselves_proves_the_token(wire, alice):
    own = wire.log_in(alice)
    begun = own.post("/token/init", type="totp")
    assert begun.detail["rollout_state"] == "verify"
    assert begun.detail["verify"] == {"message": "Please enter a code of the new token."}
    serial = begun.detail["serial"]
    app = pyotp.TOTP(begun.detail["otpkey"]["value_b32"])
    assert wire.check(user="alice", serial=serial, typed=app.at(wire.idp.clock.now)).word == "REJECT"
    wrong = own.post("/token/init", type="totp", serial=serial, verify="000000")
    assert wrong.body == failure(905, "ERR905: verify: the code does not fit.")
    done = own.post("/token/init", type="totp", serial=serial, verify=app.at(wire.idp.clock.now))
    assert done.body == success(True, {"serial": serial, "rollout_state": "enrolled"})
    assert wire.stored(serial).uid == "id-of-alice"
    spent = app.at(wire.idp.clock.now)
    assert wire.check(user="alice", serial=serial, typed=spent).word == "REJECT"
    wire.idp.clock.advance(30)
    assert wire.check(user="alice", serial=serial, typed=app.at(wire.idp.clock.now)).word == "ACCEPT"


def test_somebodys_own_mail_address_is_proven_by_the_code_sent_there(wire, alice):
    own = wire.log_in(alice)
    begun = own.post("/token/init", type="email")
    serial, transaction = begun.detail["serial"], begun.detail["transaction_id"]
    code = re.findall(r"\b\d{6}\b", wire.idp.mail.sent[-1]["text"])[0]
    done = own.post("/token/init", type="email", serial=serial, transaction_id=transaction, verify=code)
    assert done.body == success(True, {"serial": serial, "rollout_state": "enrolled"})


def test_SELF_03_nobody_enrols_or_finishes_for_somebody_else(wire, alice, program, bob):
    own = wire.log_in(alice)
    before = wire.idp.sql("SELECT serial FROM token")
    for request in (
        {"user": "bob"},
        {"user": "bob", "realm": "staff"},
        {"user": "ghost"},
        {"user": "bob@staff", "resolver": "people"},
    ):
        with wire.idp.auditing() as rows:
            answer = own.post("/token/init", type="totp", **request)
        assert answer.status == 403
        assert answer.body == failure(303, "You may do this with your own tokens only.")
        assert [(row.event, row.reason, row.actor) for row in rows] == [
            ("admin.denied", "not_own", "person:people/id-of-alice")
        ]
    assert wire.idp.sql("SELECT serial FROM token") == before
    key, asked = keys.begin(program, user="bob")
    assert keys.finish(own, key, key.register(asked)).status == 403
    assert wire.stored(key.serial).state is TokenState.CREATED


def test_SELF_03_what_was_shown_once_is_shown_to_nobody_again(wire, alice):
    own = wire.log_in(alice)
    begun = own.post("/token/init", type="totp")
    seed = begun.detail["otpkey"]["value_b32"]
    serial = begun.detail["serial"]
    for caller in (own, wire.log_in(wire.idp.person("eve")), wire.service("token:list", "token:enrol")):
        for answer in (
            caller.get("/token/"),
            caller.get("/token/", serial=serial),
            caller.post("/token/init", type="totp", serial=serial, verify="000000"),
        ):
            assert seed not in str(answer.body)


def test_SELF_01_ones_own_factors_are_changed_soon_after_signing_in_only(wire, alice):
    own = wire.log_in(alice)
    (serial,) = (row["serial"] for row in own.get("/token/").value["tokens"])
    wire.idp.clock.advance(301)
    for answer in (
        own.post("/token/init", type="totp"),
        own.post("/token/disable", serial=serial),
        own.post("/token/setpin", serial=serial, otppin="1"),
        own.delete(f"/token/{serial}"),
    ):
        assert answer.status == 401
        assert answer.error == (4305, "reauthentication_required: sign in again.")
    assert own.get("/token/").status == 200
    assert wire.log_in(alice).post("/token/disable", serial=serial).value == 1
