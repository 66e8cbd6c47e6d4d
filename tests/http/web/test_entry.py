"""Who is let in: by the login flow only, while the person may be, the session is used, and for a change
with a sign-in that is fresh enough."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idp.rights.roles import Role
from idp.web.blueprint import ROUTES
from tests.http.web.house import House, page_of, path
from tests.support.idp import Browser, Person

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def at_the_login(browser: Browser) -> bool:
    return browser.step == "first-factor"


@pytest.mark.parametrize("address", ["/account/", "/account/sessions", "/admin/", "/admin/find?q=x"])
def test_AUTH_02_a_password_alone_opens_no_page_of_ours(house: House, address: str) -> None:
    ines = house.administrator("ines")
    browser = house.idp.browser()
    browser.open(address)
    browser.submit(username=ines.login, password=ines.password)
    assert browser.step == "second-factor"
    browser.open(address)
    assert at_the_login(browser)
    assert browser.cookie("dw_session") is None


def test_AUTH_02_an_administrator_needs_two_factors_whatever_policy_says(house: House) -> None:
    ines = house.administrator("ines")
    house.idp.policies({"name": "easy", "then": {"second_factor": "not_required"}})
    browser = house.idp.browser()
    browser.open("/account/")
    browser.submit(username=ines.login, password=ines.password)
    assert path(browser) == "/account/"
    browser.open("/admin/")
    assert browser.step == "second-factor"
    browser.sign_in(ines)
    assert path(browser) == "/admin/"


def test_AUTH_02_a_session_of_another_application_is_judged_by_the_policy_of_these_pages(
    house: House, alice: Person
) -> None:
    """What was enough elsewhere is not enough here."""
    house.idp.policies({"name": "easy", "then": {"second_factor": "not_required"}})
    browser = house.browser(alice)
    assert path(browser) == "/account/"
    house.idp.policies({"name": "easy", "then": {"second_factor": "required"}})
    browser.open("/account/")
    assert browser.step == "second-factor"


def test_AUTH_10_a_disabled_person_is_out_within_a_minute_and_the_session_is_gone(
    house: House, alice: Person
) -> None:
    browser = house.browser(alice)
    house.idp.change_person(alice, enabled=False)
    house.idp.clock.advance(61)
    with house.idp.auditing() as rows:
        browser.open("/account/")
    assert at_the_login(browser)
    assert [(row.event, row.reason, row.subject) for row in rows] == [
        ("auth.user.disabled", "session_ended", "alice")
    ]
    assert house.state()["sso_session"] == []


def test_AUTH_10_rights_are_those_of_this_moment(house: House) -> None:
    ines = house.administrator("ines")
    browser = house.browser(ines, "/admin/")
    assert browser.open("/admin/partners").status_code == 200
    house.idp.run_sql("UPDATE administrator SET role = :role", role=Role.HELP_DESK.value)
    assert browser.open("/admin/partners").status_code == 404
    house.idp.run_sql("DELETE FROM administrator")
    assert browser.open("/admin/").status_code == 404


@pytest.mark.parametrize(("waits", "stays"), [(15 * MINUTE - SECOND, True), (15 * MINUTE, False)])
def test_a_page_of_ours_is_not_shown_to_a_session_that_was_idle_for_a_quarter_of_an_hour(
    house: House, alice: Person, waits: timedelta, stays: bool
) -> None:
    browser = house.browser(alice)
    house.idp.clock.advance(waits)
    browser.open("/account/")
    assert at_the_login(browser) is not stays
    if not stays:
        browser.sign_in(alice)
        assert path(browser) == "/account/"


def test_each_page_that_is_shown_is_a_use_of_the_session(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    for _ in range(5):
        house.idp.clock.advance(14 * MINUTE)
        browser.open("/account/")
        assert path(browser) == "/account/"


def test_to_enter_costs_four_statements_whatever_there_is(house: House) -> None:
    """The revision of the rules, the session, the rights, and that the session was used."""
    browser = house.browser(house.administrator("ines"), "/admin/")
    with house.idp.counting() as statements:
        browser.open("/admin/")
    assert len(statements) == 4, statements


def test_what_was_done_is_not_said_again_after_a_sign_in(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    house.idp.clock.advance(15 * MINUTE)
    browser.open("/account/?done=way-removed")
    browser.sign_in(alice)
    assert browser.at == "/account/"


def test_SESS_05_signing_out_is_one_link_away_and_asks(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    cookie = browser.cookie("dw_session") or ""
    browser.open(browser.find(r'href="(/logout)"'))
    assert browser.heading == "Do you want to sign out?"
    assert len(house.state()["sso_session"]) == 1
    with house.idp.auditing() as rows:
        browser.submit(answer="yes")
    assert browser.heading == "You are signed out"
    assert [(row.event, row.success, row.actor) for row in rows] == [
        ("auth.session.ended", True, "person:people/id-of-alice")
    ]
    assert browser.cookie("dw_session") is None
    browser.give_cookie("dw_session", cookie)
    browser.open("/account/")
    assert at_the_login(browser)


def test_signing_out_takes_no_sign_in(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    house.idp.clock.advance(40 * MINUTE)
    browser.open("/logout")
    browser.submit(answer="yes")
    assert house.state()["sso_session"] == []
    for where in ("/logout", "/logout?next=https://evil.example.net"):
        browser.open(where)
        assert browser.heading == "You are signed out"
        assert browser.post("/logout", {"answer": "yes"}).status_code == 200


def test_what_is_not_shown_is_no_use_of_the_session(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    house.idp.clock.advance(14 * MINUTE)
    browser.open("/admin/")
    assert browser.response.status_code == 404
    house.idp.clock.advance(2 * MINUTE)
    browser.open("/account/")
    assert at_the_login(browser)


@pytest.mark.parametrize(("after", "stays"), [(8 * 60 * MINUTE, True), (8 * 60 * MINUTE + SECOND, False)])
def test_a_sign_in_is_good_for_pages_of_ours_for_eight_hours_however_busy(
    house: House, alice: Person, after: timedelta, stays: bool
) -> None:
    browser = house.browser(alice)
    signed_in_at = house.idp.sql("SELECT created_at FROM sso_session")
    assert len(signed_in_at) == 1
    walked = timedelta()
    while walked + 10 * MINUTE < after:
        house.idp.clock.advance(10 * MINUTE)
        walked += 10 * MINUTE
        browser.open("/account/")
    # the password is the older of the two proofs: the code came 30 seconds of this clock later
    house.idp.clock.advance(after - walked - 30 * SECOND)
    browser.open("/account/")
    assert at_the_login(browser) is not stays


def fresh_pages(prefix: str) -> list[str]:
    return [route.path for route in ROUTES if route.path.startswith(prefix) and route.needs_fresh("GET")]


@pytest.mark.parametrize(("age", "asked"), [(4 * MINUTE, False), (6 * MINUTE, True)])
def test_SELF_01_own_ways_are_changed_by_whoever_signed_in_within_five_minutes(
    house: House, alice: Person, age: timedelta, asked: bool
) -> None:
    for pattern in fresh_pages("/account"):
        browser = house.browser(alice)
        where = pattern.replace("<serial>", house.serial(alice)).replace("<kind>", "totp")
        house.idp.clock.advance(age)
        browser.open(where)
        assert at_the_login(browser) is asked, pattern


def test_SELF_01_the_password_alone_is_not_enough_for_whoever_has_a_way_that_works(
    house: House, alice: Person
) -> None:
    """A policy lets people in with a password; the existing factor is asked for all the same."""
    house.idp.policies({"name": "easy", "then": {"second_factor": "not_required"}})
    browser = house.browser(alice)
    remove = f"/account/ways/{house.serial(alice)}/remove"
    browser.open(remove)
    assert browser.step == "second-factor"
    assert house.tokens(alice)
    browser.sign_in(alice)
    assert path(browser) == remove


def test_SELF_01_wrong_codes_do_not_open_a_way_around_the_factor(house: House, alice: Person) -> None:
    house.idp.policies({"name": "easy", "then": {"second_factor": "not_required"}})
    house.idp.run_sql("UPDATE token SET failures = 10")
    browser = house.browser(alice)
    browser.open(f"/account/ways/{house.serial(alice)}/remove")
    assert browser.response.status_code == 403
    browser.open("/account/add/totp")
    assert browser.response.status_code == 403
    assert len(house.tokens(alice)) == 1


@pytest.mark.parametrize(("age", "asked"), [(14 * MINUTE, False), (15 * MINUTE, True)])
def test_ADM_08_a_change_needs_a_sign_in_of_the_last_quarter_of_an_hour(
    house: House, bob: Person, age: timedelta, asked: bool
) -> None:
    """Busy or not: the session is used meanwhile."""
    ines = house.administrator("ines")
    browser = house.browser(ines, "/admin/")
    browser.open(page_of(bob))
    house.idp.clock.advance(age / 2)
    browser.open(page_of(bob))
    house.idp.clock.advance(age / 2)
    before = house.state()["token"]
    browser.submit(act="disable", serial=house.serial(bob))
    assert at_the_login(browser) is asked
    assert (house.state()["token"] == before) is asked
    if asked:
        browser.sign_in(ines)
        assert path(browser) == page_of(bob)  # shown again, and not done by itself
        assert house.state()["token"] == before
        browser.submit(act="disable", serial=house.serial(bob))
        assert house.state()["token"] != before


def test_ADM_08_each_route_that_changes_something_asks_for_a_fresh_sign_in(house: House) -> None:
    stale = {route.path for route in ROUTES if route.submit and not route.needs_fresh("POST")}
    assert stale == {"/account/sessions"}  # to end a session can only be of use


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Mode": "cors", "Accept": "text/html"}, {"Accept": "application/json"}],
)
def test_a_script_is_told_to_sign_in_again_and_begins_no_login(
    house: House, alice: Person, headers: dict[str, str]
) -> None:
    browser = house.browser(alice)
    house.idp.clock.advance(6 * MINUTE)
    answer = browser.client.get("/account/add", base_url=house.idp.base, headers=headers)
    assert (answer.status_code, answer.json) == (401, {"error": "reauthentication_required"})
    stranger = house.idp.browser().client.get("/account/", base_url=house.idp.base, headers=headers)
    assert (stranger.status_code, stranger.json) == (401, {"error": "login_required"})
    assert house.idp.sql("SELECT handle FROM login_transaction") == []


@pytest.mark.parametrize(
    "query", ["?next=https://evil.example.net/", "?return_to=//evil.example.net", "?\\\\evil.example.net"]
)
def test_WEB_04_after_the_login_comes_the_page_that_was_asked_for_and_no_other_site(
    house: House, alice: Person, query: str
) -> None:
    browser = house.idp.browser()
    browser.open(f"/account/sessions{query}")
    browser.sign_in(alice)
    assert path(browser) in ("/account/sessions", "/")
    assert browser.response.headers.get("Location") is None


def test_SESS_06_nothing_of_a_session_is_kept_by_a_cache(house: House, bob: Person) -> None:
    ines = house.administrator("ines")
    browser = house.browser(ines, "/admin/")
    for route in ROUTES:
        where = (
            route.path.replace("/admin/users/<handle>", page_of(bob))
            .replace("<serial>", house.serial(ines if route.path.startswith("/account") else bob))
            .replace("<kind>", "totp")
        )
        for client in (browser.client, house.idp.browser().client):
            answer = client.get(where, base_url=house.idp.base)
            assert answer.headers["Cache-Control"] == "no-store", route.path
            assert "Cookie" in answer.headers["Vary"], route.path


def test_WEB_02_every_page_forbids_frames_and_code_that_is_not_ours(house: House, bob: Person) -> None:
    ines = house.administrator("ines")
    browser = house.browser(ines, "/admin/")
    for where in ("/account/", "/account/sessions", "/admin/", page_of(bob), "/admin/none", "/admin/find"):
        answer = browser.client.get(where, base_url=house.idp.base)
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        if answer.status_code == 200:
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
