"""``/auth``: a token for a service account's key, and for a person after two factors."""

from __future__ import annotations

import base64
import json
import re
from unittest.mock import ANY

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from idp.rights.catalogue import Right
from idp.rights.principal import shell
from idp.rights.service_accounts import disable_service_account, enable_service_account
from mfa_engine.errors import Unavailable
from mfa_engine.identity.throttles import second_factor_name
from mfa_engine.storage.throttle import Count, count_up
from tests.http.api import keys
from tests.http.api.wire import ROOT, Wire, authentication, failure, success

WRONG = failure(4031, "Wrong credentials.")


def claims_of(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


# Service accounts ------------------------------------------------------------------------------------


def test_a_service_account_gets_a_token_for_its_key(wire):
    key = wire.account("portal", "token:list", "token:enrol", "triggerchallenge", "detailed_errors")
    with wire.idp.auditing() as rows:
        answer = wire.post("/auth", username="portal", password=key)
    rights = [
        "enrollEMAIL",
        "enrollHOTP",
        "enrollTOTP",
        "enrollWEBAUTHN",
        "tokenlist",
        "triggerchallenge",
    ]
    assert answer.status == 200
    assert answer.body == authentication(
        {
            "token": ANY,
            "role": "admin",
            "username": "portal",
            "realm": "",
            "log_level": 30,
            "auth": True,
            "rights": rights,
            "menus": ["tokens"],
            "logout_time": 120,
            "token_page_size": 15,
            "audit_page_size": 15,
            "default_tokentype": "hotp",
            "container_wizard": {"enabled": False},
        },
        "ACCEPT",
        None,
    )
    assert answer.headers["Cache-Control"] == "no-store"
    claims = claims_of(answer.value["token"])
    assert {"username", "realm", "nonce", "role", "authtype", "exp", "rights"} <= set(claims)
    assert claims["exp"] == wire.idp.clock.now.timestamp() + 3600
    (row,) = rows
    assert (row.event, row.success, row.actor) == ("auth.token", True, "service:portal")
    assert key not in str(rows)


def test_a_wrong_key_an_unknown_account_and_a_disabled_one_get_one_answer(wire):
    key = wire.account("portal", "token:list")
    off = wire.account("off", "token:list")
    disable_service_account(wire.idp.services.engine, ROOT, wire.idp.origin, "off")
    near = wire.account("near", "token:list", networks=("198.51.100.0/24",))
    for name, given, reason in (
        ("portal", off, "wrong_key"),
        ("ghost", key, "wrong_key"),
        ("off", off, "wrong_key"),
        ("near", near, "network"),
        ("portal", key + "x", "wrong_key"),
    ):
        with wire.idp.auditing() as rows:
            answer = wire.post("/auth", username=name, password=given)
        assert (answer.status, answer.body) == (401, WRONG)
        assert [(row.event, row.success, row.reason) for row in rows] == [("auth.token", False, reason)]
    assert wire.from_("198.51.100.7").post("/auth", username="near", password=near).status == 200


def test_a_key_is_never_asked_of_a_directory(wire, monkeypatch):
    asked = []
    monkeypatch.setattr("idp.api.auth.sign_in", lambda *args: asked.append(args))
    key = wire.account("portal", "token:list")
    wire.post("/auth", username="alice", password=key)
    wire.post("/auth", username="portal", password="dwsa_wrong")
    assert asked == []


def test_a_name_is_needed(wire):
    answer = wire.post("/auth", password="x")
    assert (answer.status, answer.body) == (401, failure(4032, "The user name is missing."))


# What a token is good for ----------------------------------------------------------------------------


def test_a_token_ends_after_an_hour(wire):
    service = wire.service("token:list")
    wire.idp.clock.advance(3599)
    assert service.get("/token/").status == 200
    wire.idp.clock.advance(1)
    answer = service.get("/token/")
    assert (answer.status, answer.error[0]) == (401, 4305)


def test_a_token_is_void_once_its_account_is_disabled_or_another(wire):
    engine = wire.idp.services.engine
    key = wire.account("portal", "token:list")
    portal = wire.log_in_account("portal", key)
    disable_service_account(engine, ROOT, wire.idp.origin, "portal")
    assert portal.get("/token/").error[0] == 4305
    assert portal.check(user="alice", typed="1").status == 401
    enable_service_account(engine, ROOT, wire.idp.origin, "portal")
    assert portal.get("/token/").status == 200
    wire.idp.run_sql('UPDATE service_account SET rights = \'["token:list","token:delete"]\'')
    assert portal.get("/token/").error[0] == 4305
    again = wire.log_in_account("portal", key)
    wire.idp.run_sql("DELETE FROM service_account")
    assert again.get("/token/").error[0] == 4305


def test_a_token_is_good_from_the_accounts_networks_only(wire):
    key = wire.account("portal", "token:list", networks=("198.51.100.0/24", "2001:db8::/32"))
    inside = wire.from_("198.51.100.7")
    portal = inside.log_in_account("portal", key)
    assert portal.get("/token/").status == 200
    assert portal.from_("2001:db8::7").get("/token/").status == 200
    assert portal.from_("::ffff:198.51.100.9").get("/token/").status == 200
    with wire.idp.auditing() as rows:
        answer = portal.from_("192.0.2.7").get("/token/")
    assert (answer.status, answer.error[0]) == (403, 303)
    assert [(row.event, row.reason, row.address) for row in rows] == [
        ("admin.denied", "network", "192.0.2.7")
    ]


def forged(wire: Wire, header: dict[str, object], claims: dict[str, object], key: bytes) -> str:
    return jwt.encode(header, claims, OctKey.import_key(key), algorithms=["HS256", "HS512"])


def test_JOSE_01_only_our_own_signature_by_our_one_algorithm_counts(wire):
    token = wire.service("token:list").headers["Authorization"]
    head, payload, signature = token.split(".")
    claims = claims_of(token)
    ours = wire.idp.services.keyring.key("api-jwt")
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"1"}').rstrip(b"=").decode()
    for bad in (
        f"{none}.{payload}.",
        f"{head}.{payload}.",
        f"{head}.{payload}.{signature[:-2]}AA",
        forged(wire, {"alg": "HS512", "kid": "1"}, claims, ours * 2),
        forged(wire, {"alg": "HS256", "kid": "1"}, claims, bytes(32)),
        forged(wire, {"alg": "HS256", "kid": "2"}, claims, ours),
        forged(wire, {"alg": "HS256"}, claims, ours),
        forged(wire, {"alg": "HS256", "kid": "1"}, {"username": "x"}, ours),
        forged(wire, {"alg": "HS256", "kid": "1"}, {**claims, "exp": "tomorrow"}, ours),
        "nonsense",
        "a.b.c",
        "." * 10_000,
    ):
        answer = Wire(wire.idp, {"Authorization": bad}).get("/token/")
        assert (answer.status, answer.error[0]) == (401, 4304), bad
    assert forged(wire, {"alg": "HS256", "kid": "1"}, claims, ours)
    good = Wire(wire.idp, {"Authorization": forged(wire, {"alg": "HS256", "kid": "1"}, claims, ours)})
    assert good.get("/token/").status == 200


def test_rights_in_a_token_are_for_the_client_to_read_and_for_nobody_to_rely_on(wire):
    token = wire.service("token:list").headers["Authorization"]
    claims = {**claims_of(token), "rights": ["delete"], "role": "admin"}
    ours = wire.idp.services.keyring.key("api-jwt")
    raised = Wire(wire.idp, {"Authorization": forged(wire, {"alg": "HS256", "kid": "1"}, claims, ours)})
    assert raised.delete("/token/X123").status == 403


# People ----------------------------------------------------------------------------------------------


def test_AUTH_02_a_password_alone_gives_a_person_a_challenge_and_no_token(wire, alice):
    with wire.idp.auditing() as rows:
        answer = wire.post("/auth", username="alice", password=alice.password)
    (serial,) = (row[0] for row in wire.idp.sql("SELECT serial FROM token"))
    transaction = answer.detail["transaction_id"]
    entry = {
        "attributes": None,
        "client_mode": "interactive",
        "message": "please enter otp: ",
        "serial": serial,
        "transaction_id": transaction,
        "type": "totp",
    }
    assert answer.status == 200
    assert answer.body == authentication(
        False,
        "CHALLENGE",
        {
            **entry,
            "messages": ["please enter otp: "],
            "multi_challenge": [entry],
            "preferred_client_mode": "interactive",
            "transaction_ids": [transaction],
        },
    )
    assert sorted((row.event, row.success) for row in rows) == [
        ("auth.challenge", True),
        ("auth.password", True),
    ]
    assert wire.idp.sql("SELECT * FROM sso_session") == []


@pytest.mark.parametrize(
    "policy", [{"second_factor": "not_required"}, {"passOnNoToken": True}, {"otppin": "none"}]
)
@pytest.mark.parametrize("role", ["", "administrator"])
def test_AUTH_02_no_policy_opens_this_door_to_a_password_alone(wire, policy, role):
    for login, app in (("alice", True), ("bob", False)):
        person = wire.idp.person(login, app=app)
        if role:
            wire.make_administrator(person.user, role)
        wire.idp.policies({"name": "loose", "then": policy})
        answer = wire.post("/auth", username=login, password=person.password)
        if app:
            assert (answer.word, answer.value) == ("CHALLENGE", False)
            empty = wire.post(
                "/auth", username=login, password="", transaction_id=answer.detail["transaction_id"]
            )
            again = wire.post(
                "/auth",
                username=login,
                password=person.password,
                transaction_id=answer.detail["transaction_id"],
            )
            assert (empty.status, again.status) == (401, 401)
        else:
            assert answer.status == 403
            assert "token" not in str(answer.body["result"].get("value", ""))


def test_AUTH_02_a_second_factor_alone_opens_nothing(wire, alice):
    asked = wire.service("triggerchallenge").post("/validate/triggerchallenge", user="alice")
    assert asked.value == 0
    for transaction in ("12345678901234567890", "00000000000000000000"):
        answer = wire.post("/auth", username="alice", password=alice.code(), transaction_id=transaction)
        assert (answer.status, answer.body) == (401, WRONG)
    wire.token(alice.user, "email", email="alice@example.org")
    opened = wire.service("triggerchallenge").post("/validate/triggerchallenge", user="alice")
    code = re.findall(r"\b\d{6}\b", wire.idp.mail.sent[-1]["text"])[0]
    transaction = opened.detail["transaction_id"]
    assert wire.post("/auth", username="alice", password=code, transaction_id=transaction).status == 401


def test_a_person_gets_a_token_after_the_second_factor(wire, alice):
    asked = wire.post("/auth", username="alice", password=alice.password)
    transaction = asked.detail["transaction_id"]
    with wire.idp.auditing() as rows:
        answer = wire.post("/auth", username="alice", password=alice.code(), transaction_id=transaction)
    assert (answer.word, answer.value["role"], answer.value["username"]) == ("ACCEPT", "user", "alice")
    assert answer.value["realm"] == "staff"
    assert answer.value["rights"] == [
        "delete",
        "disable",
        "enrollEMAIL",
        "enrollHOTP",
        "enrollTOTP",
        "enrollWEBAUTHN",
        "setpin",
        "tokenlist",
    ]
    assert sorted((row.event, row.success, row.actor) for row in rows) == [
        ("auth.check", True, ""),
        ("auth.token", True, "person:people/id-of-alice"),
    ]
    spent = wire.post("/auth", username="alice", password=alice.code(), transaction_id=transaction)
    assert spent.status == 401


def test_an_administrator_has_the_role_that_clients_look_for(wire):
    helper = wire.administrator("helga", "helpdesk")
    claims = claims_of(helper.headers["Authorization"])
    assert claims["role"] == "admin"
    assert "enable" in claims["rights"]


def test_a_security_key_answers_here_too(wire, alice):
    key = keys.enrolled(wire.service("token:enrol"), user="alice")
    asked = wire.post("/auth", username="alice", password=alice.password).detail
    (request,) = [e["attributes"] for e in asked["multi_challenge"] if e["type"] == "webauthn"]
    fields = key.sign(request["webAuthnSignRequest"])
    sent = {**fields, "username": "alice", "password": "", "transaction_id": asked["transaction_id"]}
    answer = wire.call("POST", "/auth", sent, headers={"Origin": keys.ORIGIN})
    assert answer.word == "ACCEPT"


def test_a_code_by_mail_is_no_second_factor_here_without_a_policy(wire):
    bob = wire.idp.person("bob", app=False, email="bob@example.org")
    wire.token(bob.user, "email", email="bob@example.org")
    answer = wire.post("/auth", username="bob", password=bob.password)
    assert (answer.status, answer.error[0]) == (403, 303)
    assert wire.idp.mail.sent == []
    assert [(row.event, row.reason) for row in wire.idp.audited() if not row.success] == [
        ("auth.token", "second_factor_missing")
    ]


def test_the_policies_of_the_admin_pages_hold_for_an_administrators_token(wire):
    boss = wire.idp.person("boss")
    wire.make_administrator(boss.user, "administrator")
    wire.idp.policies(
        {
            "name": "keys-for-admins",
            "when": {"application": "page:admin"},
            "then": {"tokentype": ["webauthn"]},
        }
    )
    assert wire.post("/auth", username="boss", password=boss.password).status == 403
    key = keys.enrolled(wire.service(*Right, networks=("192.0.2.0/24",)), user="boss")
    asked = wire.post("/auth", username="boss", password=boss.password).detail
    assert [entry["serial"] for entry in asked["multi_challenge"]] == [key.serial]
    with wire.idp.auditing() as rows:
        code = wire.post(
            "/auth", username="boss", password=boss.code(), transaction_id=asked["transaction_id"]
        )
    assert (code.status, code.body) == (401, WRONG)
    assert [(row.event, row.success) for row in rows] == [("auth.check", False)]


def test_the_answer_has_to_come_from_the_same_person(wire, alice):
    eve = wire.idp.person("eve")
    asked = wire.post("/auth", username="alice", password=alice.password)
    transaction = asked.detail["transaction_id"]
    for name in ("eve", "ghost"):
        with wire.idp.auditing() as rows:
            answer = wire.post("/auth", username=name, password=eve.code(), transaction_id=transaction)
        assert (answer.status, answer.body) == (401, WRONG)
        assert [(row.event, row.reason) for row in rows] == [("auth.token", "other_person")]


def test_the_answer_may_take_five_minutes(wire, alice):
    asked = wire.post("/auth", username="alice", password=alice.password)
    wire.idp.clock.advance(300)
    with wire.idp.auditing() as rows:
        late = wire.post(
            "/auth",
            username="alice",
            password=alice.code(),
            transaction_id=asked.detail["transaction_id"],
        )
    assert (late.status, late.body) == (401, WRONG)
    assert [(row.event, row.success, row.reason) for row in rows] == [("auth.token", False, "transaction")]


def test_AUTH_03_unknown_wrong_and_disabled_are_one_answer(wire, alice):
    off = wire.idp.person("off")
    wire.idp.change_person(off, enabled=False)
    for name, password in (("ghost", "x"), ("alice", "x"), ("off", off.password), ("alice", "")):
        answer = wire.post("/auth", username=name, password=password)
        assert (answer.status, answer.body) == (401, WRONG)


def test_AUTH_04_too_many_tries_wait_and_are_told_how_long(wire, alice):
    for number in range(20):
        wire.post("/auth", username=f"ghost{number}", password="x")
    answer = wire.post("/auth", username="alice", password=alice.password)
    assert (answer.status, answer.error[0]) == (429, 403)
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert wire.from_("192.0.2.99").post("/auth", username="alice", password=alice.password).status == 200


@pytest.mark.parametrize("then", ["locked", "away"])
def test_AUD_05_AUTH_04_a_right_password_is_audited_and_no_try_of_it_stays_whatever_comes_next(
    wire, alice, monkeypatch, then
):
    if then == "locked":  # by a hundred wrong codes: nothing of theirs is asked now
        name, now = second_factor_name(alice.key), wire.idp.clock.now
        for _ in range(100):
            wire.idp.services.engine.record(lambda unit: count_up(unit.connection, now, Count(name)))
    else:

        def away(*_: object, **__: object) -> None:
            raise Unavailable("The database")

        monkeypatch.setattr("idp.api.sign_in.trigger", away)
    with wire.idp.auditing() as rows:
        answer = wire.post("/auth", username="alice", password=alice.password)
    assert answer.status == (401 if then == "locked" else 503)
    assert [row.success for row in rows if row.event == "auth.password"] == [True]
    assert wire.idp.sql("SELECT name FROM throttle WHERE name LIKE 'first:%'") == []


def test_AUTH_10_a_disabled_persons_token_is_void_within_a_minute(wire, alice):
    person = wire.log_in(alice)
    assert person.get("/token/").status == 200
    wire.idp.change_person(alice, enabled=False)
    wire.idp.clock.advance(61)
    answer = person.get("/token/")
    assert (answer.status, answer.error[0]) == (401, 4305)


def test_a_role_that_is_taken_away_is_gone_at_once(wire):
    helper = wire.administrator("helga", "helpdesk")
    assert len(helper.get("/token/").value["tokens"]) == 1
    assert helper.post("/token/enable", serial="X123").status == 404
    wire.idp.run_sql("DELETE FROM administrator")
    assert helper.post("/token/enable", serial="X123").status == 403


# What may be enrolled --------------------------------------------------------------------------------


def test_the_caller_is_told_which_tokens_it_may_enrol(wire, alice):
    labels = {
        "hotp": "HOTP: code by counter",
        "totp": "TOTP: code by time",
        "webauthn": "WEBAUTHN: security key",
        "email": "EMAIL: code that is sent",
    }
    assert wire.service("token:enrol").get("/auth/rights").body == success(labels)
    assert wire.log_in(alice).get("/auth/rights").body == success(labels)
    assert wire.service("token:list").get("/auth/rights").body == success({})
    assert wire.get("/auth/rights").body == failure(4033, "The Authorization header is missing.")


def test_whoever_has_a_shell_is_named_as_they_are():
    assert shell("cli:root").actor == "cli:root"
