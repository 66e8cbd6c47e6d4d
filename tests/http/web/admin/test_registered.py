"""Partners, clients and service accounts: listed, added, switched, deleted."""

from __future__ import annotations

import io
import re

import pytest

from idp.rights.roles import Role
from tests.http.web.house import House, partner_metadata, path, texts
from tests.support.idp import Browser

ENTITY_ID = "https://library.example.org/metadata"
CLIENT = {
    "name": "Reading List",
    "redirect_uris": "https://app.example.org/cb\r\nhttps://app.example.org/other\r\n",
    "post_logout_redirect_uris": "",
    "kind": "confidential",
    "scope": "profile",
}


@pytest.fixture
def ines(house: House) -> Browser:
    """An administrator's browser."""
    return house.browser(house.administrator("ines"), "/admin/")


def registered(house: House, table: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in house.state()[table]]


def test_a_partner_is_registered_from_pasted_metadata_with_what_it_gets(house: House, ines: Browser) -> None:
    assert "No partner yet" in texts(ines.open("/admin/partners"))
    ines.open("/admin/partners/add")
    assert "https://idp.example.org/saml/metadata" in texts(ines.response)
    with house.idp.auditing() as rows:
        ines.submit(name="", metadata=partner_metadata(ENTITY_ID), release="email")
    page = texts(ines.response)
    assert "The partner is registered. People can sign in to it now." in page
    assert f"Library Portal in force {ENTITY_ID} mail" in page
    assert [(row.event, row.actor, row.details["release"]) for row in rows] == [
        ("admin.sp.register", "person:people/id-of-ines", ["email"])
    ]
    assert house.idp.app.test_client().get("/saml/metadata", base_url=house.idp.base).status_code == 200


def test_a_partner_is_registered_from_a_file_under_a_name_of_ours(house: House, ines: Browser) -> None:
    ines.open("/admin/partners/add")
    fields = {
        "csrf": ines.csrf,
        "name": "The Library",
        "metadata": "",
        "file": (io.BytesIO(partner_metadata(ENTITY_ID).encode()), "metadata.xml"),
    }
    answer = ines.client.post(
        "/admin/partners/add",
        base_url=house.idp.base,
        data=fields,
        headers={"Origin": house.idp.base},
        content_type="multipart/form-data",
    )
    assert answer.headers["Location"] == "/admin/partners?done=partner-added"
    assert "The Library in force" in texts(ines.open("/admin/partners"))


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("", "choose a file"),
        ("this is no XML", "metadata: cannot be used"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "metadata: cannot be used"),
        (partner_metadata(ENTITY_ID).replace("https://library.example.org/acs", "http://x/acs"), "metadata:"),
    ],
)
def test_metadata_that_cannot_be_used_comes_back_with_its_reason(
    house: House, ines: Browser, metadata: str, said: str
) -> None:
    ines.open("/admin/partners/add")
    ines.submit(name="Kept", metadata=metadata, release="email")
    assert said in texts(ines.response)
    assert 'value="Kept"' in ines.response.text
    assert re.search(r'value="email" checked', ines.response.text)
    assert registered(house, "service_provider") == []


def test_a_partner_that_is_known_is_not_registered_twice(house: House, ines: Browser) -> None:
    for _ in range(2):
        ines.open("/admin/partners/add")
        ines.submit(metadata=partner_metadata(ENTITY_ID))
    assert "is registered already" in texts(ines.response)
    assert len(registered(house, "service_provider")) == 1


def test_a_partner_is_disabled_enabled_and_deleted_after_asking(house: House, ines: Browser) -> None:
    ines.open("/admin/partners/add")
    ines.submit(metadata=partner_metadata(ENTITY_ID))
    ines.submit("/admin/partners", act="disable", id=ENTITY_ID)
    assert "Library Portal disabled" in texts(ines.response)
    ines.submit("/admin/partners", act="enable", id=ENTITY_ID)
    assert "Library Portal in force" in texts(ines.response)
    ines.submit("/admin/partners", act="delete", id=ENTITY_ID)
    assert ines.response.status_code == 404
    ines.open("/admin/partners")
    ines.open(ines.find(r'href="(/admin/partners/delete[^"]+)"'))
    assert "Delete Library Portal?" in texts(ines.response)
    ines.submit(id=ENTITY_ID)
    assert len(registered(house, "service_provider")) == 1
    ines.submit(id=ENTITY_ID, confirmed="yes")
    assert "It is deleted." in texts(ines.response)
    assert registered(house, "service_provider") == []
    done = [event for event, *_ in house.events("admin.sp")]
    assert done == ["admin.sp.delete", "admin.sp.disable", "admin.sp.enable", "admin.sp.register"]


def test_a_client_is_added_and_its_secret_is_shown_this_once(house: House, ines: Browser) -> None:
    ines.open("/admin/clients/add")
    with house.idp.auditing() as rows:
        answer = ines.submit(**CLIENT)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    page = texts(answer)
    assert "The secret is shown only now" in page
    client_id, secret = (ines.find(rf'id="{name}">([^<]+)<') for name in ("client-id", "client-secret"))
    assert "https://idp.example.org" in page
    assert [(row.event, row.details["scope"]) for row in rows] == [
        ("admin.client.register", ["openid", "profile"])
    ]
    assert secret not in str(rows)
    listed = ines.open("/admin/clients")
    assert secret not in listed.text
    assert f"Reading List in force {client_id}" in texts(listed)
    assert "https://app.example.org/cb https://app.example.org/other" in texts(listed)
    assert secret not in str(house.idp.sql("SELECT * FROM client"))


def test_an_app_on_a_phone_gets_no_secret(house: House, ines: Browser) -> None:
    ines.open("/admin/clients/add")
    ines.submit(**{**CLIENT, "kind": "public", "redirect_uris": "org.example.app:/cb"})
    assert "is registered" in texts(ines.response)
    assert "client-secret" not in ines.response.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", " ", "Give it a name"),
        ("redirect_uris", "", "redirect_uris: give at least one"),
        ("redirect_uris", "http://app.example.org/cb", "redirect_uris:"),
        ("redirect_uris", "javascript:alert(1)", "redirect_uris:"),
        ("scope", "everything", "scope: choose among"),
    ],
)
def test_a_client_that_cannot_be_comes_back_with_its_reason(
    house: House, ines: Browser, field: str, value: str, said: str
) -> None:
    ines.open("/admin/clients/add")
    ines.submit(**{**CLIENT, field: value})
    assert said in texts(ines.response)
    assert registered(house, "client") == []


def test_a_client_is_disabled_enabled_and_deleted_after_asking(house: House, ines: Browser) -> None:
    ines.open("/admin/clients/add")
    ines.submit(**CLIENT)
    client_id = ines.find(r'id="client-id">([^<]+)<')
    ines.open("/admin/clients")
    ines.submit(act="disable", id=client_id)
    assert registered(house, "client") == [(client_id, 0)]
    ines.submit("/admin/clients", act="enable", id=client_id)
    ines.open("/admin/clients")
    ines.open(ines.find(r'href="(/admin/clients/delete[^"]+)"'))
    ines.submit(id=client_id, confirmed="yes")
    assert registered(house, "client") == []
    done = [event.removeprefix("admin.client.") for event, *_ in house.events("admin.client")]
    assert done == ["delete", "disable", "enable", "register"]


def test_a_service_account_is_made_and_its_key_is_shown_this_once(house: House, ines: Browser) -> None:
    ines.open("/admin/service-accounts/add")
    ines.submit(name="radius", right="trusted_caller", networks="192.0.2.0/24\n2001:db8::/32")
    key = ines.find(r'id="key">(dwsa_[^<]+)<')
    assert "The key is shown only now" in texts(ines.response)
    listed = ines.open("/admin/service-accounts")
    assert "radius in force radius trusted_caller 192.0.2.0/24, 2001:db8::/32" in texts(listed)
    assert key not in listed.text
    assert key not in str(house.idp.audited())
    assert house.events("admin.service_account") == [("admin.service_account.create", True, "")]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "x", "name: give 3 to 60"),
        ("networks", "", "networks: give the addresses"),
        ("networks", "everywhere", "networks: give addresses or networks"),
        ("right", "everything", "is no right"),
    ],
)
def test_a_service_account_that_cannot_be_comes_back_with_its_reason(
    house: House, ines: Browser, field: str, value: str, said: str
) -> None:
    ines.open("/admin/service-accounts/add")
    fields = {"name": "radius", "right": "token:list", "networks": "192.0.2.1"}
    ines.submit(**{**fields, field: value})
    assert said in texts(ines.response)
    assert registered(house, "service_account") == []


def test_a_service_account_is_switched_and_deleted_after_asking(house: House, ines: Browser) -> None:
    for _ in range(2):
        ines.open("/admin/service-accounts/add")
        ines.submit(name="radius", right="token:list", networks="192.0.2.1")
    assert "there is a service account 'radius' already" in texts(ines.response)
    ines.submit("/admin/service-accounts", act="disable", id="radius")
    assert registered(house, "service_account") == [("radius", 0)]
    ines.submit("/admin/service-accounts", act="enable", id="radius")
    assert registered(house, "service_account") == [("radius", 1)]
    ines.open("/admin/service-accounts/delete?id=radius")
    assert "Its key stops working at once." in texts(ines.response)
    ines.submit(id="radius")
    ines.submit(id="radius", confirmed="yes")
    assert registered(house, "service_account") == []


@pytest.mark.parametrize("kind", ["partners", "clients", "service-accounts"])
def test_what_is_not_there_is_neither_switched_nor_deleted(ines: Browser, kind: str) -> None:
    assert ines.open(f"/admin/{kind}/delete?id=none").status_code == 404
    ines.open(f"/admin/{kind}/add")
    token = ines.csrf
    for where, fields in (
        (f"/admin/{kind}", {"act": "disable", "id": "none"}),
        (f"/admin/{kind}/delete", {"confirmed": "yes", "id": "none"}),
    ):
        assert ines.post(where, {"csrf": token, **fields}).status_code == 404


def test_the_menu_leads_only_where_one_may_go(house: House, ines: Browser) -> None:
    areas = ("/admin/find", "/admin/partners", "/admin/clients", "/admin/service-accounts")
    menu = {role: house.browser(house.administrator(role.value, role), "/admin/") for role in Role}
    shown = {role: [area for area in areas if f'"{area}"' in menu[role].response.text] for role in Role}
    assert shown == {
        Role.ADMINISTRATOR: list(areas),
        Role.HELP_DESK: ["/admin/find"],
        Role.READ_ONLY: list(areas),
    }
    for kind in areas[1:]:
        assert f'"{kind}/add"' not in menu[Role.READ_ONLY].open(kind).text
        assert f'"{kind}/add"' in ines.open(kind).text
        assert path(ines) == kind


def test_WEB_02_what_was_registered_is_text(house: House, ines: Browser) -> None:
    hostile = "<script>alert(1)</script>"
    ines.open("/admin/partners/add")
    ines.submit(name=hostile, metadata=partner_metadata(ENTITY_ID))
    ines.open("/admin/clients/add")
    ines.submit(**{**CLIENT, "name": hostile})
    for where in ("/admin/partners", "/admin/clients"):
        page = ines.open(where)
        assert "<script>alert" not in page.text
        assert hostile in texts(page)
