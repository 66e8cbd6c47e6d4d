"""/admin/first/<link>: the first administrator."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idp.rights.first_administrator import make_link
from tests.http.web.house import House, path, texts
from tests.support.idp import Person


@pytest.fixture
def link(house: House) -> str:
    """The address of the one-time link."""
    made = make_link(house.idp.services.engine, house.idp.origin)
    return f"/admin/first/{made.value}"


def administrators(house: House) -> list[object]:
    return house.state()["administrator"]


def test_ADM_07_the_link_makes_whoever_signs_in_by_it_the_first_administrator(
    house: House, link: str, alice: Person
) -> None:
    browser = house.idp.browser()
    browser.open(link)
    browser.sign_in(alice)
    assert path(browser) == "/admin/first"
    assert "You are signed in as alice." in browser.response.text.replace("<b>", "").replace("</b>", "")
    assert administrators(house) == []
    with house.idp.auditing() as rows:
        browser.submit(answer="yes")
    assert path(browser) == "/admin/"
    assert administrators(house) == [("id-of-alice", "administrator")]
    assert [(row.event, row.success, row.reason, row.actor) for row in rows] == [
        ("admin.administrator.add", True, "first_administrator", "person:people/id-of-alice")
    ]


def test_ADM_07_looking_at_the_link_changes_nothing(house: House, link: str, alice: Person) -> None:
    browser = house.browser(alice, link)
    for _ in range(3):
        browser.open(link)
    browser.submit()
    browser.submit(answer="no")
    assert administrators(house) == []
    assert browser.open("/admin/").status_code == 404
    browser.open(link)
    browser.submit(answer="yes")
    assert len(administrators(house)) == 1


def test_ADM_07_a_password_alone_makes_no_administrator(house: House, link: str, alice: Person) -> None:
    house.idp.policies({"name": "easy", "then": {"second_factor": "not_required"}})
    browser = house.idp.browser()
    browser.open("/account/")
    browser.submit(username=alice.login, password=alice.password)
    assert path(browser) == "/account/"
    browser.open(link)
    assert browser.step == "second-factor"
    token = browser.csrf
    browser.post("/admin/first", {"csrf": token, "answer": "yes"})
    assert browser.response.status_code in (200, 403)
    assert administrators(house) == []


def test_ADM_07_somebody_without_a_second_factor_enrols_one_on_the_way_where_policy_lets_them(
    house: House, link: str
) -> None:
    carol = house.idp.person("carol", app=False)
    browser = house.idp.browser()
    browser.open(link)
    browser.submit(username=carol.login, password=carol.password)
    assert browser.response.status_code == 403
    house.idp.policies({"name": "first", "then": {"first_enrolment_by_password": True}})
    browser.open(link)
    browser.submit(username=carol.login, password=carol.password)
    assert browser.step == "enrol"


def test_ADM_07_the_link_works_once_and_for_nobody_else(
    house: House, link: str, alice: Person, bob: Person
) -> None:
    other = house.browser(bob, link)
    browser = house.browser(alice, link)
    browser.submit(answer="yes")
    other.submit(answer="yes")
    assert other.response.status_code == 404
    assert "This link does not work any more" in texts(other.response)
    assert administrators(house) == [("id-of-alice", "administrator")]
    assert browser.open(link).status_code == 404


def test_ADM_07_KEY_01_the_link_is_stored_nowhere_while_somebody_signs_in_by_it(
    house: House, link: str, alice: Person
) -> None:
    value = link.rpartition("/")[2]
    browser = house.idp.browser()
    browser.open(link)
    assert value not in browser.at
    for _ in range(3):
        stored = house.idp.sql("SELECT document FROM login_transaction")
        assert stored
        assert value not in f"{stored} {house.idp.sql('SELECT * FROM one_time')}"
        browser.submit(username=alice.login, password=alice.password, code="000000")
    stranger = house.browser(alice)  # without the link
    assert stranger.open("/admin/first").status_code == 404


def test_ADM_07_a_new_link_makes_those_before_worthless(house: House, link: str, alice: Person) -> None:
    newer = make_link(house.idp.services.engine, house.idp.origin)
    assert house.browser(alice, link).response.status_code == 404
    assert house.browser(alice, f"/admin/first/{newer.value}").response.status_code == 200


@pytest.mark.parametrize(("after", "good"), [(timedelta(hours=23), True), (timedelta(hours=24), False)])
def test_ADM_07_the_link_is_good_for_a_day(
    house: House, link: str, alice: Person, after: timedelta, good: bool
) -> None:
    house.idp.clock.advance(after - timedelta(seconds=30) if not good else after)
    browser = house.browser(alice, link)
    assert ("Become the first administrator" in browser.response.text) is good
    assert browser.response.status_code == (200 if good else 404)


def test_ADM_07_where_somebody_administers_no_link_is_good(house: House, link: str, alice: Person) -> None:
    house.administrator("ines")
    browser = house.browser(alice, link)
    assert browser.response.status_code == 404
