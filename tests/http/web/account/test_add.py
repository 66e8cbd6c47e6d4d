"""/account/add: another way to sign in."""

from __future__ import annotations

import base64
import json
from typing import Any

import pyotp
import pytest

from tests.http.web.house import House, path, texts
from tests.support.idp import Browser, Person
from tests.unit.mfa_engine.algorithms.soft_authenticator import SoftAuthenticator

FIRST_BY_PASSWORD = {
    "name": "easy",
    "then": {"second_factor": "not_required", "first_enrolment_by_password": True},
}


def secret_shown(browser: Browser) -> str:
    return browser.find(r"secret=([A-Z2-7]+)")


def code_of(house: House, secret: str) -> str:
    return pyotp.TOTP(secret).at(house.idp.clock.now)


def options(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(browser.find(r'data-options="([^"]+)"'))
    return found


def registered(browser: Browser, key: SoftAuthenticator) -> str:
    """What a browser posts once the key has answered the shown options."""
    shown = options(browser)
    challenge = base64.urlsafe_b64decode(shown["challenge"] + "==")
    data = key.registration_data(rp_id=shown["rp"]["id"])
    return json.dumps(key.create(challenge, data, origin="https://idp.example.org"))


def kinds(house: House, person: Person) -> list[str]:
    return [token.kind for token in house.tokens(person) if token.state == "enrolled"]


def test_an_app_is_added_by_its_first_code_and_its_owner_is_told(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/totp")
    secret = secret_shown(browser)
    with house.idp.auditing() as rows:
        browser.submit(code=code_of(house, secret), name="Pixel 8")
    assert path(browser) == "/account/"
    assert "The new way to sign in works from now on." in texts(browser.response)
    added = house.tokens(alice)[1]
    assert (added.description, added.state) == ("Pixel 8", "enrolled")
    assert [(row.event, row.success, row.serial) for row in rows] == [("token.prove", True, added.serial)]
    (mail,) = house.idp.mail.sent
    assert mail["to"] == "alice@example.org"
    assert "Pixel 8" in mail["text"]


def test_a_reload_shows_the_same_app_and_not_another(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/totp")
    secret = secret_shown(browser)
    browser.open(browser.at)
    assert secret_shown(browser) == secret
    assert len(house.tokens(alice)) == 2


def test_a_wrong_code_may_be_tried_again_and_the_name_is_kept(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/totp")
    secret = secret_shown(browser)
    browser.submit(code="000000", name="Pixel 8")
    assert "This code does not fit the key." in texts(browser.response)
    assert 'value="Pixel 8"' in browser.response.text
    assert secret_shown(browser) == secret
    browser.submit(code=code_of(house, secret), name="Pixel 8")
    assert kinds(house, alice) == ["totp", "totp"]


def test_a_name_is_asked_for_before_the_code_is_spent(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/totp")
    secret = secret_shown(browser)
    code = code_of(house, secret)
    browser.submit(code=code, name=" ")
    assert "Give it a name" in texts(browser.response)
    browser.submit(code=code, name="Pixel 8")
    assert path(browser) == "/account/"


def test_OTP_09_after_ten_wrong_codes_it_begins_anew_with_another_key(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/totp")
    first, begun = secret_shown(browser), browser.at
    for _ in range(10):
        browser.submit(begun, code="000000", name="Pixel 8")
    assert browser.at != begun
    assert "This code does not fit the key." in texts(browser.response)
    assert secret_shown(browser) != first
    assert kinds(house, alice) == ["totp"]


def test_a_security_key_is_added(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/webauthn")
    browser.submit(credential=registered(browser, SoftAuthenticator()), name="Blue key")
    assert path(browser) == "/account/"
    assert kinds(house, alice) == ["totp", "webauthn"]
    assert "Safest" in texts(browser.response)


def test_FIDO_01_each_time_it_is_shown_a_key_gets_another_challenge_and_the_old_one_is_dead(
    house: House, alice: Person
) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/webauthn")
    old = registered(browser, SoftAuthenticator())
    browser.open(browser.at)
    assert len(house.tokens(alice)) == 2
    browser.submit(credential=old, name="Blue key")
    assert "Your security key was not used." in texts(browser.response)
    assert kinds(house, alice) == ["totp"]


def test_a_key_that_is_known_is_told_so(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    for _ in range(2):
        browser.open("/account/add/webauthn")
        browser.submit(credential=registered(browser, SoftAuthenticator()), name="Blue key")
        if path(browser) != "/account/":
            browser.submit(credential=registered(browser, SoftAuthenticator()), name="Again")
    assert "This key is set up already." in texts(browser.response)
    assert kinds(house, alice) == ["totp", "webauthn"]


def test_codes_by_mail_are_added_by_the_first_code_that_was_sent(house: House, alice: Person) -> None:
    house.idp.policies({"name": "mail", "then": {"tokentype": ["totp", "email"]}})
    browser = house.browser(alice)
    browser.open("/account/add/email")
    browser.submit(send="1")
    browser.submit(send="1")
    assert "You can send the next code" in texts(browser.response)
    assert browser.response.status_code == 429
    (sent,) = house.idp.mail.sent
    code = next(word for word in sent["text"].split() if word.isdigit() and len(word) == 6)
    browser.submit(code="000000" if code != "000000" else "111111")
    assert "This code is not right." in texts(browser.response)
    browser.submit(code=code)
    assert path(browser) == "/account/"
    assert kinds(house, alice) == ["totp", "email"]
    assert "a…e@e…e.org" in house.idp.mail.sent[-1]["text"]


def test_SELF_02_a_password_alone_adds_the_first_way_only_where_policy_says_so(
    house: House, idp: Any
) -> None:
    carol = house.idp.person("carol", app=False, email="carol@example.org")
    house.idp.policies({"name": "easy", "then": {"second_factor": "not_required"}})
    browser = house.idp.browser()
    browser.open("/account/add")
    browser.submit(username=carol.login, password=carol.password)
    assert path(browser) == "/account/add"
    assert "/account/add/totp" not in browser.response.text
    browser.open("/account/add/totp")
    assert path(browser) == "/account/add"
    assert house.tokens(carol) == ()
    house.idp.policies(FIRST_BY_PASSWORD)
    browser.open("/account/add/totp")
    browser.submit(code=code_of(house, secret_shown(browser)), name="Pixel 8")
    assert kinds(house, carol) == ["totp"]
    assert house.idp.mail.sent[-1]["to"] == "carol@example.org"


def test_SELF_02_the_second_way_takes_the_first_even_where_the_first_took_a_password(
    house: House, alice: Person
) -> None:
    house.idp.policies(FIRST_BY_PASSWORD)
    browser = house.idp.browser()
    browser.open("/account/")
    browser.submit(username=alice.login, password=alice.password)
    assert path(browser) == "/account/"
    browser.open("/account/add/totp")
    assert browser.step == "second-factor"
    assert len(house.tokens(alice)) == 1


def test_SELF_02_a_code_by_mail_opens_no_way_to_add_a_factor(house: House) -> None:
    """It proves nothing that one has."""
    house.idp.policies({"name": "mail", "then": {"tokentype": ["totp", "email"]}})
    carol = house.idp.person("carol", app=False, email="carol@example.org")
    house.enrol(carol.user, "email")
    browser = house.idp.browser()
    browser.open("/account/add")
    browser.submit(username=carol.login, password=carol.password)
    browser.submit(send="1")
    code = next(word for word in house.idp.mail.sent[-1]["text"].split() if word.isdigit())
    browser.submit(code=code)
    assert path(browser) == "/account/add"
    assert "/account/add/totp" not in browser.response.text
    browser.open("/account/add/totp")
    assert path(browser) == "/account/add"
    assert [token.kind for token in house.tokens(carol)] == ["email"]


def test_SELF_02_whoever_has_just_removed_the_last_way_may_replace_it_for_five_minutes(
    house: House, alice: Person
) -> None:
    house.idp.policies({"name": "easy", "then": {"second_factor": "not_required"}})
    browser = house.browser(alice)
    browser.open(f"/account/ways/{house.serial(alice)}/remove")
    browser.sign_in(alice)
    browser.submit(confirmed="yes")
    browser.open("/account/add")
    assert "/account/add/totp" in browser.response.text
    house.idp.clock.advance(301)
    browser.open("/account/add")
    browser.sign_in(alice)
    assert path(browser) == "/account/add"
    assert "/account/add/totp" not in browser.response.text


def test_as_many_as_policy_allows_and_not_one_more(house: House, alice: Person) -> None:
    house.idp.policies({"name": "few", "then": {"max_token_per_user": 2}})
    browser = house.browser(alice)
    browser.open("/account/add/totp")
    browser.open("/account/add")
    assert "You already have as many as are allowed." in texts(browser.response)
    browser.open("/account/add/totp")
    assert path(browser) == "/account/add"
    assert len(house.tokens(alice)) == 2


@pytest.mark.parametrize("whose", ["another session of hers", "somebody else"])
def test_SELF_03_a_key_is_shown_to_the_session_that_made_it_and_to_no_other(
    house: House, alice: Person, bob: Person, whose: str
) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/totp")
    where, secret = browser.at, secret_shown(browser)
    other = house.browser(alice if whose.startswith("another") else bob)
    with house.idp.auditing() as rows:
        answer = other.open(where)
    assert (answer.status_code, secret in answer.text) == (404, False)
    assert rows == []
    other.open("/account/add/totp")
    other.submit(where, code=code_of(house, secret), name="Mine")
    assert other.response.status_code == 404
    assert browser.open(where).headers["Cache-Control"] == "no-store"
    assert secret_shown(browser) == secret


def test_SELF_03_after_the_proof_nobody_sees_the_key_again(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/totp")
    where, secret = browser.at, secret_shown(browser)
    browser.submit(code=code_of(house, secret), name="Pixel 8")
    for address in (where, "/account/", "/account/sessions", "/account/add"):
        assert secret not in browser.open(address).text
    assert path(browser) == "/account/add"


def test_a_sign_in_asked_for_in_the_middle_leads_back_to_the_same_key(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/totp")
    where, secret = browser.at, secret_shown(browser)
    house.idp.clock.advance(360)
    browser.submit(code=code_of(house, secret), name="Pixel 8")
    assert browser.step == "first-factor"
    browser.sign_in(alice)
    assert browser.at == where
    browser.submit(code=code_of(house, secret), name="Pixel 8")
    assert kinds(house, alice) == ["totp", "totp"]


def test_a_link_on_somebody_elses_site_makes_no_token(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/totp", **{"Sec-Fetch-Site": "cross-site"})
    assert path(browser) == "/account/add"
    assert len(house.tokens(alice)) == 1


def test_a_kind_that_there_is_not_leads_back_to_the_choice(house: House, alice: Person) -> None:
    browser = house.browser(alice)
    browser.open("/account/add/none")
    assert path(browser) == "/account/add"
    assert browser.open("/account/add/none/TOTP0000.x").status_code == 404
