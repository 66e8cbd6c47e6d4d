"""What takes a script: a security key, and the notice before an unused page ends."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.http.web.house import House, page_of
from tests.support.browser import Complaints
from tests.support.idp import Person
from tests.world.web.conftest import sign_in


def plug_in_a_key(page: Page) -> None:
    """A key that is touched at once, and asks for a PIN."""
    chromium = page.context.new_cdp_session(page)
    chromium.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    chromium.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_security_key_is_added_and_opens_the_next_sign_in(page: Page, house: House, bob: Person) -> None:
    plug_in_a_key(page)
    sign_in(page, house, bob)
    page.get_by_role("link", name="Add a way").click()
    page.get_by_role("link", name="Security key").click()
    page.get_by_label("Name of the key").fill("Blue key")
    page.get_by_role("button", name="Set up the key").click()
    expect(page.get_by_text("The new way to sign in works from now on.")).to_be_visible()
    expect(page.get_by_text("Safest")).to_be_visible()
    assert [token.kind for token in house.tokens(bob)] == ["totp", "webauthn"]

    page.context.clear_cookies()
    page.goto(f"{house.idp.base}/account/")
    page.get_by_label("User name or e-mail").fill(bob.login)
    page.get_by_role("textbox", name="Password").fill(bob.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-factor")
    if page.get_by_label("6-digit code").is_visible():
        page.get_by_role("link", name="Use another way").click()
        page.get_by_role("link", name="Blue key").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Ways to sign in", exact=True)).to_be_visible()


def test_a_security_key_is_set_up_for_somebody_at_the_help_desk(
    page: Page, house: House, ines: Person, bob: Person
) -> None:
    plug_in_a_key(page)
    sign_in(page, house, ines, page_of(bob))
    page.get_by_role("link", name="Enrol a token").click()
    page.get_by_role("link", name="Security key").click()
    page.get_by_label("Description").fill("Blue key")
    page.get_by_role("button", name="Enrol").click()
    page.get_by_role("button", name="Set up the key").click()
    expect(page.get_by_text("The token is enrolled and proven.")).to_be_visible()
    made = house.tokens(bob)[1]
    assert (made.kind, made.description, made.state) == ("webauthn", "Blue key", "enrolled")


def test_SESS_04_staying_signed_in_is_a_use_and_being_away_ends_at_the_login(
    page: Page, complaints: Complaints, house: House, bob: Person
) -> None:
    complaints.expect("status 401")  # what the script is told when it comes too late
    page.clock.install()
    sign_in(page, house, bob)
    page.clock.run_for("12:59")
    button = page.get_by_role("button", name="Stay signed in")
    expect(button).to_be_hidden()
    page.clock.run_for("00:02")
    house.idp.clock.advance(13 * 60)
    button.click()
    expect(button).to_be_hidden()
    house.idp.clock.advance(14 * 60)
    page.reload()
    expect(page.get_by_role("heading", name="Ways to sign in", exact=True)).to_be_visible()

    page.clock.run_for("13:01")
    house.idp.clock.advance(15 * 60)
    button.click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
