"""Every door to a session, with a password alone, where policy wants two factors (invariant 1)."""

import pytest

from tests.support.idp import open_idp
from tests.support.relying_party import register_app
from tests.threats.doors import DOORS, STEPS, gained, requests_to_every_route

every_door = pytest.mark.parametrize("door", DOORS)


@pytest.fixture
def browser(idp):
    return idp.browser()


def give_password(browser, person):
    return browser.submit(username=person.login, password=person.password)


def handle_of(browser):
    return browser.at.split("/")[2]


def has_session(browser):
    return browser.cookie("dw_session") is not None


def signs_in(doors, browser, person, door):
    """The same door, by somebody who has both factors: what the walk before was kept from."""
    before = gained(doors.idp)
    doors.open(door, browser)
    browser.sign_in(person)
    assert has_session(browser)
    return gained(doors.idp, before)


@every_door
def test_AUTH_02_a_password_alone_opens_no_door(doors, victim, browser, door):
    before = gained(doors.idp)
    doors.open(door, browser)
    assert browser.step == "first-factor"
    give_password(browser, victim)
    assert browser.step == "second-factor"
    for again in DOORS:
        doors.open(again, browser)
        assert browser.step == "first-factor"
    assert not gained(doors.idp, before)
    assert not has_session(browser)
    assert signs_in(doors, browser, victim, door)


@every_door
def test_AUTH_02_who_has_no_second_factor_and_may_not_set_one_up_gets_in_nowhere(doors, browser, door):
    bob = doors.idp.person("bob", app=False)
    before = gained(doors.idp)
    doors.open(door, browser)
    with doors.idp.auditing() as rows:
        give_password(browser, bob)
    assert not gained(doors.idp, before)
    assert not has_session(browser)
    assert [row.event for row in rows if not row.success]


@every_door
def test_AUTH_01_AUTH_02_no_route_gives_anything_to_a_login_that_has_a_password_only(
    doors, alice, browser, door
):
    doors.open(door, browser)
    give_password(browser, alice)
    handle, csrf = handle_of(browser), browser.csrf
    everything = {"csrf": csrf, "code": "000000", "credential": "{}", "answer": "yes", "again": "change"}
    credentials = {"username": alice.login, "password": alice.password, "user": alice.login, "pass": "000000"}
    before = gained(doors.idp)
    walked = 0
    for method, address in requests_to_every_route(doors.idp, handle):
        if address.endswith("/start-over"):
            continue
        answer = browser.client.open(
            address,
            method=method,
            base_url=doors.idp.base,
            data=everything | credentials if method != "GET" else None,
            headers={"Origin": doors.idp.base},
        )
        assert answer.status_code < 500, f"{method} {address}"
        assert not has_session(browser), f"{method} {address}"
        walked += 1
    assert walked > len(list(doors.idp.app.url_map.iter_rules()))
    assert not gained(doors.idp, before)


def test_AUTH_02_the_wire_gives_a_person_no_token_for_a_password(doors, alice):
    answer = doors.idp.app.test_client().post(
        "/auth", base_url=doors.idp.base, data={"username": alice.login, "password": alice.password}
    )
    assert answer.status_code == 200
    assert answer.json["result"]["value"] is False
    assert answer.json["result"]["authentication"] == "CHALLENGE"
    assert "token" not in answer.text.replace("transaction", "")


@every_door
def test_AUTH_02_what_was_enough_for_a_weak_application_opens_no_other_door(doors, alice, browser, door):
    weak = register_app(doors.idp, "weak")
    doors.idp.policies(
        {"name": "weak", "when": {"application": ["oidc:weak"]}, "then": {"second_factor": "not_required"}}
    )
    browser.open(weak.request())
    give_password(browser, alice)
    assert weak.received(browser.destination)["code"]
    assert has_session(browser)
    before = gained(doors.idp)
    doors.open(door, browser)
    assert browser.step == "second-factor"
    assert not gained(doors.idp, before)


@every_door
def test_AUTH_01_a_password_proven_in_one_tab_is_not_proven_in_another(doors, alice, browser, door):
    doors.open("openid connect", browser)
    first = browser.at
    doors.open(door, browser)
    second = browser.at
    browser.open(first)
    give_password(browser, alice)
    browser.open(second.replace("first-factor", "second-factor"))
    assert (browser.at, browser.step) == (second, "first-factor")


@every_door
def test_AUTH_01_a_later_step_that_is_opened_first_leads_back_to_the_password(doors, alice, browser, door):
    doors.open(door, browser)
    here = browser.at
    for step in STEPS:
        browser.open(here.replace("first-factor", step))
        assert browser.at == here
        browser.submit(here.replace("first-factor", step), code=alice.code())
        assert browser.at == here
    assert not has_session(browser)


def test_AUTH_01_a_code_that_is_posted_before_the_password_is_not_even_looked_at(doors, alice, browser):
    doors.open("openid connect", browser)
    code = alice.code()
    browser.submit(browser.at.replace("first-factor", "second-factor"), code=code)
    give_password(browser, alice)
    browser.submit(code=code)
    assert doors.app.received(browser.destination)["code"]


@every_door
def test_AUTH_01_the_pages_of_a_finished_login_are_good_for_nothing(doors, alice, browser, door):
    doors.open(door, browser)
    router = browser.at.replace("first-factor", "")
    give_password(browser, alice)
    page, csrf, code = browser.at, browser.csrf, alice.code()
    browser.post(page, {"csrf": csrf, "code": code})
    assert has_session(browser)
    browser.client.delete_cookie("__Host-dw_session", domain="idp.example.org")
    before = gained(doors.idp)
    for address in (router, page):
        assert browser.open(address).status_code in (400, 404, 410)
    assert browser.post(page, {"csrf": csrf, "code": code}).status_code in (400, 404, 410)
    assert browser.post(page, {"csrf": csrf, "code": alice.code()}).status_code in (400, 404, 410)
    assert not gained(doors.idp, before)
    assert not has_session(browser)


@every_door
def test_AUTH_01_a_restart_in_mid_flow_forgets_nothing_and_gives_nothing(doors, alice, browser, door):
    doors.open(door, browser)
    give_password(browser, alice)
    before = gained(doors.idp)
    restarted = open_idp(str(doors.idp.database.url), clock=doors.idp.clock)
    try:
        browser.client = moved(browser.client, restarted)
        browser.open(browser.at.replace("second-factor", ""))
        assert browser.step == "second-factor"
        assert not gained(doors.idp, before)
        browser.submit(code=alice.code())
        assert has_session(browser)
    finally:
        restarted.close()


def moved(client, restarted):
    """The same browser, with its cookies, at the server that was started again."""
    other = restarted.app.test_client()
    other._cookies = client._cookies
    return other


@every_door
def test_AUTH_01_another_browser_can_do_nothing_with_the_address_of_a_login(doors, alice, browser, door):
    doors.open(door, browser)
    give_password(browser, alice)
    thief = doors.idp.browser()
    doors.open("openid connect", thief)
    before = gained(doors.idp)
    for step in ("", *STEPS):
        assert thief.open(f"/login/{handle_of(browser)}/{step}").status_code == 400
        posted = thief.post(f"/login/{handle_of(browser)}/{step}", {"csrf": browser.csrf, "code": "1"})
        assert posted.status_code in (400, 405)
    assert not gained(doors.idp, before)


def test_AUTH_02_a_person_with_a_factor_sets_up_no_other_one_by_a_password(doors, alice, browser):
    doors.idp.policies(
        {
            "name": "easy",
            "then": {"first_enrolment_by_password": True, "enroll_via_multichallenge": ["totp", "webauthn"]},
        }
    )
    doors.open("openid connect", browser)
    give_password(browser, alice)
    before = gained(doors.idp)
    for kind in ("", "/totp", "/webauthn"):
        browser.open(browser.at.replace("second-factor", f"enrol{kind}"))
        assert browser.step == "second-factor"
    assert not gained(doors.idp, before)
