"""Every page of ours, for everybody who could be at it. A page that is not in the table here fails."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from idp.applications import clients, service_providers
from idp.rights.principal import shell
from idp.rights.roles import Role
from idp.rights.service_accounts import Wanted, create_service_account
from idp.web.admin.first import HERE, LINK
from idp.web.blueprint import ROUTES
from tests.http.web.house import OTHER_REALM, House, page_of, partner_metadata
from tests.support.idp import Browser, Person

VISITORS = ("person", "help desk", "read only", "other realm", "administrator")
# What each of them gets, in this order. 303 is the way to a token's own address, 404 under a ticket
# that the session never got.
EVERYBODY, NOBODY = (200,) * 5, (404,) * 5
SEEN, DESK, WRITES = (404, 200, 200, 404, 200), (404, 200, 403, 404, 200), (404, 404, 403, 404, 200)
READS = (404, 404, 200, 404, 200)
EXPECTED: dict[str, tuple[int, ...]] = {
    "/account/": EVERYBODY,
    "/account/add": EVERYBODY,
    "/account/add/<kind>": (303,) * 5,
    "/account/add/<kind>/<ticket>": NOBODY,
    "/account/ways/<serial>/rename": EVERYBODY,
    "/account/ways/<serial>/remove": EVERYBODY,
    "/account/sessions": EVERYBODY,
    "/admin/": (404, 200, 200, 200, 200),
    "/admin/first": NOBODY,
    "/admin/find": (404, 200, 200, 200, 200),
    "/admin/users/<handle>": SEEN,
    "/admin/users/<handle>/enrol": DESK,
    "/admin/users/<handle>/enrol/<kind>": DESK,
    "/admin/users/<handle>/enrol/<kind>/<ticket>": (404, 404, 403, 404, 404),
    "/admin/tokens/<serial>/delete": DESK,
    "/admin/partners": READS,
    "/admin/partners/add": WRITES,
    "/admin/partners/delete": WRITES,
    "/admin/clients": READS,
    "/admin/clients/add": WRITES,
    "/admin/clients/delete": WRITES,
    "/admin/service-accounts": READS,
    "/admin/service-accounts/add": WRITES,
    "/admin/service-accounts/delete": WRITES,
}
ENTITY_ID = "https://library.example.org/metadata"
# Whatever a form could do, so that only the missing right keeps it from being done.
HARM = {
    "act": "disable",
    "confirmed": "yes",
    "answer": "yes",
    "name": "made by a test",
    "id": ENTITY_ID,
    "redirect_uris": "https://app.example.org/cb",
    "networks": "192.0.2.0/24",
    "right": "token:list",
    "metadata": partner_metadata("https://new.example.org/metadata"),
    "code": "000000",
}


def test_every_path_of_ours_is_in_the_table_of_routes_and_in_this_one(house: House) -> None:
    served = {
        rule.rule
        for rule in house.idp.app.url_map.iter_rules()
        if rule.rule.startswith(("/account", "/admin"))
    }
    assert served - {LINK} == {route.path for route in ROUTES} == set(EXPECTED)


def visitor(house: House, name: str) -> Person:
    if name == "person":
        return house.idp.person("alice", email="alice@example.org")
    if name == "other realm":
        return house.administrator("otto", Role.ADMINISTRATOR, OTHER_REALM)
    roles = {
        "help desk": Role.HELP_DESK,
        "read only": Role.READ_ONLY,
        "administrator": Role.ADMINISTRATOR,
    }
    return house.administrator(name.replace(" ", ""), roles[name])


@pytest.fixture
def registered(house: House) -> str:
    """A partner, a client and a service account of the same name; gives it."""
    services, origin = house.idp.services, house.idp.origin
    document = partner_metadata(ENTITY_ID).encode()
    service_providers.register(services.engine, services.registry, origin, document, loopback_http=False)
    clients.register(
        services.engine,
        services.registry,
        origin,
        services.registration_rules,
        {"redirect_uris": ["https://app.example.org/cb"]},
        client_id="reading-list",
    )
    wanted = Wanted("radius", networks=("192.0.2.0/24",))
    create_service_account(services.engine, house.idp.rules, shell("cli:test"), origin, wanted)
    return ENTITY_ID


@pytest.fixture
def address(house: House, bob: Person, registered: str) -> Callable[[str, Person | None], str]:
    """A path as a visitor would call it: bob's page and token on the admin pages, their own on the others."""

    def filled(path: str, own: Person | None) -> str:
        named = {"partners": registered, "clients": "reading-list", "service-accounts": "radius"}
        serial = house.serial(own) if own and path.startswith("/account") else house.serial(bob)
        made = (
            path.replace("/admin/users/<handle>", page_of(bob))
            .replace("<kind>", "totp")
            .replace("<serial>", serial)
            .replace("<ticket>", "TOTP00000000.none")
            .replace("<link>", "none")
        )
        if path.endswith("/delete") and "tokens" not in path:
            made += "?id=" + quote(named[path.split("/")[2]], safe="")
        return made

    return filled


@pytest.mark.parametrize("name", VISITORS)
def test_ADM_01_each_page_answers_whoever_may_and_nobody_else(
    house: House, address: Callable[[str, Person | None], str], name: str
) -> None:
    who = visitor(house, name)
    browser = house.browser(who)
    place = VISITORS.index(name)
    got = {path: status(browser, "GET", address(path, who)) for path in EXPECTED}
    assert got == {path: expected[place] for path, expected in EXPECTED.items()}


@pytest.mark.parametrize("name", VISITORS)
def test_ADM_01_a_change_without_the_right_changes_nothing_and_is_audited(
    house: House, address: Callable[[str, Person | None], str], name: str
) -> None:
    who = visitor(house, name)
    browser = house.browser(who)
    browser.open(address("/account/ways/<serial>/rename", who))
    fields = {**HARM, "csrf": browser.csrf, "serial": "of-nobody"}
    place = VISITORS.index(name)
    before = house.state()
    for route in ROUTES:
        if route.submit is None or EXPECTED[route.path][place] not in (403, 404):
            continue
        if "<ticket>" in route.path or route.path == HERE:
            continue  # not there for anybody here
        with house.idp.auditing() as rows:
            answered = status(browser, "POST", address(route.path, who), fields)
        assert answered == EXPECTED[route.path][place], route.path
        assert [(row.event, row.success, row.actor) for row in rows] == [
            ("admin.denied", False, f"person:{who.key.resolver}/{who.key.uid}")
        ], route.path
        assert rows[0].details["route"] == f"POST {route.path}"
    assert house.state() == before


def test_ADM_01_read_only_may_not_press_what_it_is_shown(
    house: House, address: Callable[[str, Person | None], str], bob: Person
) -> None:
    """The pages that read-only sees have forms for others."""
    who = visitor(house, "read only")
    browser = house.browser(who)
    browser.open(address("/account/ways/<serial>/rename", who))
    csrf, before = browser.csrf, house.state()
    acts = {
        page_of(bob): ("enable", "disable", "reset", "end-sessions"),
        "/admin/partners": ("enable", "disable"),
        "/admin/clients": ("enable", "disable"),
        "/admin/service-accounts": ("enable", "disable"),
    }
    for path, names in acts.items():
        for act in names:
            fields = {**HARM, "csrf": csrf, "act": act, "serial": house.serial(bob)}
            assert status(browser, "POST", path, fields) == 403, (path, act)
    assert house.state() == before
    assert house.events("admin.denied") == [("admin.denied", False, "right_missing")] * 10


def test_ADM_01_nobody_is_sent_to_the_login_and_changes_nothing(
    house: House, address: Callable[[str, Person | None], str]
) -> None:
    browser, before = house.idp.browser(), house.state()
    for route in ROUTES:
        for method in ("GET", "POST") if route.submit else ("GET",):
            answer = browser.client.open(
                address(route.path, None), method=method, base_url=house.idp.base, data=dict(HARM)
            )
            assert answer.status_code == 303, route.path
            assert answer.headers["Location"].startswith("/login/"), route.path
    assert house.state() == before
    assert house.events() == []


def status(browser: Browser, method: str, address: str, fields: dict[str, str] | None = None) -> int:
    """The status, without following where it leads."""
    answer = browser.client.open(
        address,
        method=method,
        base_url=browser.idp.base,
        data=fields,
        headers={"Origin": browser.idp.base} if method == "POST" else {},
    )
    return answer.status_code
