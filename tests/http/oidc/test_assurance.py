"""How strongly and how freshly: what a request may ask of the login, and what is said of it afterwards."""

from __future__ import annotations

import json

import pytest

from tests.http.oidc.redirects import is_error
from tests.support.idp import Browser, Idp, Person
from tests.support.relying_party import App, register_app

MFA, SFA = "https://refeds.org/profile/mfa", "https://refeds.org/profile/sfa"
NO_SECOND_FACTOR = {"name": "password-is-enough", "then": {"second_factor": "not_required"}}


def essential(*classes: str) -> str:
    """A ``claims`` parameter that must be met."""
    return json.dumps({"id_token": {"acr": {"essential": True, "values": list(classes)}}})


def claims(app: App, browser: Browser) -> dict[str, object]:
    """What the ID token of the finished login says."""
    return app.claims(app.redeemed(browser.destination)["id_token"])


def by_password(idp: Idp, app: App, browser: Browser, person: Person) -> dict[str, object]:
    """Sign in where a password is enough."""
    idp.policies(NO_SECOND_FACTOR)
    browser.open(app.request())
    browser.submit(username=person.login, password=person.password)
    return claims(app, browser)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, None),
        ({"max_age": "1000"}, None),
        ({"max_age": "20"}, "login_required"),
        ({"max_age": "0"}, "login_required"),
        ({"claims": essential(MFA)}, "interaction_required"),
        ({"acr_values": MFA}, "interaction_required"),
        ({"acr_values": SFA}, None),
    ],
    ids=str,
)
def test_OIDC_15_a_silent_request_gets_what_the_session_proves_or_an_error_and_never_a_page(
    idp: Idp, app: App, alice: Person, browser: Browser, changes: dict[str, str], error: str | None
) -> None:
    by_password(idp, app, browser, alice)
    idp.clock.advance(25)
    with idp.auditing() as rows:
        response = browser.open(app.request(prompt="none", **changes))
    assert response.status_code == 303
    [row] = rows
    if error is None:
        assert claims(app, browser)["acr"] == SFA
        assert (row.event, row.success) == ("auth.login", True)
    else:
        is_error(app, browser.destination, error)
        assert (row.event, row.success, row.reason) == ("auth.login", False, error)
        assert idp.sql("SELECT count(*) FROM one_time WHERE spent = 0") == [(0,)]


def test_OIDC_15_a_silent_request_without_a_session_needs_a_login(
    idp: Idp, app: App, browser: Browser
) -> None:
    with idp.auditing() as rows:
        browser.open(app.request(prompt="none", state="s" * 128))
    is_error(app, browser.destination, "login_required", "s" * 128)
    assert [(row.event, row.success, row.reason) for row in rows] == [("auth.login", False, "login_required")]
    assert idp.sql("SELECT count(*) FROM login_transaction") == [(0,)]


@pytest.mark.parametrize("changes", [{"claims": essential(MFA)}, {"acr_values": MFA}], ids=str)
def test_OIDC_16_a_weaker_session_is_stepped_up_by_what_is_missing(
    idp: Idp, app: App, alice: Person, browser: Browser, changes: dict[str, str]
) -> None:
    assert by_password(idp, app, browser, alice)["acr"] == SFA
    before = browser.cookie("dw_session")
    browser.open(app.request(**changes))
    assert browser.step == "second-factor"
    browser.sign_in(alice)
    said = claims(app, browser)
    assert (said["acr"], said["amr"]) == (MFA, ["mfa", "otp", "pwd"])
    assert browser.cookie("dw_session") != before


def test_OIDC_16_what_cannot_be_met_is_said_and_never_answered_with_less(
    idp: Idp, app: App, browser: Browser
) -> None:
    bob = idp.person("bob", app=False)
    by_password(idp, app, browser, bob)
    with idp.auditing() as rows:
        browser.open(app.request(claims=essential(MFA)))
    assert browser.response.status_code == 200
    is_error(app, browser.destination, "unmet_authentication_requirements")
    assert [(row.event, row.success, row.reason, row.subject) for row in rows] == [
        ("auth.login", False, "unreachable", "bob")
    ]
    with idp.auditing() as rows:
        response = browser.open(app.request(claims=essential("https://example.org/no-such-class")))
    assert response.status_code == 303
    is_error(app, browser.destination, "unmet_authentication_requirements")
    assert [row.reason for row in rows] == ["unmet_authentication_requirements"]


def test_OIDC_16_a_wish_that_cannot_be_met_gets_what_was_reached(
    idp: Idp, app: App, browser: Browser
) -> None:
    bob = idp.person("bob", app=False)
    by_password(idp, app, browser, bob)
    browser.open(app.request(acr_values=f"{MFA} {SFA}"))
    assert claims(app, browser)["acr"] == SFA


def test_OIDC_16_a_request_cannot_lower_what_policy_demands(
    app: App, alice: Person, browser: Browser
) -> None:
    browser.open(app.request(acr_values=SFA))
    browser.submit(username="alice", password=alice.password)
    assert browser.step == "second-factor"


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}, {"max_age": "60"}], ids=str)
def test_OIDC_17_an_old_login_does_not_pass_for_a_new_one(
    idp: Idp, app: App, alice: Person, browser: Browser, changes: dict[str, str]
) -> None:
    first = app.claims(app.tokens(browser, alice)["id_token"])
    idp.clock.advance(120)
    asked_at = idp.clock.now.timestamp()
    browser.open(app.request(**changes))
    assert browser.step == "first-factor"
    browser.submit(username="alice", password=alice.password)
    assert browser.step == "second-factor"
    browser.submit(code=alice.code())
    said = claims(app, browser)
    assert int(str(said["auth_time"])) >= asked_at > int(str(first["auth_time"]))
    assert said["amr"] == ["mfa", "otp", "pwd"]
    assert said["sub"] == first["sub"]


def test_OIDC_17_auth_time_is_that_of_the_oldest_factor_that_the_class_rests_on(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    password_at = idp.clock.now.timestamp()
    assert by_password(idp, app, browser, alice)["auth_time"] == password_at
    idp.clock.advance(600)
    browser.open(app.request(acr_values=MFA))
    browser.sign_in(alice)
    assert claims(app, browser)["auth_time"] == password_at
    idp.clock.advance(600)
    browser.open(app.request(max_age="10000", acr_values=MFA))
    assert claims(app, browser)["auth_time"] == password_at


def test_OIDC_17_a_client_has_its_own_limit_of_age(idp: Idp, alice: Person, browser: Browser) -> None:
    app = register_app(idp, "strict", default_max_age=60)
    app.tokens(browser, alice)
    idp.clock.advance(30)
    browser.open(app.request())
    assert browser.response.status_code == 303
    idp.clock.advance(60)
    browser.open(app.request())
    assert browser.step == "first-factor"


def test_a_hint_names_the_person_who_has_to_be_signed_in(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    hint = app.tokens(browser, alice)["id_token"]
    browser.open(app.request(id_token_hint=hint, prompt="none"))
    sub = claims(app, browser)["sub"]
    bob, another = idp.person("bob"), idp.browser()
    app.tokens(another, bob)
    with idp.auditing() as rows:
        another.open(app.request(id_token_hint=hint, prompt="none"))
    is_error(app, another.destination, "login_required")
    assert [row.reason for row in rows] == ["login_required"]
    another.open(app.request(id_token_hint=hint))
    assert another.step == "first-factor"
    another.sign_in(alice)
    assert claims(app, another)["sub"] == sub
    assert idp.sql("SELECT login FROM sso_session ORDER BY login") == [("alice",), ("alice",)]


def test_who_signs_in_as_somebody_else_than_was_named_gets_an_error(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    hint = app.tokens(browser, alice)["id_token"]
    bob, another = idp.person("bob"), idp.browser()
    another.open(app.request(id_token_hint=hint))
    another.sign_in(bob)
    is_error(app, another.destination, "login_required")
    assert idp.sql("SELECT count(*) FROM sso_session WHERE login = 'bob'") == [(0,)]


def test_a_hint_that_is_none_of_ours_or_of_another_client_is_refused(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    other = register_app(idp, "other")
    hint = other.tokens(browser, alice)["id_token"]
    for wrong in (hint, hint[:-2], "a.b.c", "x"):
        browser.open(app.request(id_token_hint=wrong))
        is_error(app, browser.destination, "invalid_request")


def test_choosing_an_account_begins_with_the_name(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    app.tokens(browser, alice)
    bob = idp.person("bob")
    browser.open(app.request(prompt="select_account"))
    assert browser.step == "first-factor"
    browser.sign_in(bob)
    told = app.userinfo(app.redeemed(browser.destination)["access_token"])
    assert told.status_code == 200
    assert idp.sql("SELECT login FROM sso_session") == [("bob",)]


def test_choosing_the_same_account_again_keeps_its_session(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    sid = app.claims(app.tokens(browser, alice)["id_token"])["sid"]
    browser.open(app.request(prompt="select_account"))
    browser.submit(username="alice", password=alice.password)
    assert claims(app, browser)["sid"] == sid
    assert idp.sql("SELECT login FROM sso_session") == [("alice",)]
