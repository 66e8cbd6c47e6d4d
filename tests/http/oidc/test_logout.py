"""RP-initiated logout: who may end a session without a question, and where the browser goes."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from tests.support.answers import is_json_error, is_page
from tests.support.idp import Browser, Idp, Person, open_idp
from tests.support.relying_party import GOODBYE, App, register_app


def ended(idp: Idp) -> list[tuple[bool, str, str]]:
    """The sessions that were ended, as the audit has them."""
    return [
        (row.success, row.subject, row.application)
        for row in idp.audited()
        if row.event == "auth.session.ended"
    ]


def is_signed_in(app: App, browser: Browser) -> bool:
    browser.open(app.request(prompt="none"))
    return "code" in app.received(browser.destination)


def logout(**parameters: str) -> str:
    pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return f"/oidc/logout?{pairs}"


def test_an_id_token_of_this_session_ends_it_without_a_question(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    hint = app.tokens(browser, alice)["id_token"]
    stale = browser.cookie("dw_session")
    state = "s" * 128
    response = browser.open(logout(id_token_hint=hint, post_logout_redirect_uri=GOODBYE, state=state))
    assert (response.status_code, browser.destination) == (303, f"{GOODBYE}?state={state}")
    assert browser.cookie("dw_session") is None
    assert ended(idp) == [(True, "alice", "oidc:app")]
    assert not is_signed_in(app, browser)
    browser.give_cookie("dw_session", str(stale))
    assert not is_signed_in(app, browser)


def test_an_expired_hint_is_a_hint_all_the_same(idp: Idp, app: App, alice: Person, browser: Browser) -> None:
    hint = app.tokens(browser, alice)["id_token"]
    idp.clock.advance(30 * 60)
    browser.open(logout(id_token_hint=hint, post_logout_redirect_uri=GOODBYE))
    assert browser.destination == GOODBYE
    assert ended(idp) == [(True, "alice", "oidc:app")]


def test_after_the_session_has_gone_a_hint_still_leads_back(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    hint = app.tokens(browser, alice)["id_token"]
    browser.open(logout(id_token_hint=hint))
    assert browser.heading == "You are signed out"
    browser.open(logout(id_token_hint=hint, post_logout_redirect_uri=GOODBYE))
    assert browser.destination == GOODBYE
    assert len(ended(idp)) == 1


@pytest.mark.parametrize("given", ["nothing", "client", "foreign", "forged", "other session", "two hints"])
def test_OIDC_26_without_a_hint_of_this_session_nothing_ends_before_a_click(
    idp: Idp, app: App, alice: Person, browser: Browser, given: str
) -> None:
    hint = app.tokens(browser, alice)["id_token"]
    elsewhere = app.tokens(idp.browser(), alice)["id_token"]
    other = register_app(idp, "other")
    of_other_client = other.redeem(other.code(idp.browser(), alice)).json["id_token"]
    address = {
        "nothing": "/oidc/logout",
        "client": logout(client_id="app"),
        "foreign": logout(id_token_hint=of_other_client, client_id="app"),
        "forged": logout(id_token_hint=hint[:-4] + "AAAA"),
        "other session": logout(id_token_hint=elsewhere),
        "two hints": logout(id_token_hint=hint) + f"&id_token_hint={hint}",
    }[given]
    response = browser.open(address)
    assert (response.status_code, browser.heading) == (200, "Do you want to sign out?")
    assert ended(idp) == []
    browser.post(browser.at, {"answer": "yes"})  # a form of another site has not our token
    assert is_signed_in(app, browser)
    browser.open(address)
    browser.submit(answer="yes")
    assert browser.response.status_code == 200
    assert len(ended(idp)) == 1
    assert not is_signed_in(app, browser)


def test_OIDC_26_the_click_of_another_site_is_refused(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    app.tokens(browser, alice)
    browser.open("/oidc/logout")
    csrf = browser.csrf
    for headers in ({"Origin": "https://evil.example.net"}, {"Origin": "null"}):
        is_page(browser.post("/oidc/logout", {"answer": "yes", "csrf": csrf}, headers), 403)
    is_page(browser.post("/oidc/logout", {"answer": "yes", "csrf": "forged"}), 403)
    assert ended(idp) == []
    assert is_signed_in(app, browser)


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example.net/",
        f"{GOODBYE}?added=1",
        f"{GOODBYE}/",
        "https://app.example.com\\@evil.example.net/goodbye",
        "//evil.example.net",
        "\\\\evil.example.net",
        "javascript:alert(1)",
    ],
)
def test_OIDC_26_nobody_is_sent_to_an_address_that_is_not_registered(
    idp: Idp, app: App, alice: Person, browser: Browser, uri: str
) -> None:
    hint = app.tokens(browser, alice)["id_token"]
    response = browser.open(logout(id_token_hint=hint, post_logout_redirect_uri=uri))
    assert (response.status_code, browser.heading) == (200, "You are signed out")
    assert "Location" not in response.headers
    assert not re.search(r"(?:href|action|src|url)=[^>]*evil", response.text)
    assert 'http-equiv="refresh"' not in response.text
    assert ended(idp) == [(True, "alice", "oidc:app")]


def test_OIDC_26_an_address_without_a_client_leads_nowhere_even_after_the_click(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    app.tokens(browser, alice)
    browser.open(logout(post_logout_redirect_uri=GOODBYE))
    browser.submit(answer="yes")
    assert browser.response.status_code == 200
    assert GOODBYE not in browser.response.text
    assert ended(idp) == [(True, "alice", "")]


def test_with_a_client_and_a_click_the_browser_goes_back_by_a_page_of_ours(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    app.tokens(browser, alice)
    browser.open(logout(client_id="app", post_logout_redirect_uri=GOODBYE, state="x"))
    browser.submit(answer="yes")
    assert (browser.response.status_code, browser.destination) == (200, f"{GOODBYE}?state=x")
    assert "You are signed in" not in browser.response.text


def test_the_report_names_the_applications_that_may_still_be_open(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    other = register_app(idp, "other", client_name="Other <App>")
    hint = app.tokens(browser, alice)["id_token"]
    other.code(browser, alice)
    browser.open(logout(client_id="app"))
    assert "You are signed in to 2 apps" in browser.response.text
    browser.open(logout(id_token_hint=hint))
    assert browser.heading == "You are signed out here. One app may still be open"
    assert "Other &lt;App&gt;" in browser.response.text
    [row] = [row for row in idp.audited() if row.event == "auth.session.ended"]
    assert row.details["applications"] == ["oidc:app", "oidc:other"]


def test_a_logout_by_post_is_made_again_by_get(idp: Idp, app: App, alice: Person, browser: Browser) -> None:
    hint = app.tokens(browser, alice)["id_token"]
    body = {"id_token_hint": hint, "post_logout_redirect_uri": GOODBYE}
    browser.post("/oidc/logout", body, {"Origin": "https://app.example.com"})
    assert browser.destination == GOODBYE
    assert ended(idp) == [(True, "alice", "oidc:app")]


def test_without_a_session_there_is_nothing_to_ask(browser: Browser) -> None:
    assert browser.open("/oidc/logout").status_code == 200
    assert browser.heading == "You are signed out"


def test_SESS_05_what_was_issued_in_a_session_dies_with_it_on_every_node(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    tokens = app.tokens(browser, alice)
    code = app.code(browser, alice, prompt="none")
    app.tokens(idp.browser(), alice)  # another session, which lives on
    other = open_idp(idp.services.settings.database.url, ENGINE_SNAPSHOT_MAX_AGE_SECONDS="60")
    other.clock.now = idp.clock.now
    there = App(other, app.client_id, app.secret)
    assert there.userinfo(tokens["access_token"]).status_code == 200
    browser.open(logout(id_token_hint=tokens["id_token"]))
    is_json_error(there.userinfo(tokens["access_token"]), 401, "invalid_token")
    is_json_error(there.redeem(code), 400, "invalid_grant")
    assert [row.reason for row in idp.audited() if row.event == "oauth.token" and not row.success] == [
        "holder_not_allowed"
    ]
    assert ended(idp) == [(True, "alice", "oidc:app")]
    assert idp.sql("SELECT count(*) FROM access_token") == [(1,)]
    other.close()


def test_SESS_05_only_the_session_that_is_meant_ends(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    tokens, another = app.tokens(browser, alice), idp.browser()
    kept = app.tokens(another, alice)
    browser.open(logout(id_token_hint=tokens["id_token"]))
    assert app.userinfo(kept["access_token"]).status_code == 200
    assert is_signed_in(app, another)


@pytest.mark.parametrize("limit", ["idle_at", "ends_at"])
def test_SESS_04_tokens_and_codes_rest_on_a_session_that_lives(
    idp: Idp, app: App, alice: Person, browser: Browser, limit: str
) -> None:
    token = app.tokens(browser, alice)["access_token"]
    code = app.code(browser, alice, prompt="none")
    idp.run_sql(f"UPDATE sso_session SET {limit} = :now", now=f"{idp.clock.now:%Y-%m-%d %H:%M:%S.%f}")
    is_json_error(app.redeem(code), 400, "invalid_grant")
    is_json_error(app.userinfo(token), 401, "invalid_token")
    assert not is_signed_in(app, browser)
    reasons = [row.reason for row in idp.audited() if not row.success]
    assert sorted(reasons) == ["holder_not_allowed", "invalid_token", "login_required"]
