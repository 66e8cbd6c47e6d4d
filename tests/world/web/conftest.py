"""The pages of a house at work, for Chromium: served from this process, on a clock that the test moves."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from tests.http.web.house import House, second_realm
from tests.support.databases import Prepare
from tests.support.idp import Person, open_idp, prepare_idp
from tests.support.ports import free_port

Role: TypeAlias = Literal["link", "button", "textbox", "combobox"]


@pytest.fixture
def house(sqlite_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[House]:
    """``house.idp.base`` answers on this machine's loopback."""
    port = free_port()
    idp = open_idp(fresh_database(sqlite_url, prepare_idp), base=f"http://localhost:{port}")
    second_realm(idp)
    server = make_server("127.0.0.1", port, idp.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield House(idp)
    server.shutdown()
    thread.join()
    server.server_close()
    idp.close()


@pytest.fixture
def bob(house: House) -> Person:
    """Somebody with an authenticator app."""
    return house.idp.person("bob", email="bob@example.org", display_name="Bob Builder")


@pytest.fixture
def ines(house: House) -> Person:
    """An administrator."""
    return house.administrator("ines")


def sign_in(page: Page, house: House, person: Person, address: str = "/account/") -> None:
    """By keyboard: what has the focus takes what is typed, Enter sends it."""
    page.goto(house.idp.base + address)
    expect(page.get_by_label("User name or e-mail")).to_be_focused()
    page.keyboard.type(person.login)
    page.keyboard.press("Tab")
    page.keyboard.type(person.password)
    page.keyboard.press("Enter")
    expect(page.get_by_label("6-digit code")).to_be_focused()
    page.keyboard.type(person.code())
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.idp.base}{address}*")


def tab_to(page: Page, role: Role, name: str) -> None:
    """Press Tab until a control of that role, whose name begins so, has the focus."""
    wanted = page.get_by_role(role, name=re.compile(f"^{re.escape(name)}")).first
    expect(wanted).to_be_visible()
    for _ in range(80):
        if wanted.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {role} {name}")


def press(page: Page, role: Role, name: str) -> None:
    """Tab to it, and press Enter."""
    tab_to(page, role, name)
    page.keyboard.press("Enter")


def fill(page: Page, name: str, text: str) -> None:
    """Tab to the field, and type over what is in it."""
    tab_to(page, "textbox", name)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
