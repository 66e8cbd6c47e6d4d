"""/account/: a person's own ways to sign in: seen, named, removed."""

from __future__ import annotations

import pytest

from mfa_engine.storage.token import TokenState, change_token
from tests.http.web.house import House, path, texts
from tests.support.idp import Person


def change(house: House, person: Person, **columns: object) -> None:
    """Their first token, as somebody else would."""
    token = house.tokens(person)[0]
    house.idp.services.engine.record(lambda unit: change_token(unit.connection, token.id, dict(columns)))


def test_the_ways_are_listed_safest_first_with_what_can_be_done(house: House, alice: Person) -> None:
    house.idp.policies({"name": "all", "then": {"tokentype": ["totp", "hotp", "email"]}})
    house.enrol(alice.user, "email")
    house.enrol(alice.user, "hotp", description="Blue fob")
    browser = house.browser(alice)
    page = texts(browser.response)
    assert page.index("Code from an app") < page.index("Blue fob") < page.index("a…e@e…e.org")
    assert "You are well prepared" in page
    for token in house.tokens(alice):
        assert f'/account/ways/{token.serial}/remove"' in browser.response.text
    mail = next(token.serial for token in house.tokens(alice) if token.kind == "email")
    assert f"/account/ways/{mail}/rename" not in browser.response.text


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"enabled": False}, "The help desk has disabled it."),
        ({"state": TokenState.REVOKED}, "It was revoked and never works again."),
        ({"state": TokenState.CREATED}, "It was never confirmed with a code."),
    ],
)
def test_what_keeps_a_way_from_working_is_said(
    house: House, alice: Person, columns: dict[str, object], said: str
) -> None:
    house.enrol(alice.user, "hotp")
    browser = house.browser(alice)
    change(house, alice, **columns)
    assert said in texts(browser.open("/account/"))


def test_a_locked_way_says_who_can_help(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    change(house, alice, failures=10)
    page = texts(browser.open("/account/"))
    assert "It is locked after too many wrong codes. The help desk can unlock it." in page
    assert "None of your ways works now" in page


def test_a_way_that_was_not_confirmed_in_time_is_not_shown(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/totp")
    assert "not confirmed" in texts(browser.open("/account/"))
    for _ in range(2):
        house.idp.clock.advance(8 * 60)
        browser.open("/account/")
    assert "not confirmed" not in texts(browser.response)


def test_a_way_gets_the_name_that_its_owner_gives_it(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    serial = house.serial(alice)
    browser.open(f"/account/ways/{serial}/rename")
    with house.idp.auditing() as rows:
        browser.submit(name="  My \u2028 \u202ephone\n ")
    assert path(browser) == "/account/"
    assert "It has its new name." in texts(browser.response)
    assert house.tokens(alice)[0].description == "My phone"
    assert [(row.event, row.serial, row.actor) for row in rows] == [
        ("token.describe", serial, "person:people/id-of-alice")
    ]


@pytest.mark.parametrize(("name", "said"), [(" ", "Give it a name"), ("BLUE fob", "of this name")])
def test_a_name_must_be_one_and_of_one_way_only(house: House, alice: Person, name: str, said: str) -> None:
    house.enrol(alice.user, "hotp", description="Blue fob")
    browser = house.browser(alice)
    browser.open(f"/account/ways/{house.serial(alice)}/rename")
    browser.submit(name=name)
    assert said in browser.response.text
    assert house.tokens(alice)[0].description == ""


def test_removing_asks_first_and_says_what_is_the_last_one(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    where = f"/account/ways/{house.serial(alice)}/remove"
    assert "You have no other way. Set up another one first" in texts(browser.open(where))
    browser.submit()  # without the confirmation
    assert len(house.tokens(alice)) == 1
    house.enrol(alice.user, "hotp")
    assert "You have no other way" not in texts(browser.open(where))


def test_what_is_removed_is_gone_and_its_owner_is_told(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    serial = house.serial(alice)
    browser.open(f"/account/ways/{serial}/remove")
    with house.idp.auditing() as rows:
        browser.submit(confirmed="yes")
    assert path(browser) == "/account/"
    assert "It is removed and does not work any more." in texts(browser.response)
    assert house.tokens(alice) == ()
    assert [(row.event, row.success, row.serial, row.actor) for row in rows] == [
        ("token.delete", True, serial, "person:people/id-of-alice")
    ]
    (mail,) = house.idp.mail.sent
    assert mail["to"] == "alice@example.org"
    assert mail["subject"].startswith("A way to sign in was removed")
    assert serial in mail["text"]
    assert "127.0.0.1" in mail["text"]


def test_SESS_05_a_removed_way_ends_the_other_sessions_that_rest_on_it(
    house: House, alice: Person, bob: Person
) -> None:
    elsewhere, browser, other = house.browser(alice), house.browser(alice), house.browser(bob)
    fob = house.enrol(alice.user, "hotp", description="Blue fob").serial
    browser.open(f"/account/ways/{house.serial(alice)}/remove")
    with house.idp.auditing() as rows:
        browser.submit(confirmed="yes")
    ended = [row for row in rows if row.event == "auth.session.ended"]
    assert [(row.reason, row.subject, row.actor) for row in ended] == [
        ("factor_removed", "alice", "person:people/id-of-alice")
    ]
    assert path(browser) == "/account/"
    elsewhere.open("/account/")
    assert elsewhere.step == "first-factor"
    other.open("/account/")
    assert path(other) == "/account/"
    assert [token.serial for token in house.tokens(alice)] == [fob]


def test_SESS_05_a_session_that_does_not_rest_on_it_goes_on(house: House, alice: Person) -> None:
    elsewhere = house.browser(alice)
    fob = house.enrol(alice.user, "hotp").serial
    browser = house.browser(alice)
    browser.open(f"/account/ways/{fob}/remove")
    browser.submit(confirmed="yes")
    elsewhere.open("/account/")
    assert path(elsewhere) == "/account/"


@pytest.mark.parametrize("act", ["rename", "remove"])
def test_SELF_03_nobody_elses_way_can_be_named(house: House, alice: Person, bob: Person, act: str) -> None:
    browser = house.browser(alice)
    browser.open(f"/account/ways/{house.serial(alice)}/rename")
    token, before, serial = browser.csrf, house.state(), house.serial(bob)
    where = f"/account/ways/{serial}/{act}"
    with house.idp.auditing() as rows:
        browser.post(where, {"csrf": token, "confirmed": "yes", "name": "mine now"})
    assert browser.response.status_code == 404
    foreign = browser.response.text
    assert house.state() == before
    assert [(row.event, row.success, row.serial, row.uid) for row in rows] == [
        ("admin.denied", False, serial, bob.key.uid)
    ]
    browser.post(f"/account/ways/TOTP00000000/{act}", {"csrf": token, "confirmed": "yes"})
    assert (browser.response.status_code, browser.response.text) == (404, foreign)


def test_WEB_02_a_name_is_text_and_nothing_else(house: House, alice: Person) -> None:
    hostile = "<script>alert(1)</script>\"'&{{7*7}}"
    house.idp.change_person(alice, attributes={"display_name": [hostile], "email": ["alice@example.org"]})
    browser = house.browser(alice)
    browser.open(f"/account/ways/{house.serial(alice)}/rename")
    browser.submit(name=hostile)
    for where in ("/account/", f"/account/ways/{house.serial(alice)}/rename", "/account/sessions"):
        page = browser.open(where).text
        assert "<script>alert" not in page
        assert "49" not in page.partition("<main")[2].partition("</main>")[0].replace("0:49", "")
    assert hostile in texts(browser.open("/account/"))
