"""``/application``: portals and apps registered by programs."""

from __future__ import annotations

import pytest

from metadata.saml.vocabulary import Binding

SERVICE = "https://portal.example.org/metadata"
METADATA = f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{SERVICE}">
  <md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:AssertionConsumerService Binding="{Binding.POST}"
      Location="https://portal.example.org/acs" index="1"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
"""
CLIENT = {
    "client_name": "Wiki",
    "redirect_uris": ["https://wiki.example.org/callback"],
    "scope": "openid email",
}


@pytest.fixture
def registrar(wire):
    """A service account that may register applications."""
    return wire.service("partner:read", "partner:write", "client:read", "client:write")


def test_a_portal_is_registered_from_its_metadata_switched_off_and_forgotten(registrar):
    made = registrar.call("POST", "/application/partner", json={"metadata": METADATA, "release": ["email"]})
    assert made.value == {"entity_id": SERVICE, "name": SERVICE}
    registrar.call("POST", "/application/partner/disable", {"entity_id": SERVICE})
    assert registrar.get("/application/partner").value == [
        {"entity_id": SERVICE, "name": SERVICE, "enabled": False}
    ]
    assert registrar.call("POST", "/application/partner/enable", {"entity_id": SERVICE}).value is True
    assert registrar.call("DELETE", "/application/partner", {"entity_id": SERVICE}).value is True
    assert registrar.get("/application/partner").value == []


def test_metadata_that_cannot_be_used_is_refused_with_the_reason_and_nothing_is_stored(registrar):
    unusable = METADATA.replace("https://portal.example.org/acs", "ftp://portal.example.org/acs")
    refused = registrar.call("POST", "/application/partner", json={"metadata": unusable})
    assert refused.status == 400
    assert "metadata" in refused.error[1]
    assert registrar.get("/application/partner").value == []


def test_an_app_gets_its_secret_once(registrar):
    made = registrar.call("POST", "/application/client", json=CLIENT)
    assert made.headers["Cache-Control"] == "no-store"
    assert len(made.value["client_secret"]) >= 43
    (listed,) = registrar.get("/application/client").value
    assert listed["client_name"] == "Wiki"
    assert "client_secret" not in listed
    client_id = made.value["client_id"]
    assert registrar.call("POST", "/application/client/disable", {"client_id": client_id}).value is True
    assert registrar.get("/application/client").value[0]["enabled"] is False
    assert registrar.call("DELETE", "/application/client", {"client_id": client_id}).value is True


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("redirect_uris", ["http://wiki.example.org/callback"]),
        ("require_pkce", "0"),
        ("client_secret", "mine"),
    ],
)
def test_ADM_03_a_client_is_not_registered_with_what_may_not_be_given(registrar, member, value):
    refused = registrar.call("POST", "/application/client", json=CLIENT | {member: value})
    assert refused.status == 400
    assert registrar.get("/application/client").value == []


def test_whoever_lacks_the_right_is_refused_and_the_audit_says_so(wire):
    reader = wire.service("client:read")
    with wire.idp.auditing() as rows:
        assert reader.call("POST", "/application/client", json=CLIENT).status == 403
    assert [row.event for row in rows] == ["admin.denied"]
    assert wire.call("POST", "/application/client", json=CLIENT).status == 401
