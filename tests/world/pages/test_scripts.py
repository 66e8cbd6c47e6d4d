"""What the scripts add, and that everything but security keys works without them."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Complaints, Visits
from tests.unit.idp.pages.samples import CREATION_OPTIONS, CSRF, KEY_SETUP, REQUEST_OPTIONS
from tests.world.pages.conftest import Application, Shown

WITHOUT = {"java_script_enabled": False}


@pytest.mark.parametrize("options", [{}, WITHOUT], ids=["with scripts", "without"])
def test_a_password_and_a_code_are_posted(visits: Visits, shown: Shown, options: dict[str, bool]) -> None:
    page = visits.page(**options)
    page.goto(shown.url("first-factor"))
    page.get_by_label("User name or e-mail").fill("alice")
    page.get_by_label("Password", exact=True).fill("a few words in a row")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posted")
    page.goto(shown.url("code"))
    page.get_by_label("6-digit code").fill("123 456")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/posted")
    assert shown.posted == [
        {"csrf": CSRF, "username": "alice", "password": "a few words in a row"},
        {"csrf": CSRF, "code": "123 456"},
    ]


@pytest.mark.parametrize(
    ("name", "button", "posted"),
    [
        ("mail-code", "Send the code", {"send": "1"}),
        ("mail-code-sent", "Send a new code", {"send": "1"}),
        ("consent", "Do not share", {"answer": "no", "again": "change"}),
        ("logout", "Sign out", {"answer": "yes"}),
        ("account-sessions", "Sign out Safari on iPhone", {"act": "end", "session": "s2"}),
        ("account-sessions", "Sign out everywhere else", {"act": "end-others"}),
        ("account-remove", "Remove it", {"confirmed": "yes"}),
        ("admin-person", "Reset the counter TOTP0012A4F0", {"act": "reset", "serial": "TOTP0012A4F0"}),
        ("admin-person", "Enable TOTP0012A4F2", {"act": "enable", "serial": "TOTP0012A4F2"}),
        ("admin-delete-token", "Delete the token", {"confirmed": "yes", "serial": "TOTP0012A4F0"}),
        ("admin-enrol-app", "Hand over without a code", {"act": "skip"}),
        ("admin-partners", "Enable Old Shop", {"act": "enable", "id": "https://old.example/sp"}),
    ],
)
def test_each_button_posts_its_act_without_scripts(
    visits: Visits, shown: Shown, name: str, button: str, posted: dict[str, str]
) -> None:
    page = visits.page(**WITHOUT)
    page.goto(shown.url(name))
    page.get_by_role("button", name=button, exact=name != "mail-code-sent").click()
    page.wait_for_url("**/posted")
    assert shown.posted == [{"csrf": CSRF, **posted}]


def test_a_password_can_be_shown_and_is_hidden_again_when_it_is_sent(page: Page, shown: Shown) -> None:
    page.goto(shown.url("first-factor"))
    password = page.locator("#password")
    page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    expect(password).to_be_focused()
    page.get_by_role("button", name="Hide password").click()
    expect(password).to_have_attribute("type", "password")


def test_a_second_press_sends_nothing(page: Page, shown: Shown) -> None:
    page.goto(shown.url("first-factor"))
    page.evaluate(
        """() => { document.querySelector('form').addEventListener('submit', (e) => {
             document.body.dataset.sent = Number(document.body.dataset.sent ?? 0) + !e.defaultPrevented;
             e.preventDefault(); }); }"""
    )
    page.locator("#username").fill("alice")
    page.locator("#password").fill("secret")
    button = page.get_by_role("button", name="Continue")
    button.click()
    page.get_by_role("button", name="Checking…").click(force=True)
    assert page.evaluate("document.body.dataset.sent") == "1"
    expect(page.get_by_role("button", name="Checking…")).to_have_attribute("aria-disabled", "true")


def test_a_whole_code_that_is_pasted_is_sent_at_once(visits: Visits, shown: Shown) -> None:
    page = visits.page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(shown.url("code"))
    page.evaluate("navigator.clipboard.writeText('123 456')")
    page.locator("#code").press("ControlOrMeta+v")
    page.wait_for_url("**/posted")
    assert shown.posted[0]["code"] == "123 456"


def test_a_code_that_is_typed_is_never_sent_by_itself(page: Page, shown: Shown) -> None:
    page.goto(shown.url("code"))
    page.locator("#code").press_sequentially("1234567")
    assert page.url == shown.url("code")
    assert shown.posted == []


def test_a_key_is_copied_without_its_blanks(visits: Visits, shown: Shown) -> None:
    page = visits.page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(shown.url("enrol-app"))
    page.get_by_role("button", name="Copy the key").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_the_language_list_changes_the_language(page: Page, shown: Shown) -> None:
    page.goto(shown.url("first-factor"))
    page.get_by_label("Language").select_option("de")
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    assert page.url == shown.url("first-factor")
    [cookie] = page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


def test_without_scripts_the_language_list_has_a_button(visits: Visits, shown: Shown) -> None:
    page = visits.page(**WITHOUT)
    page.goto(shown.url("account"))
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("heading", name="Anmeldewege", exact=True)).to_be_visible()


def test_a_security_key_is_made_and_then_used(page: Page, shown: Shown) -> None:
    plug_in_a_key(page)
    page.goto(shown.url("enrol-key"))
    page.get_by_label("Name of the key").fill("Blue")
    page.get_by_role("button", name="Set up the key").click()
    page.wait_for_url("**/posted")
    made = json.loads(shown.posted[0]["credential"])
    assert shown.posted[0]["name"] == "Blue"
    assert made["type"] == "public-key"
    assert made["response"]["attestationObject"]

    options = json.loads(REQUEST_OPTIONS)
    options["allowCredentials"] = [{"id": made["id"], "type": "public-key"}]
    page.goto(shown.change("security-key", options=json.dumps(options)))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/posted")
    used = json.loads(shown.posted[1]["credential"])
    assert used["id"] == made["id"]
    assert used["response"]["signature"]


def test_a_key_that_is_not_there_leaves_the_page_ready_for_another_try(page: Page, shown: Shown) -> None:
    plug_in_a_key(page)
    page.goto(
        shown.change("security-key", options=json.dumps({**json.loads(REQUEST_OPTIONS), "timeout": 1000}))
    )
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Your security key was not used.")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_enabled()
    assert shown.posted == []


def test_a_key_that_is_set_up_already_is_said_to_be(page: Page, shown: Shown) -> None:
    plug_in_a_key(page)
    page.goto(shown.url("enrol-key"))
    page.get_by_role("button", name="Set up the key").click()
    page.wait_for_url("**/posted")
    options = json.loads(CREATION_OPTIONS)
    options["excludeCredentials"] = [
        {"id": json.loads(shown.posted[0]["credential"])["id"], "type": "public-key"}
    ]
    page.goto(shown.change("enrol-key", setup=type(KEY_SETUP)(json.dumps(options))))
    page.get_by_role("button", name="Set up the key").click()
    expect(page.get_by_text("This key is set up already. Use another one.")).to_be_visible()


@pytest.mark.parametrize("name", ["security-key", "enrol-key", "account-add-key", "admin-enrol-key"])
def test_without_scripts_a_security_key_says_why_it_cannot_work(
    visits: Visits, shown: Shown, name: str
) -> None:
    page = visits.page(**WITHOUT)
    page.goto(shown.url(name))
    expect(page.locator("noscript .note")).to_be_visible()
    expect(page.locator("form[data-webauthn]")).to_be_hidden()


def test_a_browser_without_security_keys_says_so(visits: Visits, shown: Shown) -> None:
    page = visits.page()
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(shown.url("security-key"))
    expect(page.get_by_text("This browser cannot use security keys.")).to_be_visible()
    expect(page.get_by_role("link", name="Use another way to sign in")).to_be_visible()


def plug_in_a_key(page: Page) -> None:
    chromium = page.context.new_cdp_session(page)
    chromium.send("WebAuthn.enable")
    chromium.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": False,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.mark.parametrize("options", [{}, WITHOUT], ids=["with scripts", "without"])
def test_the_leave_page_takes_the_browser_to_the_application(
    visits: Visits, shown: Shown, portal: Application, options: dict[str, bool]
) -> None:
    page = visits.page(**options)
    page.goto(shown.url("first-factor"))
    page.goto(shown.change("leave", destination=portal.url("/arrive?code=1&state=2")))
    page.wait_for_url("**/welcome")
    assert portal.arrived == [{"code": "1", "state": "2"}]


def test_the_leave_form_goes_by_itself_and_through_a_redirect_to_another_host(
    visits: Visits, shown: Shown, portal: Application
) -> None:
    page = visits.page()
    page.goto(shown.url("first-factor"))
    page.goto(shown.change("leave-form", destination=portal.url("/arrive")))
    page.wait_for_url("**/welcome")
    assert page.url == portal.onward
    assert portal.arrived == [{"SAMLResponse": "PD94bWw+", "RelayState": "/shelf?a=1&b=2"}]
    page.go_back()
    page.wait_for_url("**/first-factor")
    assert len(portal.arrived) == 1


def test_the_leave_form_reaches_a_portal_without_tls_on_this_machine(
    page: Page, shown: Shown, demo_portal: Application
) -> None:
    page.goto(shown.change("leave-form", destination=demo_portal.url("/arrive")))
    page.wait_for_url("**/welcome")
    assert demo_portal.arrived[0]["RelayState"] == "/shelf?a=1&b=2"


def test_without_scripts_the_leave_form_has_a_button(
    visits: Visits, shown: Shown, portal: Application
) -> None:
    page = visits.page(**WITHOUT)
    page.goto(shown.change("leave-form", destination=portal.url("/arrive")))
    page.get_by_role("button", name="Continue to Library Portal").click()
    page.wait_for_url("**/welcome")
    assert portal.arrived[0]["RelayState"] == "/shelf?a=1&b=2"


def test_any_other_page_may_not_post_elsewhere(
    page: Page, shown: Shown, portal: Application, complaints: Complaints
) -> None:
    complaints.expect("form-action|Form submission canceled")
    page.goto(shown.url("first-factor"))
    with page.expect_event("console", lambda message: "form-action" in message.text):
        page.evaluate(
            """(to) => { const form = document.querySelector('form'); form.action = to; form.submit(); }""",
            portal.url("/arrive"),
        )
    assert portal.arrived == []


def test_two_minutes_before_the_end_an_unused_session_says_so(visits: Visits, shown: Shown) -> None:
    page = visits.page()
    page.clock.install()
    page.goto(shown.url("account"))
    notice = page.get_by_role("button", name="Stay signed in")
    page.clock.run_for("12:59")
    expect(notice).to_be_hidden()
    page.clock.run_for("00:02")
    expect(notice).to_be_visible()
    expect(page.locator(".idle [role=status]")).to_have_text("You will be signed out in 2 minutes")
    assert shown.got == 1
    notice.click()
    expect(notice).to_be_hidden()
    assert shown.got == 2


def test_the_menu_of_the_admin_pages_opens_on_a_telephone_without_scripts(
    visits: Visits, shown: Shown
) -> None:
    page = visits.page("narrow", **WITHOUT)
    page.goto(shown.url("admin"))
    link = page.get_by_role("navigation", name="Admin").get_by_role("link", name="OIDC clients")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
