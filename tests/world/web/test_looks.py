"""Every page of a filled house: axe finds nothing, and a picture of each at both widths, light and dark.

The pages come from the table of routes: one without an address here fails.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from idp.applications import clients, service_providers
from idp.rights.principal import shell
from idp.rights.service_accounts import Wanted, create_service_account
from idp.web.blueprint import ROUTES
from tests.http.web.house import House, page_of, partner_metadata
from tests.support.accessibility import findings
from tests.support.browser import Visits
from tests.support.idp import Person
from tests.support.screenshots import screenshots
from tests.world.web.conftest import sign_in

ENTITY_ID = "https://library.example.org/metadata"
LOOKS = {"light": "wide", "dark": "narrow"}  # axe looks at each of them in one width
HAND_OVER = "/admin/users/<handle>/enrol/<kind>/<ticket>"
ONLY_WITHOUT_ADMINISTRATORS = "/admin/first"


def addresses(house: House, own: Person, other: Person) -> dict[str, str]:
    """Each route as an administrator calls it; where it leads on by itself, what it leads to counts."""
    filled = {}
    for route in ROUTES:
        serial = house.serial(own if route.path.startswith("/account") else other)
        address = (
            route.path.replace("/admin/users/<handle>", page_of(other))
            .replace("/account/add/<kind>/<ticket>", "/account/add/webauthn")
            .replace("/<ticket>", "")
            .replace("<kind>", "totp")
            .replace("<serial>", serial)
        )
        named = {"partners": ENTITY_ID, "clients": "reading-list", "service-accounts": "radius"}
        if route.path.endswith("/delete") and "tokens" not in route.path:
            address += "?id=" + quote(named[route.path.split("/")[2]], safe="")
        filled[route.path] = address
    filled["/admin/find"] = "/admin/find?q=b"
    del filled[ONLY_WITHOUT_ADMINISTRATORS]  # looked at in tests/world/demo
    return filled


@pytest.fixture
def furnished(house: House, bob: Person) -> House:
    """With applications, tokens in several states, failures and sessions."""
    services, origin = house.idp.services, house.idp.origin
    service_providers.register(
        services.engine, services.registry, origin, partner_metadata(ENTITY_ID).encode(), loopback_http=False
    )
    document = {"client_name": "Reading List", "redirect_uris": ["https://app.example.org/cb"]}
    clients.register(
        services.engine,
        services.registry,
        origin,
        services.registration_rules,
        document,
        client_id="reading-list",
    )
    create_service_account(
        services.engine,
        house.idp.rules,
        shell("cli:test"),
        origin,
        Wanted("radius", ("token:list", "user:list"), networks=("192.0.2.0/24",)),
    )
    house.idp.person("bert", email="bert@example.org", display_name="Bert Baker")
    house.enrol(bob.user, "hotp", description="Blue fob")
    house.browser(bob)
    browser = house.idp.browser()
    browser.open("/account/")
    browser.submit(username="bob", password="not the password")
    house.idp.run_sql("UPDATE token SET failures = 10 WHERE description = 'Blue fob'")
    return house


def test_axe_finds_nothing_and_each_page_has_its_pictures(
    visits: Visits, furnished: House, bob: Person, ines: Person
) -> None:
    furnished.browser(ines)  # elsewhere, too
    filled = addresses(furnished, ines, bob)
    assert set(filled) == {route.path for route in ROUTES} - {ONLY_WITHOUT_ADMINISTRATORS}
    found: dict[tuple[str, str], list[str]] = {}
    for look, width in LOOKS.items():
        page = visits.page(width, color_scheme=look)
        sign_in(page, furnished, ines, "/admin/")
        for path, address in filled.items():
            answer = page.goto(furnished.idp.base + address)
            assert answer is not None
            assert answer.status == 200, (path, page.url)
            if path == HAND_OVER:
                page.get_by_role("button", name="Enrol").click()
                page.wait_for_url("**/totp/*")
            found[path, look] = findings(page)
            screenshots(page, f"web-{picture_of(path)}-{look}")
            assert is_no_wider_than_the_screen(page), (path, look)
    assert {where: problems for where, problems in found.items() if problems} == {}


def picture_of(path: str) -> str:
    parts = [part.strip("<>") for part in path.split("/") if part]
    return "-".join(parts)


def is_no_wider_than_the_screen(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return wide
