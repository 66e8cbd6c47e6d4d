"""Our own metadata, and the page to which services send people back."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from idp.keys.rotate import promote_next, publish_next
from tests.http.saml.portal import NAMES, Portal, certificate_file
from tests.support import saml, xmlsec1
from tests.support.idp import Browser, Idp, open_idp

KEYS = "//md:IDPSSODescriptor/md:KeyDescriptor//ds:X509Certificate/text()"


def certificates(idp: Idp) -> list[str]:
    """Those that we publish."""
    found: list[str] = etree.fromstring(idp.browser().open("/saml/metadata").data).xpath(
        KEYS, namespaces=NAMES
    )
    return found


def test_the_metadata_is_signed_fits_the_schema_and_names_addresses_that_answer(
    idp: Idp, browser: Browser, tmp_path: Path
) -> None:
    response = browser.open("/saml/metadata")
    assert response.content_type == "application/samlmetadata+xml"
    document = tmp_path / "metadata.xml"
    document.write_bytes(response.data)
    assert xmlsec1.verifies(document, certificate_file(idp, tmp_path))
    assert saml.schema_errors(response.text, "saml-schema-metadata-2.0.xsd") == []
    root = etree.fromstring(response.data)
    assert root.get("entityID") == f"{idp.base}/saml/metadata"
    for path in ("//@Location", "//@errorURL"):
        for address in root.xpath(path):
            assert browser.open(address.partition("?")[0]).status_code != 404


def test_whoever_has_the_metadata_is_told_that_it_has_not_changed(idp: Idp, browser: Browser) -> None:
    first = browser.open("/saml/metadata")
    idp.clock.advance(3600)
    again = browser.open("/saml/metadata", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert browser.open("/saml/metadata").data == first.data
    idp.clock.advance(86_400)
    next_day = browser.open("/saml/metadata", **{"If-None-Match": first.headers["ETag"]})
    assert next_day.status_code == 200


def test_every_node_publishes_the_same_document(idp: Idp, browser: Browser) -> None:
    other = open_idp(idp.services.settings.database.url)
    one, two = browser.open("/saml/metadata"), other.browser().open("/saml/metadata")
    assert (one.data, one.headers["ETag"]) == (two.data, two.headers["ETag"])
    other.close()


def test_a_key_is_published_before_it_signs_and_as_long_as_what_it_signed_counts(idp: Idp) -> None:
    services = idp.services
    (first,) = certificates(idp)
    publish_next(services.engine, services.keys, services.keyring, idp.origin, "saml", "idp", 2048)
    both = certificates(idp)
    assert (both[0], len(both)) == (first, 2)
    promote_next(services.engine, services.keys, idp.origin, "saml", at_once=True)
    assert certificates(idp) == [both[1], first]


def test_a_new_key_signs_the_next_response(
    idp: Idp, signed_in: Browser, portal: Portal, tmp_path: Path
) -> None:
    services = idp.services
    old = certificate_file(idp, tmp_path).rename(tmp_path / "old.pem")
    publish_next(services.engine, services.keys, services.keyring, idp.origin, "saml", "idp", 2048)
    promote_next(services.engine, services.keys, idp.origin, "saml", at_once=True)
    signed_in.open(portal.sign_on())
    document = tmp_path / "response.xml"
    document.write_text(portal.answer(signed_in).xml)
    assert xmlsec1.verifies(document, certificate_file(idp, tmp_path))
    assert not xmlsec1.verifies(document, old)


@pytest.mark.parametrize(
    ("code", "heading"),
    [
        ("AUTHORIZATION_FAILURE", "You have no access to Library Portal"),
        ("AUTHENTICATION_FAILURE", "We cannot sign you in to Library Portal"),
        ("", "We cannot sign you in to Library Portal"),
    ],
)
def test_a_person_whom_a_service_sends_back_is_told_where_to_go_on(
    browser: Browser, portal: Portal, code: str, heading: str
) -> None:
    response = browser.open(f"/saml/error?rp={portal.entity_id}&code={code}")
    assert (response.status_code, browser.heading) == (200, heading)


def test_a_service_that_nobody_knows_is_neither_named_nor_linked(browser: Browser) -> None:
    response = browser.open("/saml/error?rp=https://evil.example.org&code=<script>")
    assert (response.status_code, browser.heading) == (200, "Sign-in is not possible at the moment")
    assert "evil" not in browser.find(r"<main>(.*)</main>")
    assert "<script>" not in response.text
