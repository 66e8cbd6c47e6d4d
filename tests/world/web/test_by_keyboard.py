"""Account and admin pages with the keyboard alone, in a browser that runs no script."""

from __future__ import annotations

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.http.web.house import House, page_of, partner_metadata
from tests.support.browser import Visits
from tests.support.idp import Person
from tests.world.web.conftest import fill, press, sign_in, tab_to


@pytest.fixture
def page(visits: Visits) -> Page:
    return visits.page(java_script_enabled=False)


def notice(page: Page, text: str) -> None:
    expect(page.get_by_role("status").filter(has_text=text)).to_have_count(1)


def test_a_way_to_sign_in_is_added_named_and_removed(page: Page, house: House, bob: Person) -> None:
    sign_in(page, house, bob)
    press(page, "link", "Add a way")
    press(page, "link", "Code from an app")
    secret = (page.locator("#secret").text_content() or "").replace(" ", "").replace("\n", "")
    fill(page, "Code that the app shows now", pyotp.TOTP(secret).at(house.idp.clock.now))
    fill(page, "Name of the phone", "Pixel 8")
    page.keyboard.press("Enter")
    notice(page, "The new way to sign in works from now on.")

    press(page, "link", "Rename Pixel 8")
    fill(page, "Name", "Old phone")
    page.keyboard.press("Enter")
    notice(page, "It has its new name.")

    press(page, "link", "Remove Old phone")
    expect(page.get_by_role("link", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ways to sign in", exact=True)).to_be_visible()
    press(page, "link", "Remove Old phone")
    press(page, "button", "Remove it")
    notice(page, "It is removed and does not work any more.")
    assert [token.description for token in house.tokens(bob)] == [""]


def test_signing_out_everywhere_else(page: Page, visits: Visits, house: House, bob: Person) -> None:
    other = visits.page(java_script_enabled=False)
    sign_in(other, house, bob)
    sign_in(page, house, bob)
    press(page, "link", "Browsers and sessions")
    press(page, "button", "Sign out everywhere else")
    notice(page, "You are signed out everywhere else.")
    other.reload()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_help_desk_finds_a_person_and_unlocks_the_token(
    page: Page, house: House, ines: Person, bob: Person
) -> None:
    house.idp.run_sql("UPDATE token SET failures = 10 WHERE uid = :uid", uid=bob.key.uid)
    sign_in(page, house, ines, "/admin/")
    expect(page.get_by_role("searchbox").last).to_be_focused()
    page.keyboard.type("bob")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bob Builder")).to_be_visible()
    serial = house.serial(bob)
    press(page, "button", f"Reset the counter {serial}")
    notice(page, "The counter is reset. The token works again.")
    assert house.tokens(bob)[0].failures == 0

    press(page, "link", f"Delete {serial}")
    expect(page.get_by_role("link", name="Keep it")).to_be_focused()
    press(page, "button", "Delete the token")
    notice(page, "The token is deleted.")


def test_a_token_is_enrolled_for_somebody_and_handed_over(
    page: Page, house: House, ines: Person, bob: Person
) -> None:
    sign_in(page, house, ines, page_of(bob))
    press(page, "link", "Enrol a token")
    press(page, "link", "Code from a token")
    fill(page, "Description", "Key fob")
    tab_to(page, "combobox", "Digits")
    page.keyboard.type("8")
    press(page, "button", "Enrol")
    press(page, "button", "Hand over without a code")
    notice(page, "The token is enrolled. Its first right code confirms it.")
    made = house.tokens(bob)[1]
    assert (made.kind, made.description, made.state, made.details["digits"]) == (
        "hotp",
        "Key fob",
        "enrolled",
        8,
    )


def test_a_portal_an_app_and_a_program_are_registered(page: Page, house: House, ines: Person) -> None:
    sign_in(page, house, ines, "/admin/")
    press(page, "link", "SAML partners")
    press(page, "link", "Add a partner")
    tab_to(page, "textbox", "Or metadata as text")
    page.keyboard.insert_text(partner_metadata("https://library.example.org/metadata"))
    press(page, "button", "Add the partner")
    notice(page, "The partner is registered.")

    press(page, "link", "OIDC clients")
    press(page, "link", "Add a client")
    fill(page, "Name", "Reading List")
    tab_to(page, "textbox", "Redirect addresses")
    page.keyboard.insert_text("https://app.example.org/cb")
    press(page, "button", "Add the client")
    expect(page.get_by_role("heading", name="Reading List is registered")).to_be_visible()
    press(page, "link", "Done")

    press(page, "link", "Service accounts")
    press(page, "link", "Add a service account")
    fill(page, "Name", "radius")
    tab_to(page, "textbox", "Networks it may call from")
    page.keyboard.insert_text("192.0.2.0/24")
    press(page, "button", "Add the service account")
    expect(page.locator("#key")).to_contain_text("dwsa_")
    state = house.state()
    assert [len(state[table]) for table in ("service_provider", "client", "service_account")] == [1, 1, 1]
