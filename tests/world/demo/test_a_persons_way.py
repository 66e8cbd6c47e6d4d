"""A person's way through the demonstration, in Chromium: `make run` as the README promises it."""

from base64 import b32decode
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests
from playwright.sync_api import expect

from tests.support.screenshots import screenshots
from tests.support.signing_in import give_code, give_password, key_on, set_up_app

MFA = "https://refeds.org/profile/mfa"
POST = """([address, fields]) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = address;
    for (const [name, value] of fields) {
        const input = document.createElement("input");
        [input.name, input.value] = [name, value];
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""


def sign_in_to(page, place):
    page.goto(f"{place}/")
    page.get_by_role("link", name="Sign in", exact=True).click()


def test_a_person_enrols_an_app_on_the_way_to_the_portal_and_the_app_then_needs_nothing_more(demo, page):
    sign_in_to(page, demo.portal)
    assert page.url.startswith(f"{demo.doorward}/login/")
    screenshots(page, "demo-sign-in")
    give_password(page, demo.login, demo.password)
    secret = set_up_app(page)

    expect(page.locator("#name")).to_have_text("Alice Adams")
    expect(page.locator("#email")).to_have_text("alice@riverside.example")
    expect(page.locator("#context")).to_have_text(MFA)
    assert page.url == f"{demo.portal}/"

    sign_in_to(page, demo.app)
    expect(page.locator("#name")).to_have_text("Alice Adams")
    expect(page.locator("#email")).to_have_text("alice@riverside.example")
    expect(page.locator("#acr")).to_have_text(MFA)
    expect(page.locator("#amr .chip")).to_have_text(["mfa", "otp", "pwd"])
    assert page.url == f"{demo.app}/"

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")

    sign_in_to(page, demo.app)
    give_password(page, demo.login, demo.password)
    give_code(page, secret)
    expect(page.locator("#acr")).to_have_text(MFA)


def test_the_portal_gets_two_steps_a_fresh_sign_in_and_the_end_of_the_session_when_it_asks(demo, page):
    sign_in_to(page, demo.portal)
    give_password(page, demo.login, demo.password)
    secret = set_up_app(page)
    signed_in_at = page.locator("#signed-in-at").get_attribute("datetime")

    with page.expect_navigation(url=f"{demo.portal}/"):
        page.get_by_role("link", name="Sign in with two steps").click()
    expect(page.locator("#context")).to_have_text(MFA)
    assert page.locator("#signed-in-at").get_attribute("datetime") == signed_in_at

    page.get_by_role("link", name="Sign in and be asked again").click()
    give_password(page, demo.login, demo.password)
    with page.expect_navigation(url=f"{demo.portal}/"):
        give_code(page, secret)
    expect(page.locator("#context")).to_have_text(MFA)
    assert page.locator("#signed-in-at").get_attribute("datetime") > signed_in_at

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    assert page.url == f"{demo.portal}/signed-out"
    sign_in_to(page, demo.app)
    expect(page.get_by_role("textbox", name="Password")).to_be_visible()


def test_SESS_03_single_sign_on_works_for_a_request_that_another_site_posts(demo, page):
    sign_in_to(page, demo.portal)
    give_password(page, demo.login, demo.password)
    set_up_app(page)
    expect(page.locator("#name")).to_be_visible()
    cookies = [it for it in page.context.cookies(demo.doorward) if it["name"] == "dw_session"]
    assert [it["sameSite"] for it in cookies] == ["Lax"]

    begun = requests.get(f"http://127.0.0.1:{demo.port + 2}/login", allow_redirects=False, timeout=10)
    (cookie,) = begun.cookies
    page.context.add_cookies([{"name": cookie.name, "value": cookie.value, "url": demo.app}])
    address, _, query = begun.headers["Location"].partition("?")
    page.evaluate(POST, [address, parse_qsl(query)])  # from the portal's site: no Lax cookie goes with it
    expect(page.locator("#acr")).to_have_text(MFA)
    assert page.url == f"{demo.app}/"


def test_ADM_07_the_printed_link_makes_one_administrator_who_has_a_second_factor(demo, page):
    page.goto(demo.admin_link)
    give_password(page, demo.login, demo.password)
    set_up_app(page)
    page.get_by_role("button", name="Become the administrator").click()
    page.wait_for_url(f"{demo.doorward}/admin/**")
    assert page.goto(f"{demo.doorward}/admin/").status == 200

    assert page.goto(demo.admin_link).status == 404


def key_in(otpauth):
    (secret,) = parse_qs(urlsplit(otpauth).query)["secret"]
    return b32decode(secret + "=" * (-len(secret) % 8))


def test_a_telephone_can_set_up_its_own_app(demo, visits):
    page = visits.page("narrow")
    sign_in_to(page, demo.portal)
    give_password(page, demo.login, demo.password)
    page.get_by_role("link", name="Code from an app").click()
    screenshots(page, "demo-enrol")
    link = page.get_by_text("Add it to an app on this phone")
    assert key_on(page) == key_in(link.get_attribute("href"))
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
