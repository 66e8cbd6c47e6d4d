"""/account/sessions: where one is signed in, and signing out there."""

from __future__ import annotations

from tests.http.web.house import House, path, texts
from tests.support.idp import Browser, Person

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"


def ids(house: House) -> set[str]:
    return {row[0] for row in house.state()["sso_session"]}


def handles(browser: Browser) -> list[str]:
    """Of the sessions that the shown page offers to end."""
    return [part.partition('"')[0] for part in browser.response.text.split('name="session" value="')[1:]]


def test_each_browser_is_named_with_what_it_rests_on_this_one_first(house: House, alice: Person) -> None:
    elsewhere = house.idp.browser()
    elsewhere.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    elsewhere.open("/account/")
    elsewhere.sign_in(alice)
    browser = house.browser(alice, "/account/sessions")
    page = texts(browser.response)
    assert page.index("This browser") < page.index("Firefox on Windows")
    assert page.count("password, code") == 2
    assert len(handles(browser)) == 1


def test_SESS_05_one_session_is_ended_at_once_and_audited(house: House, alice: Person) -> None:
    elsewhere = house.browser(alice)
    browser = house.browser(alice, "/account/sessions")
    (handle,) = handles(browser)
    with house.idp.auditing() as rows:
        browser.submit(act="end", session=handle)
    assert "That browser is signed out." in texts(browser.response)
    assert [(row.event, row.success, row.reason, row.subject, row.actor) for row in rows] == [
        ("auth.session.ended", True, "by_owner", "alice", "person:people/id-of-alice")
    ]
    elsewhere.open("/account/")
    assert elsewhere.step == "first-factor"
    browser.open("/account/sessions")
    assert path(browser) == "/account/sessions"


def test_SESS_05_all_others_are_ended_each_with_its_row(house: House, alice: Person, bob: Person) -> None:
    others = [house.browser(alice) for _ in range(3)]
    stranger = house.browser(bob)
    browser = house.browser(alice, "/account/sessions")
    with house.idp.auditing() as rows:
        browser.submit("/account/sessions", act="end-others")
    assert [row.event for row in rows] == ["auth.session.ended"] * 3
    assert len({row.details["session"] for row in rows}) == 3
    assert "You are signed out everywhere else." in texts(browser.response)
    for other in others:
        other.open("/account/")
        assert other.step == "first-factor"
    stranger.open("/account/")
    assert path(stranger) == "/account/"
    assert len(ids(house)) == 2


def test_SELF_03_nobody_elses_session_can_be_ended(house: House, alice: Person, bob: Person) -> None:
    house.browser(bob)
    (foreign,) = ids(house)
    house.browser(alice)
    browser = house.browser(alice, "/account/sessions")
    before = ids(house)
    browser.submit(act="end", session=foreign)
    assert browser.response.status_code == 404
    assert ids(house) == before
    assert "auth.session.ended" not in [event for event, *_ in house.events()]


def test_an_act_that_there_is_not_ends_nothing(house: House, alice: Person) -> None:
    house.browser(alice)
    browser = house.browser(alice, "/account/sessions")
    browser.submit(act="end-all")
    assert browser.response.status_code == 404
    assert len(ids(house)) == 2


def test_a_session_that_is_over_is_not_shown(house: House, alice: Person) -> None:
    house.browser(alice)
    house.idp.clock.advance(3601)
    browser = house.browser(alice, "/account/sessions")
    assert handles(browser) == []
