"""/admin/users/<person>: what is wrong, and putting it right."""

from __future__ import annotations

import re

import pytest

from idp.rights.roles import Role
from tests.http.web.house import OTHER_REALM, House, page_of, path, texts
from tests.support.idp import Browser, Person


@pytest.fixture
def desk(house: House) -> Browser:
    """The help desk's browser."""
    return house.browser(house.administrator("ed", Role.HELP_DESK), "/admin/")


def fail_to_sign_in(house: House, person: Person, times: int) -> None:
    """With the right password and wrong codes."""
    browser = house.idp.browser()
    browser.open("/account/")
    browser.submit(username=person.login, password=person.password)
    for _ in range(times):
        browser.submit(code="000000")


def test_the_page_says_who_it_is_and_that_all_is_well(house: House, desk: Browser, bob: Person) -> None:
    page = texts(desk.open(page_of(bob)))
    assert "Bob Builder" in page
    assert "bob · staff · from “people” · bob@example.org" in page
    assert f"{house.serial(bob)} active" in page
    assert "Works." in page
    assert "No sign-in yet" in page
    assert "0 browsers are signed in." in page


def test_failures_are_told_in_plain_words_with_app_and_token(
    house: House, desk: Browser, bob: Person
) -> None:
    browser = house.idp.browser()
    browser.open("/account/")
    browser.submit(username="bob", password="not the password")
    house.idp.clock.advance(60)
    fail_to_sign_in(house, bob, 1)
    house.idp.clock.advance(60)
    house.browser(bob)
    page = desk.open(page_of(bob))
    events = re.findall(r"<li class=\"(good|bad)\">.*?<b>(.*?)</b>(?:<span[^>]*>(.*?)</span>)?", page.text)
    where, code = "Sign-in to Your account", f"the code of {house.serial(bob)} was wrong"
    assert events == [("good", where, ""), ("bad", where, code), ("bad", where, "the password was wrong")]


def test_a_locked_token_says_so_and_works_again_once_it_is_reset(
    house: House, desk: Browser, bob: Person
) -> None:
    fail_to_sign_in(house, bob, 10)
    page = texts(desk.open(page_of(bob)))
    assert "locked" in page
    assert "Locked after 10 wrong codes in a row. Reset the counter, and it works again." in page
    serial = house.serial(bob)
    with house.idp.auditing() as rows:
        desk.submit(act="reset", serial=serial)
    assert "The counter is reset. The token works again." in texts(desk.response)
    assert [(row.event, row.serial, row.actor) for row in rows] == [
        ("token.reset", serial, "person:people/id-of-ed")
    ]
    assert path(house.browser(bob)) == "/account/"


def test_a_token_is_disabled_and_enabled_again(house: House, desk: Browser, bob: Person) -> None:
    serial = house.serial(bob)
    desk.open(page_of(bob))
    desk.submit(act="disable", serial=serial)
    assert "Disabled by an administrator. Enable it, and it works again." in texts(desk.response)
    assert not house.tokens(bob)[0].enabled
    desk.submit(act="enable", serial=serial)
    assert house.tokens(bob)[0].enabled
    assert house.events("token.") == [("token.disable", True, ""), ("token.enable", True, "")]


def test_SESS_05_a_disabled_token_ends_the_sessions_that_rest_on_it(
    house: House, desk: Browser, bob: Person
) -> None:
    browser = house.browser(bob)
    desk.open(page_of(bob))
    with house.idp.auditing() as rows:
        desk.submit(act="disable", serial=house.serial(bob))
    assert sorted((row.event, row.reason, row.subject, row.actor) for row in rows) == [
        ("auth.session.ended", "factor_removed", "bob", "person:people/id-of-ed"),
        ("token.disable", "", "", "person:people/id-of-ed"),
    ]
    browser.open("/account/")
    assert browser.step == "first-factor"


def test_deleting_asks_first_and_says_what_is_the_last_one(house: House, desk: Browser, bob: Person) -> None:
    serial = house.serial(bob)
    desk.open(f"/admin/tokens/{serial}/delete")
    assert "Bob Builder has no other token. Until a new one is enrolled, sign-in fails." in texts(
        desk.response
    )
    desk.submit()
    assert len(house.tokens(bob)) == 1
    house.enrol(bob.user, "hotp")
    assert "no other token" not in texts(desk.open(f"/admin/tokens/{serial}/delete"))


def test_SESS_05_a_deleted_token_is_gone_with_its_sessions_and_its_owner_is_told(
    house: House, desk: Browser, bob: Person
) -> None:
    browser, serial = house.browser(bob), house.serial(bob)
    desk.open(f"/admin/tokens/{serial}/delete")
    desk.submit(confirmed="yes")
    assert path(desk) == page_of(bob)
    assert "The token is deleted." in texts(desk.response)
    assert house.tokens(bob) == ()
    assert house.events("token.", "auth.session") == [
        ("auth.session.ended", True, "factor_removed"),
        ("token.delete", True, ""),
    ]
    browser.open("/account/")
    assert browser.step == "first-factor"
    (mail,) = house.idp.mail.sent
    assert mail["to"] == "bob@example.org"
    assert serial in mail["text"]
    assert "network address" not in mail["text"]


def test_SESS_05_all_sessions_of_a_person_are_ended_after_asking(
    house: House, desk: Browser, bob: Person
) -> None:
    browsers = [house.browser(bob), house.browser(bob)]
    desk.open(page_of(bob))
    desk.submit(act="end-sessions")
    assert "2 browsers are signed in." in texts(desk.response)
    assert len(house.events("auth.session")) == 0
    desk.submit(act="end-sessions", confirmed="yes")
    assert "All sessions are ended." in texts(desk.response)
    assert house.events("auth.session") == [("auth.session.ended", True, "by_administrator")] * 2
    for browser in browsers:
        browser.open("/account/")
        assert browser.step == "first-factor"


def test_a_person_who_has_to_wait_is_said_to_until_when(house: House, desk: Browser, bob: Person) -> None:
    browser = house.idp.browser()
    browser.open("/account/")
    for _ in range(10):
        browser.submit(username="bob", password="not the password")
    page = texts(desk.open(page_of(bob)))
    assert "Bob Builder cannot sign in now" in page
    assert "Too many wrong tries. The next one is possible at 09:01" in page


def test_a_disabled_person_is_said_to_be(house: House, desk: Browser, bob: Person) -> None:
    house.idp.change_person(bob, enabled=False)
    assert "The account is disabled in its directory." in texts(desk.open(page_of(bob)))


def test_ADM_02_a_person_of_another_realm_looks_as_if_there_were_none(house: House, bob: Person) -> None:
    otto = house.browser(house.administrator("otto", Role.ADMINISTRATOR, OTHER_REALM), "/admin/")
    with house.idp.auditing() as rows:
        foreign = otto.open(page_of(bob))
    absent = otto.open(page_of(bob)[:-4])
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.text.replace(page_of(bob), "") == absent.text.replace(page_of(bob)[:-4], "")
    assert [(row.event, row.success, row.reason, row.uid, row.realm) for row in rows] == [
        ("admin.denied", False, "out_of_reach", bob.key.uid, "staff")
    ]


def test_ADM_02_the_right_is_asked_of_the_token_that_is_loaded(house: House, bob: Person) -> None:
    """The serial of a foreign realm under the page of a person whom one looks after."""
    boris = house.student("boris")
    otto = house.browser(house.administrator("otto", Role.ADMINISTRATOR, OTHER_REALM), "/admin/")
    otto.open(page_of(boris))
    before = house.state()
    for act in ("disable", "enable", "reset"):
        otto.open(page_of(boris))
        with house.idp.auditing() as rows:
            otto.submit(act=act, serial=house.serial(bob))
        assert otto.response.status_code == 404
        assert [(row.event, row.reason, row.serial) for row in rows] == [
            ("admin.denied", "out_of_reach", house.serial(bob))
        ]
    for serial in (house.serial(bob), "TOTP00000000"):
        assert otto.open(f"/admin/tokens/{serial}/delete").status_code == 404
    assert house.state() == before
    otto.open(page_of(boris))
    otto.submit(act="disable", serial=house.serial(boris))
    assert not house.tokens(boris)[0].enabled


def test_ADM_02_the_token_of_somebody_else_is_not_changed_on_this_page(
    house: House, desk: Browser, alice: Person, bob: Person
) -> None:
    desk.open(page_of(bob))
    before = house.state()
    desk.submit(act="disable", serial=house.serial(alice))
    assert desk.response.status_code == 404
    assert house.state() == before


@pytest.mark.parametrize("role", [Role.HELP_DESK, Role.ADMINISTRATOR])
def test_ADM_06_the_help_desk_does_not_touch_the_factors_of_an_administrator(
    house: House, role: Role
) -> None:
    ines = house.administrator("ines")
    realms = (OTHER_REALM, "staff") if role is Role.ADMINISTRATOR else ()  # a lesser one of that name
    desk = house.browser(house.administrator("ed", role, *realms), "/admin/")
    page = desk.open(page_of(ines))
    serial, before = house.serial(ines), house.state()
    assert 'name="act"' not in page.text
    assert f"{page_of(ines)}/enrol" not in page.text
    token = csrf_of(house, desk, "ed")
    for act in ("enable", "disable", "reset", "end-sessions"):
        with house.idp.auditing() as rows:
            desk.post(page_of(ines), {"csrf": token, "act": act, "serial": serial, "confirmed": "yes"})
        assert desk.response.status_code == 403, act
        assert [(row.event, row.reason, row.uid) for row in rows] == [
            ("admin.denied", "higher_role", ines.key.uid)
        ]
        assert "This person may administer more than you." in texts(desk.response)
    for where in (f"{page_of(ines)}/enrol", f"{page_of(ines)}/enrol/totp", f"/admin/tokens/{serial}/delete"):
        assert desk.open(where).status_code == 403, where
        assert desk.post(where, {"csrf": token, "confirmed": "yes"}).status_code in (403, 405), where
    assert house.state() == before


def csrf_of(house: House, browser: Browser, login: str) -> str:
    """A token for the forms of this session, from the person's own pages."""
    serial = house.idp.sql("SELECT serial FROM token WHERE uid = :uid", uid=f"id-of-{login}")[0][0]
    browser.open(f"/account/ways/{serial}/rename")
    return browser.csrf


def test_SELF_01_ones_own_tokens_are_changed_on_the_account_pages_only(house: House) -> None:
    ines = house.administrator("ines")
    browser = house.browser(ines, "/admin/")
    token, serial, before = csrf_of(house, browser, "ines"), house.serial(ines), house.state()
    page = browser.open(page_of(ines)).text
    assert 'name="act"' not in page
    for act in ("disable", "reset", "end-sessions"):
        browser.post(page_of(ines), {"csrf": token, "act": act, "serial": serial, "confirmed": "yes"})
        assert path(browser) == "/account/"
    browser.post(f"/admin/tokens/{serial}/delete", {"csrf": token, "confirmed": "yes"})
    assert path(browser) == "/account/"
    browser.open(f"/admin/tokens/{serial}/delete")
    assert path(browser) == "/account/"
    browser.open(f"{page_of(ines)}/enrol")
    assert path(browser) == "/account/add"
    assert house.state() == before


@pytest.mark.parametrize("handle", ["x", "%00", "c3RhZmY", "AAAA", "….", "c3RhZmYAcGVvcGxlAG5vYm9keQ"])
def test_an_address_that_names_nobody_is_not_there(house: House, desk: Browser, handle: str) -> None:
    assert desk.open(f"/admin/users/{handle}").status_code == 404


def test_WEB_02_names_and_descriptions_are_text(house: House, desk: Browser) -> None:
    hostile = '"><script>alert(1)</script>'
    eve = house.idp.person("eve", app=False, email="eve@example.org", display_name=hostile)
    house.enrol(eve.user, description=hostile)
    for where in (page_of(eve), f"/admin/tokens/{house.serial(eve)}/delete", f"{page_of(eve)}/enrol"):
        page = desk.open(where)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert hostile in texts(page)
