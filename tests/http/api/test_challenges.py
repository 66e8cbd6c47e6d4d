"""Challenges over the wire: opened by a PIN or by a right, answered in ``/validate/check``."""

from __future__ import annotations

import base64
import re
from unittest.mock import ANY

import pytest

from tests.http.api import keys
from tests.http.api.wire import NEUTRAL, Wire, accepted, authentication, failure, refused

MAIL = "Enter the code that was sent to you"


@pytest.fixture
def portal(wire: Wire) -> Wire:
    """A service account as a portal has one."""
    return wire.service("token:enrol", "triggerchallenge", "detailed_errors")


@pytest.fixture
def bob(wire):
    """Somebody without an app."""
    return wire.idp.person("bob", app=False, email="bob@example.org")


def mailed_code(wire: Wire) -> str:
    return re.findall(r"\b\d{6}\b", wire.idp.mail.sent[-1]["text"])[0]


def test_a_pin_alone_opens_a_challenge_and_the_code_that_was_sent_answers_it(wire, bob):
    token = wire.token(bob.user, "email", pin="1234", email="bob@example.org")
    opened = wire.check(user="bob", typed="1234")
    transaction = opened.detail["transaction_id"]
    assert re.fullmatch(r"\d{20}", transaction)
    entry = {
        "attributes": None,
        "client_mode": "interactive",
        "message": MAIL,
        "serial": token.serial,
        "transaction_id": transaction,
        "type": "email",
    }
    assert opened.status == 200
    assert opened.body == authentication(
        False,
        "CHALLENGE",
        {
            **entry,
            "messages": [MAIL],
            "multi_challenge": [entry],
            "preferred_client_mode": "interactive",
            "transaction_ids": [transaction],
        },
    )
    answered = wire.check(user="bob", transaction_id=transaction, typed=mailed_code(wire))
    assert answered.body == accepted(message="Found matching challenge", serial=token.serial)


def test_OTP_13_no_answer_and_no_audit_row_carries_the_code(wire, bob, portal):
    wire.token(bob.user, "email", pin="1234", email="bob@example.org")
    answers = [wire.check(user="bob", typed="1234")]
    code = mailed_code(wire)
    transaction = answers[0].detail["transaction_id"]
    answers.append(wire.get("/validate/polltransaction", transaction_id=transaction))
    answers.append(wire.check(user="bob", transaction_id=transaction, typed=code))
    said = str([(answer.body, answer.headers) for answer in answers])
    kept = str([(row.details, row.reason, row.subject) for row in wire.idp.audited()])
    assert code not in re.findall(r"\d{6}", re.sub(r"\d{7,}|\d+\.\d+", "", said))
    assert code not in kept


def test_an_answer_is_spent_once_and_the_alias_state_is_read(wire, bob, portal):
    wire.token(bob.user, "email", pin="1234", email="bob@example.org")
    transaction = wire.check(user="bob", typed="1234").detail["transaction_id"]
    code = mailed_code(wire)
    assert wire.check(user="bob", state=transaction, typed=code).word == "ACCEPT"
    again = portal.check(user="bob", state=transaction, typed=code)
    assert again.body == refused(message="wrong otp pin")


def test_a_wrong_answer_may_be_followed_by_the_right_one(wire, bob, portal):
    wire.token(bob.user, "email", pin="1234", email="bob@example.org")
    transaction = wire.check(user="bob", typed="1234").detail["transaction_id"]
    code = mailed_code(wire)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert portal.check(user="bob", transaction_id=transaction, typed=wrong).body == refused(
        message="Response did not match the challenge."
    )
    assert wire.check(user="bob", transaction_id=transaction, typed=wrong).detail == NEUTRAL
    assert wire.check(user="bob", transaction_id=transaction, typed=code).word == "ACCEPT"


def test_OTP_11_a_code_does_not_answer_somebody_elses_challenge(wire, bob):
    wire.token(bob.user, "email", pin="1234", email="bob@example.org")
    eve = wire.idp.person("eve", app=False, email="eve@example.org")
    wire.token(eve.user, "email", pin="1234", email="eve@example.org")
    theirs = wire.check(user="bob", typed="1234").detail["transaction_id"]
    own = wire.check(user="eve", typed="1234").detail["transaction_id"]
    code = mailed_code(wire)
    assert wire.check(user="eve", transaction_id=theirs, typed=code).word == "REJECT"
    assert wire.check(user="bob", transaction_id=theirs, typed=code).word == "REJECT"
    assert wire.check(user="bob", transaction_id=own, typed=code).word == "REJECT"
    assert wire.check(user="eve", transaction_id=own, typed=code).word == "ACCEPT"


def test_one_transaction_serves_mixed_challenges(wire, bob, portal):
    mail = wire.token(bob.user, "email", pin="1234", email="bob@example.org")
    key = keys.enrolled(portal, user="bob", pin="1234")
    opened = wire.check(user="bob", typed="1234")
    modes = {entry["serial"]: entry["client_mode"] for entry in opened.detail["multi_challenge"]}
    assert modes == {mail.serial: "interactive", key.serial: "webauthn"}
    assert len(set(opened.detail["transaction_ids"])) == 1
    assert opened.detail["preferred_client_mode"] == "interactive"
    assert opened.detail["message"] == f"{MAIL}, Use your security key"
    transaction = opened.detail["transaction_id"]
    assert wire.check(user="bob", transaction_id=transaction, typed=mailed_code(wire)).word == "ACCEPT"
    asked = opened.detail["multi_challenge"][-1]["attributes"]["webAuthnSignRequest"]
    late = keys.answer(wire, key.sign(asked), user="bob", transaction_id=transaction)
    assert late.word == "REJECT"


def test_security_keys_of_a_request_share_one_challenge_and_each_may_answer(wire, bob, portal):
    first = keys.enrolled(portal, user="bob", pin="1234")
    second = keys.enrolled(portal, user="bob", pin="1234")
    opened = wire.check(user="bob", typed="1234")
    requests = [entry["attributes"]["webAuthnSignRequest"] for entry in opened.detail["multi_challenge"]]
    assert len({request["challenge"] for request in requests}) == 1
    assert requests[0] == {
        "challenge": ANY,
        "rpId": keys.RP_ID,
        "timeout": ANY,
        "userVerification": "preferred",
        "allowCredentials": [
            {"id": ANY, "type": "public-key", "transports": ["usb", "nfc", "ble", "internal"]}
        ],
    }
    entry = opened.detail["multi_challenge"][0]
    assert entry == {
        "attributes": {"hideResponseInput": True, "img": "", "webAuthnSignRequest": requests[0]},
        "client_mode": "webauthn",
        "message": "Use your security key",
        "serial": first.serial,
        "transaction_id": opened.detail["transaction_id"],
        "type": "webauthn",
    }
    transaction = opened.detail["transaction_id"]
    answered = keys.answer(wire, second.sign(requests[1]), user="bob", transaction_id=transaction)
    assert answered.body == accepted(
        message="Found matching challenge", serial=second.serial, username="bob", realm="staff"
    )


@pytest.mark.parametrize("names", [keys.LEGACY, keys.PASSKEY])
@pytest.mark.parametrize("alphabet", ["url", "standard"])
def test_an_assertion_is_read_by_both_sets_of_names_and_both_alphabets(wire, bob, portal, names, alphabet):
    key = keys.enrolled(portal, user="bob", pin="1234")
    opened = wire.check(user="bob", typed="1234").detail
    sent = key.sign(opened["attributes"]["webAuthnSignRequest"], names)
    if alphabet == "standard":
        sent = {
            name: base64.b64encode(base64.urlsafe_b64decode(text + "==")).decode()
            for name, text in sent.items()
        }
    answered = keys.answer(wire, sent, user="bob", transaction_id=opened["transaction_id"])
    assert answered.word == "ACCEPT"


def test_an_assertion_needs_the_header_origin(wire, bob, portal):
    key = keys.enrolled(portal, user="bob", pin="1234")
    opened = wire.check(user="bob", typed="1234").detail
    sent = key.sign(opened["attributes"]["webAuthnSignRequest"])
    answer = wire.check(**sent, user="bob", transaction_id=opened["transaction_id"], typed="")
    assert answer.status == 400
    assert answer.body == failure(
        905, "ERR905: Missing parameter: HTTP_ORIGIN, the header Origin of the page."
    )


@pytest.mark.parametrize(
    "changes", [{"origin": "https://evil.example"}, {"type": "webauthn.create"}, {"crossOrigin": True}]
)
def test_FIDO_01_FIDO_02_an_assertion_for_something_else_is_refused_and_spends_the_challenge(
    wire, bob, portal, changes
):
    key = keys.enrolled(portal, user="bob", pin="1234")
    opened = wire.check(user="bob", typed="1234").detail
    asked = opened["attributes"]["webAuthnSignRequest"]
    transaction = opened["transaction_id"]
    wrong = keys.answer(wire, key.sign(asked, **changes), user="bob", transaction_id=transaction)
    assert wrong.body == authentication(False, "REJECT", NEUTRAL)
    assert keys.answer(wire, key.sign(asked), user="bob", transaction_id=transaction).word == "REJECT"


# Started by a right ----------------------------------------------------------------------------------


def test_a_caller_with_the_right_challenges_every_token_without_a_pin(wire, bob, portal):
    mail = wire.token(bob.user, "email", pin="1234", email="bob@example.org")
    key = keys.enrolled(portal, user="bob")
    opened = portal.post("/validate/triggerchallenge", user="bob")
    assert (opened.value, opened.word, opened.status) == (2, "CHALLENGE", 200)
    assert [entry["serial"] for entry in opened.detail["multi_challenge"]] == [mail.serial, key.serial]
    assert opened.headers["Cache-Control"] == "no-store"
    transaction = opened.detail["transaction_id"]
    assert wire.check(user="bob", transaction_id=transaction, typed=mailed_code(wire)).word == "ACCEPT"


def test_a_type_or_a_serial_narrows_what_is_challenged(wire, bob, portal):
    mail = wire.token(bob.user, "email", email="bob@example.org")
    keys.enrolled(portal, user="bob")
    by_type = portal.post("/validate/triggerchallenge", user="bob", type="webauthn")
    assert [entry["type"] for entry in by_type.detail["multi_challenge"]] == ["webauthn"]
    by_serial = portal.get("/validate/triggerchallenge", serial=mail.serial)
    assert [entry["serial"] for entry in by_serial.detail["multi_challenge"]] == [mail.serial]


NONE_OPENED = authentication(0, "REJECT", {"messages": [], "multi_challenge": [], "transaction_ids": []})


def test_nothing_to_challenge_is_zero(wire, bob, portal):
    assert portal.post("/validate/triggerchallenge", user="bob").body == NONE_OPENED


def test_an_unknown_person_is_an_error_for_who_may_know_and_zero_for_others(wire, portal):
    assert portal.post("/validate/triggerchallenge", user="ghost").body == failure(
        904, "ERR904: User <ghost@staff> does not exist."
    )
    assert portal.post("/validate/triggerchallenge", serial="NONE0001").status == 404
    plain = wire.service("triggerchallenge")
    assert plain.post("/validate/triggerchallenge", user="ghost").body == NONE_OPENED
    assert plain.post("/validate/triggerchallenge", serial="NONE0001").body == NONE_OPENED
    assert plain.post("/validate/triggerchallenge").error[0] == 905


def test_ADM_02_people_of_another_realm_are_not_there(wire, bob):
    wire.other_realm()
    mail = wire.token(bob.user, "email", email="bob@example.org")
    students = wire.service("triggerchallenge", "detailed_errors", realms=("students",))
    with wire.idp.auditing() as rows:
        assert students.post("/validate/triggerchallenge", user="bob").body == NONE_OPENED
        assert students.post("/validate/triggerchallenge", serial=mail.serial).body == NONE_OPENED
    assert [(row.event, row.reason) for row in rows] == [("admin.denied", "out_of_reach")] * 2
    assert wire.idp.mail.sent == []


def test_OOB_04_messages_are_held_back_and_the_answer_says_how_long(wire, bob, portal):
    wire.token(bob.user, "email", pin="1234", email="bob@example.org")
    assert portal.post("/validate/triggerchallenge", user="bob").value == 1
    held = portal.post("/validate/triggerchallenge", user="bob")
    assert (held.value, held.word, held.detail["wait"]) == (0, "REJECT", 30)
    assert held.headers["Retry-After"] == "30"
    by_pin = wire.check(user="bob", typed="1234")
    assert (by_pin.value, by_pin.word, by_pin.detail["wait"]) == (False, "REJECT", 30)
    assert len(wire.idp.mail.sent) == 1
    wire.idp.clock.advance(30)
    assert portal.post("/validate/triggerchallenge", user="bob").value == 1


# Polled ----------------------------------------------------------------------------------------------


def test_a_poll_says_pending_and_spends_nothing(wire, bob):
    wire.token(bob.user, "email", pin="1234", email="bob@example.org")
    transaction = wire.check(user="bob", typed="1234").detail["transaction_id"]
    before = len(wire.idp.audited())
    for answer in (
        wire.get("/validate/polltransaction", transaction_id=transaction),
        wire.get(f"/validate/polltransaction/{transaction}"),
        wire.get("/validate/polltransaction/00000000000000000000"),
    ):
        assert answer.body == authentication(False, "REJECT", {"challenge_status": "pending"})
    assert len(wire.idp.audited()) == before
    assert wire.check(user="bob", transaction_id=transaction, typed=mailed_code(wire)).word == "ACCEPT"


def test_a_poll_needs_a_transaction(wire):
    answer = wire.get("/validate/polltransaction")
    assert answer.status == 400
    assert answer.body == failure(905, "ERR905: transaction_id: is missing")
