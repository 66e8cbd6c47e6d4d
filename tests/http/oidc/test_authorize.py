"""What the authorization endpoint does with requests that it does not like: a page, or an error at home."""

from __future__ import annotations

import pytest

from mfa_engine.errors import InvalidField
from tests.http.oidc.redirects import is_error
from tests.support.answers import is_page
from tests.support.idp import Browser, Idp, Person
from tests.support.relying_party import CALLBACK, App, register_app

EVIL = "https://evil.example.net/callback"
NOT_REGISTERED = (
    "https://app.example.com/other",
    "https://app.example.com/callback?added=1",
    "https://app.example.com/callback#fragment",
    "https://app.example.com/callback/",
    "https://app.example.com/callback/../callback",
    "https://APP.example.com/callback",
    "https://sub.app.example.com/callback",
    "https://*.example.com/callback",
    "https://app.example.com:444/callback",
    "https://app.example.com:443/callback",
    "https://app.example.com@evil.example.net/callback",
    "https://app.example.com\\@evil.example.net/callback",
    "http://app.example.com/callback",
    "https://app.example.com/%63allback",
    "javascript:alert(1)//app.example.com/callback",
    EVIL,
)
UNSAFE = (
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "http://app.example.com/callback",
    "https://app.example.com/*",
    "https://app.example.com/callback#fragment",
    "https://user@app.example.com/callback",
)


@pytest.mark.parametrize("redirect_uri", NOT_REGISTERED)
def test_OIDC_01_a_redirect_uri_that_is_not_registered_exactly_so_gets_a_page(
    idp: Idp, app: App, browser: Browser, redirect_uri: str
) -> None:
    with idp.auditing() as rows:
        is_page(browser.open(app.request(redirect_uri=redirect_uri)), 400)
    assert [(row.event, row.success, row.reason) for row in rows] == [
        ("oauth.authorize", False, "invalid_request")
    ]
    assert rows[0].application == "oidc:app"


@pytest.mark.parametrize("redirect_uri", UNSAFE)
def test_OIDC_01_an_unsafe_redirect_uri_cannot_be_registered(idp: Idp, redirect_uri: str) -> None:
    with pytest.raises(InvalidField, match="redirect_uris"):
        register_app(idp, redirect_uris=[redirect_uri])
    assert idp.sql("SELECT count(*) FROM client") == [(0,)]


def test_OIDC_01_the_port_of_a_loopback_address_is_free_for_a_native_client_and_nothing_else(
    idp: Idp, alice: Person, browser: Browser
) -> None:
    app = register_app(
        idp,
        application_type="native",
        token_endpoint_auth_method="none",
        redirect_uris=["http://127.0.0.1/callback"],
    )
    browser.open(app.request(redirect_uri="http://127.0.0.1:51004/callback"))
    browser.sign_in(alice)
    assert browser.destination.startswith("http://127.0.0.1:51004/callback?code=dwc_")
    for other in ("http://127.0.0.1:51004/other", "http://localhost:51004/callback"):
        is_page(browser.open(app.request(redirect_uri=other)), 400)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"response_type": "token"},
        {"response_type": "code", "request": "eyJhbGciOiJub25lIn0.e30."},
        {"request_uri": "https://evil.example.net/request"},
        {"scope": "nothing"},
        {"prompt": "none login"},
        {"code_challenge": None},
        {"response_mode": "fragment"},
    ],
    ids=str,
)
def test_OIDC_02_a_bad_request_never_redirects_to_an_address_that_is_not_the_clients(
    idp: Idp, app: App, browser: Browser, changes: dict[str, str | None]
) -> None:
    with idp.auditing() as rows:
        is_page(browser.open(app.request(redirect_uri=EVIL, **changes)), 400)
    assert [(row.event, row.success) for row in rows] == [("oauth.authorize", False)]


def test_OIDC_02_a_disabled_client_gets_a_page(idp: Idp, browser: Browser) -> None:
    app = register_app(idp, enabled=False)
    with idp.auditing() as rows:
        is_page(browser.open(app.request()), 403)
    assert [(row.event, row.reason) for row in rows] == [("oauth.authorize", "invalid_client")]


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": "a" * 42},
        {"code_challenge": "a" * 44},
        {"code_challenge": "=" * 43},
    ],
    ids=str,
)
def test_OIDC_03_without_a_challenge_by_S256_there_is_no_login(
    idp: Idp, app: App, browser: Browser, changes: dict[str, str | None]
) -> None:
    with idp.auditing() as rows:
        response = browser.open(app.request(**changes))
    assert response.status_code == 303
    is_error(app, browser.destination, "invalid_request")
    assert [(row.event, row.success, row.reason) for row in rows] == [
        ("oauth.authorize", False, "invalid_request")
    ]


def test_OIDC_03_an_exception_is_for_one_confidential_client_and_audited(
    idp: Idp, alice: Person, browser: Browser
) -> None:
    app = register_app(idp, require_pkce=False)
    tokens = app.redeem(
        app.code(browser, alice, code_challenge=None, code_challenge_method=None), code_verifier=None
    )
    assert tokens.status_code == 200
    [(details,)] = idp.sql("SELECT details FROM audit WHERE event = 'admin.client.register'")
    assert '"require_pkce":false' in details
    with pytest.raises(InvalidField, match="require_pkce"):
        register_app(idp, "public", require_pkce=False, token_endpoint_auth_method="none")


def test_OIDC_08_every_answer_says_who_gave_it_and_nobody_has_a_twin(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    browser.open(app.request(prompt="none"))
    assert app.received(browser.destination)["iss"] == idp.base
    browser.open(app.request(scope="nothing"))
    assert app.received(browser.destination)["iss"] == idp.base
    browser.open(app.request())
    browser.sign_in(alice)
    said = app.received(browser.destination)
    assert said["iss"] == idp.base
    assert app.claims(app.redeem(said["code"]).json["id_token"])["iss"] == idp.base
    document = app.get("/.well-known/openid-configuration").json
    assert document["issuer"] == idp.base
    assert document["authorization_response_iss_parameter_supported"] is True
    assert app.get("/.well-known/openid-configuration/").status_code == 404


@pytest.mark.parametrize("response_type", ["token", "id_token", "id_token token", "code token", "none"])
def test_OIDC_09_response_types_that_put_a_token_into_the_address_are_not_offered(
    idp: Idp, app: App, browser: Browser, response_type: str
) -> None:
    with idp.auditing() as rows:
        browser.open(app.request(response_type=response_type))
    is_error(app, browser.destination, "unsupported_response_type")
    assert [(row.event, row.reason) for row in rows] == [("oauth.authorize", "unsupported_response_type")]
    assert app.get("/.well-known/openid-configuration").json["response_types_supported"] == ["code"]


def test_OIDC_09_a_client_gets_the_response_types_that_it_registered(
    idp: Idp, app: App, browser: Browser
) -> None:
    registered, taken_away = '"response_types":["code"]', '"response_types":[]'
    idp.run_sql("UPDATE client SET document = replace(document, :old, :new)", old=registered, new=taken_away)
    idp.run_sql("UPDATE revision SET number = number + 1 WHERE name = 'applications'")
    with idp.auditing() as rows:
        browser.open(app.request())
    is_error(app, browser.destination, "unauthorized_client")
    assert [row.reason for row in rows] == ["unauthorized_client"]


def test_OIDC_29_an_unregistered_response_mode_is_refused_in_the_one_there_is(
    idp: Idp, app: App, browser: Browser
) -> None:
    with idp.auditing() as rows:
        browser.open(app.request(response_mode="form_post"))
    is_error(app, browser.destination, "unsupported_response_mode")
    assert [row.reason for row in rows] == ["unsupported_response_mode"]


def test_OIDC_29_no_form_is_answered_by_a_redirect_to_the_application_and_no_answer_is_kept(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    browser.open(app.request())
    answers = [browser.response]
    first = browser.client.post(
        browser.at,
        base_url=idp.base,
        data={"csrf": browser.csrf, "username": "alice", "password": alice.password},
    )
    assert (first.status_code, first.headers["Location"].partition("/login/")[0]) == (303, "")
    browser.open(first.headers["Location"])
    second = browser.client.post(
        browser.at, base_url=idp.base, data={"csrf": browser.csrf, "code": alice.code()}
    )
    assert second.status_code == 303
    leave = browser.open(second.headers["Location"])
    assert leave.status_code == 200
    assert app.received(browser.destination)["code"]
    silent = browser.open(app.request(prompt="none"))
    assert silent.status_code == 303
    for answer in (*answers, first, second, leave, silent):
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer.headers["Cache-Control"]


def test_OIDC_29_codes_and_tokens_are_neither_logged_nor_stored(
    idp: Idp, app: App, alice: Person, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    code = app.code(browser, alice)
    tokens = app.redeem(code).json
    app.redeem(code)
    kept = caplog.text
    for [table] in idp.sql("SELECT name FROM sqlite_master WHERE type = 'table'"):
        kept += "".join(map(str, idp.sql(f"SELECT * FROM {table}")))
    for secret in (code, tokens["access_token"], tokens["id_token"], app.secret, alice.password):
        assert secret.removeprefix("dwc_").removeprefix("dwa_") not in kept


def test_SESS_03_a_posted_request_is_answered_by_get_with_the_session_that_only_a_get_brings(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    app.code(browser, alice)
    query = app.request(prompt="none").partition("?")[2]
    posted = app.idp.app.test_client().post(
        "/oidc/authorize", base_url=idp.base, data=query, content_type="application/x-www-form-urlencoded"
    )
    assert posted.status_code == 303
    browser.open(posted.headers["Location"])
    assert app.received(browser.destination)["code"]


def test_a_request_by_post_that_is_too_long_for_an_address_begins_a_login(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    state = "s" * 4000
    query = app.request(state=state).partition("?")[2]
    response = browser.client.post(
        "/oidc/authorize", base_url=idp.base, data=query, content_type="application/x-www-form-urlencoded"
    )
    browser.open(response.headers["Location"])
    browser.sign_in(alice)
    assert app.received(browser.destination)["state"] == state


def test_post_and_query_are_never_merged(idp: Idp, app: App, browser: Browser) -> None:
    address, _, query = app.request().partition("?")
    response = browser.client.post(
        f"{address}?redirect_uri={EVIL}",
        base_url=idp.base,
        data=query,
        content_type="application/x-www-form-urlencoded",
    )
    assert response.headers["Location"] == f"{address}?{query}"
    assert EVIL not in response.headers["Location"]
    is_page(browser.open(f"{address}?{query}&redirect_uri={EVIL}"), 400)


def test_the_query_of_a_registered_redirect_uri_stays_as_it_is(
    idp: Idp, alice: Person, browser: Browser
) -> None:
    registered = f"{CALLBACK}?tenant=a%2Fb&next=%7E"
    app = register_app(idp, redirect_uris=[registered])
    browser.open(app.request())
    browser.sign_in(alice)
    assert browser.destination.startswith(f"{registered}&code=dwc_")


def test_a_login_hint_is_filled_in_and_ui_locales_choose_the_language(
    idp: Idp, app: App, browser: Browser
) -> None:
    browser.open(app.request(login_hint='"><b>alice', ui_locales="se de"))
    assert browser.find(r'<html lang="([^"]+)"') == "de"
    assert browser.find(r'name="username"[^>]*value="([^"]*)"') == '"><b>alice'
    assert "<b>alice" not in browser.response.text
