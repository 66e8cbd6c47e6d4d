"""``/validate/check``: whole answers, neutral by default and exact by right."""

from __future__ import annotations

from typing import Any
from unittest.mock import ANY

import pytest

from tests.http.api.wire import NEUTRAL, Wire, accepted, authentication, failure
from tests.support.idp import Person

EXACT = ("detailed_errors",)


def test_a_right_code_is_accepted(wire, alice):
    answer = wire.check(user="alice", typed=alice.code())
    assert answer.status == 200
    serial = answer.detail["serial"]
    assert answer.body == accepted(message="matching 1 tokens", otplen=6, serial=serial, type="totp")
    assert answer.body["time"] == wire.idp.clock.now.timestamp()
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_get_works_as_post_does(wire, alice):
    answer = wire.get("/validate/check", **{"user": "alice", "pass": alice.code()})
    assert (answer.value, answer.word) == (True, "ACCEPT")


def test_a_pin_stands_in_front_of_the_code(wire, alice):
    device = wire.token(alice.user, "hotp", pin="1234")
    assert wire.check(user="alice", typed="1234" + device.code()).body == accepted(
        message="matching 1 tokens", otplen=6, serial=device.serial, type="hotp"
    )


def test_one_tokens_code_alone_gets_no_detail(wire, alice):
    device = wire.token(alice.user, pin="1234")
    answer = wire.check(serial=device.serial, otponly="1", typed=device.code())
    assert answer.body == authentication(True, "ACCEPT", None)


def test_otponly_without_a_serial_does_not_spare_the_pin(wire):
    bob = wire.idp.person("bob", app=False)
    device = wire.token(bob.user, pin="1234")
    assert wire.check(user="bob", otponly="1", typed=device.code()).value is False


def test_a_token_is_checked_by_its_serial(wire, alice):
    device = wire.token(alice.user, pin="1234")
    assert wire.check(serial=device.serial, typed="1234" + device.code()).word == "ACCEPT"


def test_a_token_of_nobody_is_checked_by_its_serial(wire):
    device = wire.token(None)
    assert wire.check(serial=device.serial, typed=device.code()).word == "ACCEPT"


@pytest.mark.parametrize("spelling", ["ALICE", "alice@staff", "staff\\alice", " alice "])
def test_a_person_is_found_by_each_spelling_of_the_name(wire, alice, spelling):
    assert wire.check(user=spelling, typed=alice.code()).word == "ACCEPT"


def test_realm_and_resolver_narrow_whom_a_name_means(wire, alice):
    wire.other_realm()
    wire.student("alice")
    assert wire.check(user="alice", realm="staff", typed=alice.code()).word == "ACCEPT"
    assert wire.check(user="alice", realm="", typed=alice.code()).word == "ACCEPT"
    assert wire.check(user="alice", resolver="people", typed=alice.code()).word == "ACCEPT"
    assert wire.check(user="alice", realm="students", typed=alice.code()).word == "REJECT"
    assert wire.check(user="alice", resolver="pupils", typed=alice.code()).word == "REJECT"


# What a stranger is told -----------------------------------------------------------------------------


def refusals(wire: Wire, alice: Person) -> dict[str, dict[str, Any]]:
    """A request for each cause of a refusal."""
    device = wire.token(alice.user, "hotp", pin="1234")
    wire.idp.person("empty", app=False)
    locked = wire.idp.person("locked")
    wire.idp.run_sql("UPDATE token SET failures = 10 WHERE uid = 'id-of-locked'")
    disabled = wire.idp.person("disabled")
    wire.idp.change_person(disabled, enabled=False)
    used = "1234" + device.code()
    assert wire.check(user="alice", serial=device.serial, typed=used).word == "ACCEPT"
    other = wire.token(wire.idp.person("other").user)
    return {
        "unknown user": {"user": "nobody", "typed": "1234123456"},
        "unknown realm": {"user": "alice", "realm": "nowhere", "typed": "123456"},
        "unknown serial": {"serial": "OATH00000000", "typed": "123456"},
        "serial of somebody else": {"user": "alice", "serial": other.serial, "typed": other.code()},
        "wrong code": {"user": "alice", "serial": device.serial, "typed": "1234" + device.wrong()},
        "wrong PIN": {"user": "alice", "serial": device.serial, "typed": "9999" + device.code()},
        "used before": {"user": "alice", "serial": device.serial, "typed": used},
        "no token": {"user": "empty", "typed": "123456"},
        "locked": {"user": "locked", "typed": locked.code()},
        "disabled person": {"user": "disabled", "typed": disabled.code()},
        "unknown transaction": {
            "user": "alice",
            "serial": device.serial,
            "transaction_id": "12345678901234567890",
            "typed": "123456",
        },
        "unknown credential": {"credential_id": "AAAA", "clientdata": "AAAA"},
    }


def test_AUTH_03_every_refusal_is_one_answer_to_a_stranger(wire, alice):
    origin = {"Origin": "https://idp.example.org"}
    for cause, request in refusals(wire, alice).items():
        with wire.idp.auditing() as rows:
            answer = Wire(wire.idp, origin, wire.address).check(**request)
        assert (answer.status, answer.body) == (200, authentication(False, "REJECT", NEUTRAL)), cause
        assert [(row.event, row.success) for row in rows] == [("auth.check", False)], cause
        assert rows[0].reason, cause


# What a caller with the right to know is told --------------------------------------------------------


def test_each_cause_has_its_text_for_who_may_know(wire, alice):
    caller = wire.service(*EXACT)
    said, requests = {}, refusals(wire, alice)
    for cause, request in requests.items():
        headers = {**caller.headers, "Origin": "https://idp.example.org"}
        answer = Wire(wire.idp, headers, wire.address).check(**request)
        said[cause] = (answer.status, answer.detail or answer.error)
    of_token = {"serial": requests["wrong code"]["serial"], "type": "hotp"}
    assert said == {
        "unknown user": (400, (904, "ERR904: User <nobody@staff> does not exist.")),
        "unknown realm": (400, (904, "ERR904: User <alice@nowhere> does not exist.")),
        "unknown serial": (404, (601, "token 'OATH00000000' does not exist")),
        "serial of somebody else": (400, (905, "ERR905: Given serial does not belong to given user!")),
        "wrong code": (200, {"message": "wrong otp value", **of_token, "threadid": ANY}),
        "wrong PIN": (200, {"message": "wrong otp pin", "threadid": ANY}),
        "used before": (
            200,
            {"message": "wrong otp value. previous otp used again", **of_token, "threadid": ANY},
        ),
        "no token": (200, {"message": "The user has no tokens assigned", "threadid": ANY}),
        "locked": (200, {"message": "Failcounter exceeded", "threadid": ANY}),
        "disabled person": (200, {"message": "The user is disabled", "threadid": ANY}),
        "unknown transaction": (200, {"message": "wrong otp pin", "threadid": ANY}),
        "unknown credential": (
            200,
            {"message": "There is no token for this credential or transaction.", "threadid": ANY},
        ),
    }


def test_an_account_of_one_realm_learns_nothing_of_another(wire, alice):
    wire.other_realm()
    wire.student("sam")
    caller = wire.service(*EXACT, realms=("students",))
    assert (
        caller.check(user="sam", realm="students", typed="1").detail["message"]
        == "The user has no tokens assigned"
    )
    assert caller.check(user="ghost", realm="students", typed="1").status == 400
    assert caller.check(user="alice", typed="1").detail == NEUTRAL
    assert caller.check(user="ghost", typed="1").detail == NEUTRAL


def test_a_request_that_names_nobody_is_an_error_for_everybody(wire):
    for request in ({}, {"user": ""}, {"user": " "}, {"realm": "staff"}):
        answer = wire.check(**request, typed="123456")
        assert answer.status == 400
        assert answer.body == failure(905, "ERR905: You need to specify a serial, user or credential_id.")
    assert wire.idp.audited() == ()


def test_people_without_a_token_pass_where_policy_says_so(wire):
    wire.idp.person("empty", app=False)
    wire.idp.policies({"name": "hand-out", "then": {"passOnNoToken": True}})
    answer = wire.check(user="empty", typed="anything")
    assert answer.body == accepted(message="The user has no tokens assigned and is accepted by policy")


# What policies add -----------------------------------------------------------------------------------


def test_policy_adds_the_person_and_nothing_secret(wire, alice):
    wire.idp.policies(
        {"name": "tell", "then": {"add_user_in_response": True, "add_resolver_in_response": True}}
    )
    answer = wire.check(user="alice", typed=alice.code())
    assert answer.detail["user"] == {
        "username": "alice",
        "userid": "id-of-alice",
        "givenname": "Alice",
        "surname": "Adams",
        "email": "alice@example.org",
        "phone": "",
        "realm": "staff",
        "resolver": "people",
    }
    assert (answer.detail["user-realm"], answer.detail["user-resolver"]) == ("staff", "people")
    assert "argon2" not in str(answer.body)


def test_a_refusal_tells_nothing_whatever_policies_say(wire, alice):
    wire.idp.policies(
        {"name": "tell", "then": {"add_user_in_response": True, "add_resolver_in_response": True}}
    )
    assert wire.check(user="alice", typed="000000").detail == NEUTRAL


def test_policies_that_contradict_each_other_refuse(wire, alice):
    wire.idp.policies(
        {"name": "one", "then": {"otppin": "none"}}, {"name": "two", "then": {"otppin": "tokenpin"}}
    )
    answer = wire.check(user="alice", typed=alice.code())
    assert answer.status == 403
    assert answer.error == (303, "Policies contradict each other: an administrator has to settle it.")
    (row,) = wire.idp.audited()
    assert (row.event, row.success, row.reason) == ("validate.failed", False, "PolicyConflict")
