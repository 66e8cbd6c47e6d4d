"""What a person does at Doorward's sign-in pages, in a real browser."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from tests.support.oathtool import totp

PERIOD = timedelta(seconds=30)


def give_password(page: Page, login: str, password: str) -> None:
    """On the first page of a login."""
    page.get_by_label("User name or e-mail").fill(login)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Continue").click()


def set_up_app(page: Page, name: str = "Pixel") -> bytes:
    """Enrol an authenticator app as somebody who cannot scan: types the key off the page. Gives the key."""
    page.get_by_role("link", name="Code from an app").click()
    secret = key_on(page)
    page.get_by_label("Name of the phone").fill(name)
    page.get_by_label("Code that the app shows now").fill(code_of(secret))
    page.get_by_role("button", name="Finish").click()
    return secret


def give_code(page: Page, secret: bytes, periods: int = 1) -> None:
    """Type the code that the app will show after so many periods: the current one may be spent."""
    page.get_by_label("6-digit code").fill(code_of(secret, periods))
    page.get_by_role("button", name="Continue").click()


def key_on(page: Page) -> bytes:
    """The key of the app that is being set up, as the page writes it for whoever cannot scan."""
    text = page.locator("#secret").inner_text().replace(" ", "")
    return base64.b32decode(text + "=" * (-len(text) % 8))


def code_of(secret: bytes, periods: int = 0) -> str:
    """By oathtool, which knows nothing of Doorward."""
    return totp(secret, datetime.now(UTC) + periods * PERIOD)
