"""/admin/find: one box for people and serials, in the realms that one looks after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from idp.rights.roles import Role
from mfa_engine.identity.find_user import search_users
from mfa_engine.identity.resolvers.base import ResolverUnavailable
from tests.http.web.house import OTHER_PEOPLE, OTHER_REALM, House, page_of, path, texts
from tests.support.idp import Browser, Person


@pytest.fixture
def ines(house: House) -> Browser:
    """An administrator's browser."""
    return house.browser(house.administrator("ines"), "/admin/")


def test_part_of_a_name_finds_all_whom_it_fits_in_every_realm(house: House, ines: Browser) -> None:
    house.idp.person("bob", app=False, email="bob@example.org", display_name="Bob Builder")
    house.student("boris")
    page = texts(ines.open("/admin/find?q=bo"))
    assert "Bob Builder" in page
    assert "boris" in page
    assert OTHER_REALM in page


def test_the_only_hit_opens_itself(ines: Browser, bob: Person) -> None:
    ines.open("/admin/find?q=bob")
    assert path(ines) == page_of(bob)


def test_a_serial_leads_to_its_owner(house: House, ines: Browser, bob: Person) -> None:
    ines.open(f"/admin/find?q={house.serial(bob)}")
    assert path(ines) == page_of(bob)


@pytest.mark.parametrize("query", ["nobody", "TOTP00000000", "%00", "%E2%80%AE", "*", "%25", "\\", "'"])
def test_what_fits_nobody_says_so(ines: Browser, query: str) -> None:
    ines.open(f"/admin/find?q={query}")
    assert "Nobody fits" in texts(ines.response)


def test_a_search_is_not_over_before_it_began(ines: Browser) -> None:
    for address in ("/admin/find", "/admin/find?q=", "/admin/find?q=%20"):
        assert "Search above" in texts(ines.open(address))


def test_more_than_25_ask_for_more_of_the_name(house: House, ines: Browser) -> None:
    for number in range(26):
        house.idp.person(f"many{number:02}", app=False)
    page = texts(ines.open("/admin/find?q=many"))
    assert "many24" in page
    assert "many25" not in page
    assert "There are more. Write more of the name." in page


def test_ADM_02_people_and_serials_of_another_realm_are_not_found(house: House, bob: Person) -> None:
    boris = house.student("boris")
    desk = house.browser(house.administrator("otto", Role.HELP_DESK, OTHER_REALM), "/admin/")
    for query in ("bob", house.serial(bob)):
        assert "Nobody fits" in texts(desk.open(f"/admin/find?q={query}"))
    for query in ("boris", house.serial(boris)):
        desk.open(f"/admin/find?q={query}")
        assert path(desk) == page_of(boris)


def test_RES_05_a_directory_that_is_silent_is_named_and_hides_nobody_else(
    house: House, ines: Browser, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(realms: Any, resolvers: Mapping[str, Any], realm: str, text: str, limit: int) -> Any:
        if realm == OTHER_REALM:
            raise ResolverUnavailable(OTHER_PEOPLE, "no answer")
        return search_users(realms, resolvers, realm, text, limit)

    monkeypatch.setattr("idp.web.admin.find.search_users", silent)
    page = texts(ines.open("/admin/find?q=bob"))
    assert "Bob Builder" in page
    assert "Some directories did not answer" in page
    assert OTHER_PEOPLE in page


def test_WEB_02_a_search_is_shown_as_text(ines: Browser) -> None:
    page = ines.open("/admin/find?q=<script>alert(1)</script>").text
    assert "<script>alert" not in page
    assert "Nobody fits “<script>alert(1)</script>”" in texts(ines.response)
