"""No form that we did not send to this very session changes anything (WEB-01)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from werkzeug.routing import Rule

from idp.pages import csrf
from idp.web.blueprint import ROUTES
from tests.http.web.house import House, page_of, partner_metadata
from tests.support.idp import Browser, Person

HARM = {
    "act": "end-others",
    "confirmed": "yes",
    "answer": "yes",
    "name": "made by a test",
    "id": "radius",
    "redirect_uris": "https://app.example.org/cb",
    "networks": "192.0.2.0/24",
    "right": "token:list",
    "metadata": partner_metadata("https://new.example.org/metadata"),
}


@pytest.fixture
def ines(house: House) -> Person:
    """An administrator, to whom every form is open."""
    return house.administrator("ines")


def posts(house: House) -> list[Rule]:
    """Every rule of the URL map that takes a form of ours."""
    rules = [rule for rule in house.idp.app.url_map.iter_rules() if rule.endpoint.startswith("web.")]
    return [rule for rule in rules if "POST" in (rule.methods or ())]


def address(house: House, rule: Rule, own: Person, other: Person) -> str:
    serial = house.serial(own if rule.rule.startswith("/account") else other)
    return (
        rule.rule.replace("/admin/users/<handle>", page_of(other))
        .replace("<kind>", "totp")
        .replace("<serial>", serial)
        .replace("<ticket>", "TOTP00000000.none")
        .replace("<link>", "none")
    )


def post(browser: Browser, address: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> int:
    answer = browser.client.post(address, base_url=browser.idp.base, data=dict(fields), headers=dict(headers))
    return answer.status_code


def form_token(house: House, browser: Browser, who: Person) -> str:
    browser.open(f"/account/ways/{house.serial(who)}/rename")
    return browser.csrf


def test_the_url_map_has_a_form_for_every_route_that_says_so(house: House) -> None:
    assert {rule.rule for rule in posts(house)} == {
        "/logout",
        *(route.path for route in ROUTES if route.submit),
    }


def test_WEB_01_a_form_without_the_token_of_this_session_is_refused_everywhere(
    house: House, ines: Person, bob: Person
) -> None:
    browser, elsewhere = house.browser(ines), house.browser(bob)
    foreign = form_token(house, elsewhere, bob)
    form_token(house, browser, ines)
    key = house.idp.services.keyring.key("csrf", 1)
    login_token = csrf.issue(key, b"login:of-another-transaction")
    before, ours = house.state(), {"Origin": house.idp.base}
    for rule in posts(house):
        where = address(house, rule, ines, bob)
        with house.idp.auditing() as rows:
            for token in ("", "nonsense", foreign, login_token):
                assert post(browser, where, {**HARM, "csrf": token}, ours) == 403, (rule.rule, token)
        assert rows == []
    assert house.state() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.net"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://idp.example.org.evil.example.net"},
        {"Origin": "https://idp.example.org", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_WEB_01_a_form_from_somebody_elses_page_is_refused_even_with_our_token(
    house: House, ines: Person, bob: Person, headers: dict[str, str]
) -> None:
    browser = house.browser(ines)
    token, before = form_token(house, browser, ines), house.state()
    for rule in posts(house):
        where = address(house, rule, ines, bob)
        assert post(browser, where, {**HARM, "csrf": token}, headers) == 403, rule.rule
    assert house.state() == before


@pytest.mark.parametrize("kind", ["text/plain", "application/json"])
def test_WEB_01_a_body_that_is_no_form_has_no_token(
    house: House, ines: Person, bob: Person, kind: str
) -> None:
    browser = house.browser(ines)
    token, before = form_token(house, browser, ines), house.state()
    for rule in posts(house):
        answer = browser.client.post(
            address(house, rule, ines, bob),
            base_url=house.idp.base,
            data=f"csrf={token}&act=end-others&confirmed=yes",
            content_type=kind,
            headers={"Origin": house.idp.base},
        )
        assert answer.status_code == 403, rule.rule
    assert house.state() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_WEB_01_no_method_is_another_one_in_disguise(house: House, ines: Person, method: str) -> None:
    browser = house.browser(ines)
    token, before = form_token(house, browser, ines), house.state()
    fields = {**HARM, "csrf": token, "_method": method, "X-HTTP-Method-Override": method}
    answer = browser.client.open(
        "/account/sessions",
        method=method,
        base_url=house.idp.base,
        data=fields,
        headers={"Origin": house.idp.base},
    )
    assert answer.status_code == 405
    override = {"Origin": house.idp.base, "X-HTTP-Method-Override": "POST"}
    shown = browser.client.get(
        f"/account/sessions?act=end-others&csrf={token}", base_url=house.idp.base, headers=override
    )
    assert shown.status_code == 200
    assert house.state() == before
