"""UserInfo: what a token entitles to, and what is no token."""

from __future__ import annotations

import pytest

from tests.support.answers import is_json_error
from tests.support.idp import Browser, Idp, Person
from tests.support.relying_party import App, register_app

HEADER = "WWW-Authenticate"


@pytest.fixture
def tokens(app: App, alice: Person, browser: Browser) -> dict[str, str]:
    """What a login of alice gave."""
    return app.tokens(browser, alice, scope="openid profile email")


def test_OIDC_20_an_id_token_is_no_access_token(idp: Idp, app: App, tokens: dict[str, str]) -> None:
    with idp.auditing() as rows:
        answer = app.userinfo(tokens["id_token"])
    is_json_error(answer, 401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers[HEADER]
    assert [(row.event, row.success, row.reason) for row in rows] == [
        ("oauth.userinfo", False, "invalid_token")
    ]


def test_OIDC_20_an_access_token_is_no_id_token(
    idp: Idp, app: App, tokens: dict[str, str], browser: Browser
) -> None:
    browser.open(app.request(id_token_hint=tokens["access_token"]))
    assert app.received(browser.destination)["error"] == "invalid_request"
    browser.open(f"/oidc/logout?id_token_hint={tokens['access_token']}")
    assert browser.heading == "Do you want to sign out?"


def test_OIDC_21_a_cut_longer_or_changed_token_is_none(idp: Idp, app: App, tokens: dict[str, str]) -> None:
    token = tokens["access_token"]
    swapped = token[:-1] + ("A" if token[-1] != "A" else "B")
    wrong = (token[:-1], token + "A", token + "=", swapped, token.upper(), "dwa_", token.removeprefix("dwa_"))
    for one in wrong:
        is_json_error(app.userinfo(one), 401, "invalid_token")
    refused = [row for row in idp.audited() if row.event == "oauth.userinfo"]
    assert {(row.success, row.reason) for row in refused} == {(False, "invalid_token")}
    assert len(refused) == len(wrong)


def test_OIDC_21_a_token_dies_after_fifteen_minutes(idp: Idp, app: App, tokens: dict[str, str]) -> None:
    idp.clock.advance(15 * 60 - 1)
    assert app.userinfo(tokens["access_token"]).status_code == 200
    idp.clock.advance(1)
    is_json_error(app.userinfo(tokens["access_token"]), 401, "invalid_token")


def test_OIDC_21_nothing_sent_is_told_apart_from_something_bad(idp: Idp, app: App) -> None:
    for headers in ({}, {"Authorization": "Basic YTpi"}):
        answer = app.get("/oidc/userinfo", headers)
        assert answer.status_code == 401
        assert answer.headers[HEADER] == 'Bearer realm="doorward"'


def test_OIDC_21_a_token_in_the_address_or_in_two_places_is_refused(
    idp: Idp, app: App, tokens: dict[str, str]
) -> None:
    token = tokens["access_token"]
    is_json_error(app.get(f"/oidc/userinfo?access_token={token}"), 400, "invalid_request")
    both = app.post("/oidc/userinfo", {"access_token": token}, {"Authorization": f"Bearer {token}"})
    is_json_error(both, 400, "invalid_request")


def test_OIDC_21_without_openid_a_token_is_not_for_this(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    token = app.redeem(app.code(browser, alice, scope="email")).json["access_token"]
    answer = app.userinfo(token)
    is_json_error(answer, 403, "insufficient_scope")
    assert 'scope="openid"' in answer.headers[HEADER]


def test_userinfo_is_asked_by_get_and_by_post_with_the_token_in_header_or_form(
    app: App, tokens: dict[str, str]
) -> None:
    header = {"Authorization": f"bearer {tokens['access_token']}"}
    answers = [
        app.get("/oidc/userinfo", header),
        app.post("/oidc/userinfo", {}, header),
        app.post("/oidc/userinfo", {"access_token": tokens["access_token"]}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.text for answer in answers}) == 1
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_claims_come_by_scope_and_none_is_in_the_id_token(
    idp: Idp, app: App, alice: Person, browser: Browser, tokens: dict[str, str]
) -> None:
    said = app.claims(tokens["id_token"])
    assert app.userinfo(tokens["access_token"]).json == {
        "sub": said["sub"],
        "name": "Alice Adler",
        "given_name": "Alice",
        "family_name": "Adler",
        "preferred_username": "alice",
        "email": "alice@example.org",
    }
    assert set(said) == {
        "iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "nonce", "at_hash",
    }  # fmt: skip
    bare = app.redeem(app.code(browser, alice, prompt="none")).json["access_token"]
    assert app.userinfo(bare).json == {"sub": said["sub"]}


def test_OIDC_22_the_subject_outlives_a_change_of_name_and_is_never_given_again(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    sub = app.claims(app.tokens(browser, alice)["id_token"])["sub"]
    idp.change_person(alice, login="alice.b", email="b@example.org")
    idp.clock.advance(61)
    alice.login = "alice.b"
    renamed = app.claims(app.tokens(idp.browser(), alice)["id_token"])["sub"]
    assert renamed == sub
    idp.run_sql("DELETE FROM person")
    idp.services.entries.forget(alice.key)
    recreated = idp.person("alice.b-second")
    idp.change_person(recreated, login="alice.b")
    recreated.login = "alice.b"
    assert app.claims(app.tokens(idp.browser(), recreated)["id_token"])["sub"] != sub


def test_OIDC_22_the_subject_is_one_at_all_clients_and_the_session_differs(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    other = register_app(idp, "other")
    here = app.claims(app.tokens(browser, alice)["id_token"])
    there = other.claims(other.redeem(other.code(browser, alice)).json["id_token"])
    again = app.claims(app.redeem(app.code(browser, alice)).json["id_token"])
    assert here["sub"] == there["sub"]
    assert here["sid"] == again["sid"] != there["sid"]
    assert here["sid"] not in {row[0] for row in idp.sql("SELECT id FROM sso_session")}
