"""Redeeming codes: once, by whom they were issued to, with what proves it, while the login stands."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier

import pytest
from werkzeug.test import TestResponse

from idp.applications import clients
from idp.storage.one_time import drop_expired_one_time, insert_one_time
from metadata.oidc.client import RegistrationRules
from mfa_engine.unit import Unit
from tests.support.answers import is_json_error, is_page
from tests.support.idp import Browser, Idp, Person, open_idp
from tests.support.relying_party import VERIFIER, App, basic, register_app


def audited(idp: Idp, event: str) -> list[tuple[bool, str]]:
    """How acts of this event ended, in order of time."""
    return [(row.success, row.reason) for row in idp.audited() if row.event == event]


@pytest.mark.parametrize(
    "verifier", [None, "", "w" * 50, VERIFIER[:-1], VERIFIER + "0", "short", "ä" * 50], ids=repr
)
def test_OIDC_04_a_verifier_that_does_not_fit_the_challenge_burns_the_code(
    idp: Idp, app: App, alice: Person, browser: Browser, verifier: str | None
) -> None:
    code = app.code(browser, alice)
    is_json_error(app.redeem(code, code_verifier=verifier), 400, "invalid_grant")
    assert audited(idp, "oauth.token") == [(False, "pkce_failed")]
    is_json_error(app.redeem(code), 400, "invalid_grant")
    assert idp.sql("SELECT count(*) FROM access_token") == [(0,)]


def test_OIDC_04_a_verifier_without_a_challenge_means_that_somebody_took_the_challenge_out(
    idp: Idp, alice: Person, browser: Browser
) -> None:
    app = register_app(idp, require_pkce=False)
    code = app.code(browser, alice, code_challenge=None, code_challenge_method=None)
    is_json_error(app.redeem(code), 400, "invalid_grant")
    assert audited(idp, "oauth.token") == [(False, "pkce_failed")]
    is_json_error(app.redeem(code, code_verifier=None), 400, "invalid_grant")


@pytest.mark.parametrize("later", [0, 30, 14 * 60 + 30], ids=lambda seconds: f"{seconds} s later")
def test_OIDC_05_a_code_that_comes_again_ends_what_it_gave(
    idp: Idp, app: App, alice: Person, browser: Browser, later: int
) -> None:
    code = app.code(browser, alice)
    token = app.redeem(code).json["access_token"]
    assert app.userinfo(token).status_code == 200
    idp.clock.advance(later)
    idp.services.engine.record(lambda unit: drop_expired_one_time(unit.connection, unit.now))
    is_json_error(app.redeem(code), 400, "invalid_grant")
    is_json_error(app.userinfo(token), 401, "invalid_token")
    [row] = [row for row in idp.audited() if row.event == "oauth.code.replayed"]
    assert (row.success, row.reason, row.subject, row.actor) == (
        False,
        "code_replayed",
        "alice",
        "client:app",
    )


def test_OIDC_05_a_replay_is_noticed_by_another_node_and_after_a_restart(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    code = app.code(browser, alice)
    token = app.redeem(code).json["access_token"]
    other = open_idp(idp.services.settings.database.url)
    other.clock.now = idp.clock.now
    there = App(other, app.client_id, app.secret)
    is_json_error(there.redeem(code), 400, "invalid_grant")
    is_json_error(there.userinfo(token), 401, "invalid_token")
    assert audited(idp, "oauth.code.replayed") == [(False, "code_replayed")]
    other.close()


def test_OIDC_06_another_client_gets_nothing_and_takes_the_code_with_it(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    thief = register_app(idp, "thief")
    code = app.code(browser, alice)
    is_json_error(thief.redeem(code), 400, "invalid_grant")
    assert audited(idp, "oauth.token") == [(False, "other_client")]
    is_json_error(app.redeem(code), 400, "invalid_grant")


def test_OIDC_06_another_client_ends_what_the_code_gave_before(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    thief = register_app(idp, "thief")
    code = app.code(browser, alice)
    token = app.redeem(code).json["access_token"]
    is_json_error(thief.redeem(code), 400, "invalid_grant")
    is_json_error(app.userinfo(token), 401, "invalid_token")


def test_OIDC_06_another_redirect_uri_burns_the_code(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    code = app.code(browser, alice)
    answer = app.redeem(code, redirect_uri="https://app.example.com/other")
    is_json_error(answer, 400, "invalid_grant")
    assert audited(idp, "oauth.token") == [(False, "redirect_uri_differs")]
    is_json_error(app.redeem(code), 400, "invalid_grant")


def test_OIDC_06_a_code_is_good_for_sixty_seconds(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    in_time = app.code(browser, alice)
    idp.clock.advance(59.9)
    assert app.redeem(in_time).status_code == 200
    late = app.code(browser, alice, prompt="none")
    idp.clock.advance(60)
    is_json_error(app.redeem(late), 400, "invalid_grant")
    assert audited(idp, "oauth.token") == [(True, ""), (False, "code_expired")]


@pytest.mark.parametrize("purpose", ["link", "invitation", "authorization_codes"])
def test_OIDC_07_what_was_made_for_another_purpose_is_no_code(
    idp: Idp, app: App, alice: Person, browser: Browser, purpose: str
) -> None:
    code = app.code(browser, alice)
    idp.run_sql("UPDATE one_time SET purpose = :purpose", purpose=purpose)
    is_json_error(app.redeem(code), 400, "invalid_grant")
    assert audited(idp, "oauth.token") == [(False, "unknown_code")]
    assert idp.sql("SELECT spent FROM one_time") == [(0,)]


def test_OIDC_07_tokens_and_codes_do_not_pass_for_each_other(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    token = app.redeem(app.code(browser, alice)).json["access_token"]
    is_json_error(app.redeem(token), 400, "invalid_grant")
    is_json_error(app.redeem("dwc_" + token.removeprefix("dwa_")), 400, "invalid_grant")
    code = app.code(browser, alice, prompt="none")
    is_json_error(app.userinfo(code), 401, "invalid_token")
    is_json_error(app.userinfo("dwa_" + code.removeprefix("dwc_")), 401, "invalid_token")
    assert audited(idp, "oauth.userinfo") == [(False, "invalid_token")] * 2


def test_OIDC_07_a_link_with_the_hash_of_a_code_stays_a_link(idp: Idp, app: App) -> None:
    value = "dwc_" + "A" * 43
    digest = sha256(value.encode()).hexdigest()
    now = idp.clock.now
    idp.services.engine.record(
        lambda unit: insert_one_time(unit.connection, "link", digest, {}, now, now.replace(year=2027))
    )
    is_json_error(app.redeem(value), 400, "invalid_grant")
    assert audited(idp, "oauth.token") == [(False, "unknown_code")]


@pytest.mark.parametrize(
    "grant_type",
    ["password", "client_credentials", "refresh_token", "implicit", "Authorization_Code"],
)
def test_OIDC_09_grants_that_are_not_offered_are_refused(idp: Idp, app: App, grant_type: str) -> None:
    form = {"grant_type": grant_type, "username": "alice", "password": "x", "refresh_token": "x"}
    answer = app.post("/oidc/token", form, basic(app.client_id, app.secret))
    is_json_error(answer, 400, "unsupported_grant_type")
    assert audited(idp, "oauth.token") == [(False, "unsupported_grant_type")]
    document = app.get("/.well-known/openid-configuration").json
    assert document["grant_types_supported"] == ["authorization_code"]


def test_OIDC_09_a_client_gets_the_grants_that_it_registered(idp: Idp, app: App) -> None:
    registered, taken_away = '"grant_types":["authorization_code"]', '"grant_types":[]'
    idp.run_sql("UPDATE client SET document = replace(document, :old, :new)", old=registered, new=taken_away)
    idp.run_sql("UPDATE revision SET number = number + 1 WHERE name = 'applications'")
    is_json_error(app.redeem("dwc_" + "A" * 43), 400, "unauthorized_client")
    assert audited(idp, "oauth.token") == [(False, "unauthorized_client")]


def wrong_authentication(idp: Idp, app: App) -> dict[str, tuple[App, TestResponse, int, str]]:
    """Each wrong way to authenticate: the answer, what it is to be, and the reason in the audit."""
    public = register_app(idp, "public", token_endpoint_auth_method="none")
    by_post = register_app(idp, "by-post", token_endpoint_auth_method="client_secret_post")
    disabled = register_app(idp, "disabled", enabled=False)
    form = {"grant_type": "authorization_code", "code": "dwc_" + "A" * 43, "redirect_uri": app.redirect_uri}
    secret_in_form = {"client_id": app.client_id, "client_secret": app.secret}
    header, post = basic(app.client_id, app.secret), app.post
    return {
        "nothing": (app, post("/oidc/token", form), 401, ""),
        "wrong": (app, post("/oidc/token", form, basic("app", "wrong")), 401, "wrong_secret"),
        "empty": (app, post("/oidc/token", form, basic("app", "")), 401, "wrong_secret"),
        "unknown": (app, post("/oidc/token", form, basic("nobody", app.secret)), 401, "unknown_client"),
        "twice": (app, post("/oidc/token", form | secret_in_form, header), 400, ""),
        "other": (app, post("/oidc/token", form | secret_in_form), 401, "other_method"),
        "none": (app, post("/oidc/token", form | {"client_id": "app"}), 401, "other_method"),
        "basic": (
            by_post,
            post("/oidc/token", form, basic(by_post.client_id, by_post.secret)),
            401,
            "other_method",
        ),
        "public": (
            public,
            post("/oidc/token", form | {"client_id": "public", "client_secret": "x"}),
            401,
            "other_method",
        ),
        "disabled": (
            disabled,
            post("/oidc/token", form, basic("disabled", disabled.secret)),
            401,
            "client_disabled",
        ),
    }


def test_OIDC_10_each_wrong_way_to_authenticate_is_refused_alike(idp: Idp, app: App) -> None:
    answers = wrong_authentication(idp, app)
    for _, answer, status, _ in answers.values():
        is_json_error(answer, status, "invalid_client" if status == 401 else "invalid_request")
    assert len({answer.text for _, answer, status, _ in answers.values() if status == 401}) == 1
    reasons = [reason for *_, reason in answers.values() if reason]
    assert sorted(reason for _, reason in audited(idp, "oauth.client")) == sorted(reasons)
    assert sorted(reason for _, reason in audited(idp, "oauth.token")) == [
        "invalid_client",
        "invalid_request",
    ]


def test_OIDC_10_an_unknown_client_costs_what_a_wrong_secret_costs(idp: Idp, app: App) -> None:
    def statements(client_id: str) -> list[str]:
        with idp.counting() as counted:
            is_json_error(
                app.post("/oidc/token", {"grant_type": "x"}, basic(client_id, "wrong")), 401, "invalid_client"
            )
        return counted

    statements("warm")
    assert statements("nobody") == statements("app")


def test_OIDC_10_after_twenty_failures_no_secret_is_looked_at_and_nobody_else_is_locked_out(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    def from_address(address: str, secret: str) -> TestResponse:
        form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": app.redirect_uri}
        return idp.app.test_client().post(
            "/oidc/token",
            base_url=idp.base,
            data=form,
            headers=basic("app", secret),
            environ_base={"REMOTE_ADDR": address},
        )

    for _ in range(20):
        is_json_error(from_address("192.0.2.1", "wrong"), 401, "invalid_client")
    refused = from_address("192.0.2.1", app.secret)
    is_json_error(refused, 429, "temporarily_unavailable")
    assert 0 < int(refused.headers["Retry-After"]) <= 300
    assert audited(idp, "oauth.client").count((False, "throttled")) == 1
    is_json_error(from_address("192.0.2.2", app.secret), 400, "invalid_grant")
    idp.clock.advance(301)
    is_json_error(from_address("192.0.2.1", app.secret), 400, "invalid_grant")


def test_OIDC_30_a_client_that_is_disabled_in_mid_flow_gets_neither_code_nor_tokens(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    services = idp.services
    code = app.code(browser, alice)
    another = idp.browser()
    another.open(app.request())
    clients.set_enabled(services.engine, services.registry, idp.origin, "app", enabled=False)
    is_json_error(app.redeem(code), 401, "invalid_client")
    another.sign_in(alice)
    said = app.received(another.destination)
    assert (said["error"], said["state"]) == ("access_denied", "state-of-the-app")
    assert (False, "disabled") in audited(idp, "auth.login")
    clients.set_enabled(services.engine, services.registry, idp.origin, "app", enabled=True)
    assert app.redeem(code).status_code == 200


def test_OIDC_30_the_statement_that_spends_a_code_sees_a_client_that_was_disabled_this_instant(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    code = app.code(browser, alice)
    idp.run_sql("UPDATE client SET enabled = 0")  # the node's memory does not know of it
    is_json_error(app.redeem(code), 400, "invalid_grant")
    assert audited(idp, "oauth.token") == [(False, "holder_not_allowed")]
    another = idp.browser()
    another.open(app.request())
    another.sign_in(alice)
    assert app.received(another.destination)["error"] == "access_denied"
    assert idp.sql("SELECT count(*) FROM one_time") == [(1,)]


@pytest.mark.parametrize("statement", ["UPDATE client SET enabled = 0", "DELETE FROM sso_session"])
def test_OIDC_30_what_ends_between_the_judgement_and_the_spending_of_a_code_is_seen_by_the_latter(
    idp: Idp, app: App, alice: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    code = app.code(browser, alice)
    engine = idp.services.engine
    record = engine.record

    def record_later(work: Callable[[Unit], object]) -> object:
        idp.run_sql(statement)
        return record(work)

    monkeypatch.setattr(engine, "record", record_later)
    is_json_error(app.redeem(code), 400, "invalid_grant")
    monkeypatch.undo()
    assert audited(idp, "oauth.token") == [(False, "holder_not_allowed")]
    assert idp.sql("SELECT count(*) FROM access_token") == [(0,)]
    assert idp.sql("SELECT spent FROM one_time") == [(1,)]


def test_OIDC_30_a_client_that_is_disabled_this_instant_loses_its_tokens(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    token = app.tokens(browser, alice)["access_token"]
    idp.run_sql("UPDATE client SET enabled = 0")
    is_json_error(app.userinfo(token), 401, "invalid_token")
    assert audited(idp, "oauth.userinfo") == [(False, "invalid_token")]


def test_OIDC_30_a_client_that_is_deleted_in_mid_flow_gets_nobody_sent_to_it(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    services = idp.services
    browser.open(app.request())
    clients.delete(services.engine, services.registry, idp.origin, "app")
    is_page(browser.sign_in(alice), 403)
    assert audited(idp, "auth.login") == [(False, "disabled")]
    assert idp.sql("SELECT count(*) FROM one_time") == [(0,)]


def test_OIDC_30_a_redirect_uri_that_is_taken_back_in_mid_flow_is_not_used(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    services = idp.services
    rules = RegistrationRules(services.capabilities, by_administrator=True)
    browser.open(app.request())
    changes = {"redirect_uris": ["https://app.example.com/new"]}
    clients.change(services.engine, services.registry, idp.origin, rules, "app", changes)
    is_page(browser.sign_in(alice), 403)
    assert audited(idp, "auth.login") == [(False, "disabled")]
    assert idp.sql("SELECT count(*) FROM one_time") == [(0,)]


def test_OIDC_30_a_person_who_is_disabled_after_the_login_gets_no_code(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    browser.open(app.request())
    browser.submit(username="alice", password=alice.password)
    assert browser.step == "second-factor"
    idp.change_person(alice, enabled=False)
    idp.clock.advance(61)
    browser.open(browser.at)
    said = app.received(browser.destination)
    assert said["error"] == "access_denied"
    assert audited(idp, "auth.login") == [(False, "disabled")]
    assert idp.sql("SELECT count(*) FROM sso_session") == [(0,)]


def test_OIDC_30_a_person_who_is_disabled_after_the_code_gets_no_tokens_and_loses_those_there_are(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    token = app.redeem(app.code(browser, alice)).json["access_token"]
    idp.clock.advance(61)
    code = app.code(browser, alice, prompt="none")
    idp.change_person(alice, enabled=False)
    idp.services.entries.forget(alice.key)
    is_json_error(app.redeem(code), 400, "invalid_grant")
    assert audited(idp, "oauth.token")[-1] == (False, "holder_not_allowed")
    is_json_error(app.userinfo(token), 401, "invalid_token")
    browser.open(app.request(prompt="none"))
    assert app.received(browser.destination)["error"] == "login_required"


def test_RACE_04_of_twenty_redemptions_of_one_code_exactly_one_succeeds(idp_on_each: Idp) -> None:
    idp = idp_on_each
    alice, app, browser = idp.person("alice"), register_app(idp), idp.browser()
    app.code(browser, alice)
    with ThreadPoolExecutor(20) as threads:
        for _ in range(3):
            code, begin = app.code(browser, alice, prompt="none"), Barrier(20)

            def redeem(_: int, code: str = code, begin: Barrier = begin) -> TestResponse:
                begin.wait(60)
                return app.redeem(code)

            with idp.auditing() as rows:
                answers = list(threads.map(redeem, range(20)))
            good = [answer for answer in answers if answer.status_code == 200]
            assert len(good) == 1, [answer.text for answer in answers]
            for answer in answers:
                if answer is not good[0]:
                    is_json_error(answer, 400, "invalid_grant")
            is_json_error(app.userinfo(good[0].json["access_token"]), 401, "invalid_token")
            ended = [(row.event, row.success) for row in rows]
            assert ended.count(("oauth.token", True)) == 1
            assert ended.count(("oauth.code.replayed", False)) == 19


@pytest.mark.parametrize(
    ("content_type", "query", "body"),
    [
        ("application/json", "", b'{"grant_type": "authorization_code"}'),
        ("multipart/form-data", "", b"grant_type=authorization_code"),
        ("application/x-www-form-urlencoded", "?grant_type=authorization_code", b""),
        ("application/x-www-form-urlencoded", "?client_secret=x", b"grant_type=authorization_code"),
        ("application/x-www-form-urlencoded", "", b"grant_type=a&grant_type=b"),
        ("application/x-www-form-urlencoded", "", b"x=" + b"y" * 70_000),
    ],
    ids=["json", "multipart", "query", "secret in the query", "twice", "too long"],
)
def test_WEB_06_the_token_endpoint_takes_a_form_and_each_parameter_once(
    idp: Idp, app: App, content_type: str, query: str, body: bytes
) -> None:
    answer = idp.app.test_client().post(
        f"/oidc/token{query}",
        base_url=idp.base,
        data=body,
        content_type=content_type,
        headers=basic(app.client_id, app.secret),
    )
    is_json_error(answer, 400, "invalid_request")
    assert audited(idp, "oauth.token") == [(False, "invalid_request")]


def test_the_token_endpoint_answers_post_alone(app: App) -> None:
    answer = app.get("/oidc/token")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_what_was_granted_is_said_and_without_openid_there_is_no_id_token(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    tokens = app.tokens(browser, alice, scope="openid phone email unknown")
    assert tokens["scope"] == "openid email"
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    plain = app.redeem(app.code(browser, alice, scope="email", prompt="none")).json
    assert set(plain) == {"access_token", "token_type", "expires_in", "scope"}


def test_a_public_client_redeems_by_its_id_and_its_verifier(
    idp: Idp, alice: Person, browser: Browser
) -> None:
    app = register_app(idp, token_endpoint_auth_method="none")
    assert app.secret == ""
    tokens = app.tokens(browser, alice)
    assert app.claims(tokens["id_token"])["aud"] == "app"


def test_the_secret_in_the_form_is_a_way_of_its_own(idp: Idp, alice: Person, browser: Browser) -> None:
    app = register_app(idp, token_endpoint_auth_method="client_secret_post")
    by_post = App(idp, app.client_id, "", app.redirect_uri)
    assert by_post.redeem(app.code(browser, alice), client_secret=app.secret).status_code == 200
