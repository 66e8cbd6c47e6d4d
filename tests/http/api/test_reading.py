"""How requests are read: every way to send parameters, and the one extra decoding."""

from __future__ import annotations

from urllib.parse import quote, quote_plus, urlencode

import pytest

from tests.http.api.wire import Wire
from tests.support.idp import Person

PASSWORD = "p%41ss w+rd&üß=100%"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def bob(wire: Wire) -> Person:
    """Somebody whose PIN is an awkward password."""
    wire.idp.policies({"name": "password-in-front", "then": {"otppin": "userstore"}})
    return wire.idp.person("bob", password=PASSWORD)


def twice_by_perl(text: str) -> str:
    return quote(quote(text, safe=""), safe="")


def twice_by_java(text: str) -> str:
    return quote_plus(quote_plus(text))


@pytest.mark.parametrize(
    ("agent", "encode"),
    [
        ("FreeRADIUS", twice_by_perl),
        ("privacyIDEA-Keycloak/1.8.0 Keycloak/26", twice_by_java),
        ("entraid-via-keycloak/1.0", twice_by_java),
        ("privacyIDEA-Shibboleth/1.2.0 ShibbolethIdP/5", twice_by_java),
        ("privacyidea-cp/3.8.0 Windows/PC1", quote),
        ("privacyIDEA-LDAP-Proxy", quote),
        ("simpleSAMLphp", quote),
    ],
)
def test_a_password_with_every_awkward_character_comes_through_each_client(wire, bob, agent, encode):
    body = f"user=bob&pass={encode(PASSWORD + bob.code())}"
    answer = wire.agent(agent).call("POST", "/validate/check", headers=FORM, data=body)
    assert answer.word == "ACCEPT"


@pytest.mark.parametrize("agent", ["PAM/1.1.0", "curl/8.0", ""])
@pytest.mark.parametrize("password", ["p+w d&ü=", "100 percent"])
def test_a_client_that_encodes_once_is_read_as_long_as_no_escape_was_typed(wire, agent, password):
    wire.idp.policies({"name": "password-in-front", "then": {"otppin": "userstore"}})
    bob = wire.idp.person("bob", password=password)
    body = urlencode({"user": "bob", "pass": password + bob.code()})
    answer = wire.agent(agent).call("POST", "/validate/check", headers=FORM, data=body)
    assert answer.word == "ACCEPT"


def test_an_escape_that_was_typed_is_decoded_once_more(wire):
    wire.idp.policies({"name": "password-in-front", "then": {"otppin": "userstore"}})
    bob = wire.idp.person("bob", password="xA")
    body = urlencode({"user": "bob", "pass": "x%41" + bob.code()})
    assert wire.call("POST", "/validate/check", headers=FORM, data=body).word == "ACCEPT"


def test_json_is_never_decoded_again(wire, bob):
    answer = wire.call("POST", "/validate/check", json={"user": "bob", "pass": PASSWORD + bob.code()})
    assert answer.word == "ACCEPT"


def test_json_is_read_whatever_it_says_that_it_is(wire, alice):
    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        body = f'{{"user": "alice", "pass": "{alice.code()}", "client_id": null, "otponly": 0}}'
        headers = {"Content-Type": content_type}
        assert wire.call("POST", "/validate/check", headers=headers, data=body).word == "ACCEPT"


def test_multipart_is_read_as_the_php_clients_send_it(wire, alice):
    answer = wire.call(
        "POST",
        "/validate/check",
        {"user": "alice", "pass": alice.code()},
        content_type="multipart/form-data",
    )
    assert answer.word == "ACCEPT"


def test_query_and_form_are_one_bag(wire, alice):
    answer = wire.call("POST", "/validate/check?user=alice", {"pass": alice.code()})
    assert answer.word == "ACCEPT"


def test_a_path_is_decoded_once_more_too(wire):
    answer = wire.get("/validate/polltransaction/1%252534")
    assert answer.detail["challenge_status"] == "pending"


def test_a_parameter_with_two_values_is_refused(wire, alice):
    for answer in (
        wire.call("POST", "/validate/check?user=alice", {"user": "bob", "pass": "1"}),
        wire.call("GET", "/validate/check?user=alice&user=bob&pass=1"),
        wire.get("/validate/polltransaction/1?transaction_id=2"),
    ):
        assert answer.status == 400
        assert answer.error[1].endswith(": is given twice")
    same = wire.call("POST", "/validate/check?user=alice", {"user": "alice", "pass": alice.code()})
    assert same.word == "ACCEPT"


def test_parameters_that_nobody_knows_are_ignored_at_the_validation(wire, alice):
    answer = wire.check(user="alice", typed=alice.code(), resConf="x", timeout="5", is_admin="1")
    assert answer.word == "ACCEPT"


def test_the_nonce_comes_back(wire, alice):
    answer = wire.check(user="alice", typed=alice.code(), nonce="n-0S6_WzA2Mj")
    assert answer.body["nonce"] == "n-0S6_WzA2Mj"
    assert "nonce" not in wire.check(user="alice", typed="1").body
    assert wire.check(nonce="kept in errors too").body["nonce"] == "kept in errors too"


def test_the_token_is_read_from_either_header(wire):
    token = wire.service("token:list").headers["Authorization"]
    for headers in (
        {"Authorization": token},
        {"authorization": token},
        {"PI-Authorization": token},
        {"Authorization": f"Bearer {token}"},
        {"PI-Authorization": token, "Authorization": "nonsense"},
    ):
        assert Wire(wire.idp, headers).get("/token/").status == 200
    assert (
        Wire(wire.idp, {"PI-Authorization": "nonsense", "Authorization": token}).get("/token/").status == 401
    )


def test_credentials_for_a_proxy_in_front_are_none_of_ours(wire, alice):
    basic = Wire(wire.idp, {"Authorization": "Basic YWxpY2U6cHc="})
    assert basic.check(user="alice", typed=alice.code()).word == "ACCEPT"
    assert basic.get("/token/").error[0] == 4033


def test_what_nobody_serves_is_not_found_for_programs_and_a_page_for_people(wire):
    for path in ("/validate/nonsense", "/system/x", "/user/", "/healthz/"):
        answer = wire.get(path)
        assert (answer.status, answer.body) == (404, {"error": "Not found"})
        page = wire.raw("GET", path, headers={"Accept": "text/html"})
        assert (page.status_code, page.mimetype) == (404, "text/html")
    assert wire.raw("GET", "/nothing").mimetype == "text/html"


def test_a_method_that_is_not_there_names_those_that_are(wire):
    answer = wire.call("PUT", "/validate/check")
    assert (answer.status, answer.error[0]) == (405, 905)
    assert "POST" in answer.headers["Allow"]
