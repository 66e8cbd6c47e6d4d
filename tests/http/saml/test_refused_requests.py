"""Requests that nobody may trust: a page, never a redirect, and an audit row with the reason."""

from __future__ import annotations

import base64
import html
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from werkzeug.test import TestResponse

from idp.applications import service_providers
from mfa_engine.errors import InvalidField
from tests.http.saml.portal import Portal, stamp
from tests.support import saml
from tests.support.idp import Browser, Idp, Person

RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
SHOWN_REASONS = ("signature_required", "ambiguous_parameters", "acs_mismatch", "canonicalization")


@contextmanager
def refused(idp: Idp, browser: Browser, status: int, reason: str) -> Iterator[None]:
    """What is opened in the block ends on a page of ours with that status, and the audit knows why."""
    with idp.auditing() as rows:
        yield
    response = browser.response
    assert response.status_code == status
    assert response.content_type == "text/html; charset=utf-8"
    assert "Location" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert [(row.event, row.success, row.reason) for row in rows] == [
        ("saml.request.rejected", False, reason)
    ]
    assert rows[0].request_id in response.text
    assert not any(word in response.text for word in (*SHOWN_REASONS, "Traceback", "data-leave"))
    assert browser.cookie("dw_session") is None


@pytest.mark.parametrize(
    "name",
    [
        "doctype-empty",
        "cdata-in-issuer",
        "dtd-default-attribute",
        "utf-16",
        "utf-7",
        "two-roots",
        "wrong-root-response",
        "prefix-bound-elsewhere",
    ],
)
def test_SAML_02_what_parsers_could_read_differently_is_refused(
    idp: Idp, browser: Browser, portal: Portal, name: str
) -> None:
    (case,) = (case for case in saml.cases("parser") if case["file"] == f"parser/{name}.xml")
    with refused(idp, browser, 400, case["reason"]):
        browser.open("/saml/sso?" + portal.query(saml.xml(case["file"])))


def test_SAML_03_a_namespace_that_has_no_canonical_form_is_refused(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    for name in ("relative-namespace", "relative-namespace-on-root"):
        with refused(idp, browser, 400, "canonicalization"):
            browser.open("/saml/sso?" + portal.query(saml.xml(f"parser/{name}.xml")))


def test_SAML_04_a_comment_or_instruction_inside_a_value_is_refused(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    split = portal.entity_id.replace("portal", "portal<!-- -->")
    with refused(idp, browser, 400, "comment"):
        browser.open(portal.sign_on(issuer=split))
    with refused(idp, browser, 400, "processing_instruction"):
        browser.open(portal.sign_on(issuer=split.replace("<!-- -->", "<?x y?>")))


def test_SAML_05_nothing_outside_is_fetched_for_a_message(idp: Idp, browser: Browser, portal: Portal) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        place = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        document = portal.request()
        body = document.replace(portal.entity_id, "&x;")
        for declaration in (
            f'<!DOCTYPE r [<!ENTITY x SYSTEM "{place}">]>',
            f'<!DOCTYPE r [<!ENTITY % x SYSTEM "{place}"> %x;]>',
            f'<!DOCTYPE r SYSTEM "{place}">',
        ):
            with refused(idp, browser, 400, "dtd"):
                browser.open("/saml/sso?" + portal.query(declaration + body))
        included = f'<samlp:Extensions><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{place}"/>'
        with refused(idp, browser, 400, "xinclude"):
            browser.open(portal.sign_on(content=f"{included}</samlp:Extensions>"))
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_SAML_05_a_message_that_inflates_without_end_is_cut_off(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    deflater = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(deflater.compress(b" " * 1_000_000) for _ in range(90)) + deflater.flush()
    encoded = quote(base64.b64encode(bomb), safe="")
    with refused(idp, browser, 413, "size"):
        browser.open(f"/saml/sso?SAMLRequest={encoded}")


@pytest.mark.parametrize("name", ["depth-65", "depth-1000", "entity-bomb", "entity-quadratic"])
def test_SAML_05_a_message_that_costs_too_much_is_refused(
    idp: Idp, browser: Browser, portal: Portal, name: str
) -> None:
    (case,) = (case for case in saml.cases("parser") if case["file"] == f"parser/{name}.xml")
    with refused(idp, browser, 400, case["reason"]):
        browser.open("/saml/sso?" + portal.query(saml.xml(case["file"])))


def test_SAML_07_a_service_that_signs_gets_nothing_unsigned(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    document = portal.request()
    with refused(idp, browser, 403, "signature_required"):
        browser.open("/saml/sso?" + saml.unsigned_query(document).decode())
    signed = saml.signed_query(document).decode()
    with refused(idp, browser, 403, "signature_required"):
        browser.open("/saml/sso?" + signed.partition("&Signature=")[0] + "&Signature=")
    with refused(idp, browser, 403, "signature"):
        browser.open("/saml/sso?" + saml.signed_query(document, key="attacker").decode())


def test_SAML_08_a_signature_by_sha1_is_refused_though_it_holds(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    query = saml.unsigned_query(portal.request()) + b"&SigAlg=" + quote(RSA_SHA1, safe="").encode()
    value = saml.private_key("sp").sign(query, PKCS1v15(), SHA1())
    with refused(idp, browser, 403, "weak_algorithm"):
        browser.open(f"/saml/sso?{query.decode()}&Signature={quote(base64.b64encode(value), safe='')}")


def test_SAML_08_a_key_that_is_too_short_is_not_registered(idp: Idp) -> None:
    with pytest.raises(InvalidField, match="weak_key"):
        Portal(idp, key="weak-1024").register()


def test_SAML_09_the_signature_is_over_the_octets_as_they_came(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    unsigned = saml.unsigned_query(portal.request(), "a/b").decode()
    lower = unsigned.replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d")
    query = f"{lower}&SigAlg={quote(saml.RSA_SHA256, safe='')}"
    value = saml.private_key("sp").sign(query.encode(), PKCS1v15(), SHA256())
    signed = f"{query}&Signature={quote(base64.b64encode(value), safe='')}"
    with refused(idp, browser, 403, "signature"):
        browser.open("/saml/sso?" + signed.replace("RelayState=a%2fb", "RelayState=a%2fc"))
    with refused(idp, browser, 403, "signature"):
        browser.open("/saml/sso?" + signed.replace("RelayState=a%2fb", "RelayState=a%2Fb"))
    browser.open("/saml/sso?" + signed)
    assert browser.step == "first-factor"


def test_SAML_10_a_query_that_can_be_read_in_two_ways_is_refused(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    query = portal.query(portal.request(), "state")
    message = query.partition("&")[0].partition("=")[2]
    for confusing in (
        f"{query}&SAMLRequest={message}",
        f"{query}&SAMLResponse={message}",
        f"{query}&%53AMLRequest={message}",
        f"{query}&Relay%53tate=other",
        f"{query}&RelayState=state",
    ):
        with refused(idp, browser, 400, "ambiguous_parameters"):
            browser.open(f"/saml/sso?{confusing}")
    with refused(idp, browser, 400, "ambiguous_parameters"):
        browser.post(f"/saml/sso?{query}", {"SAMLRequest": message})
    browser.open(f"/saml/sso?{query}")
    assert browser.step == "first-factor"


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example.org/acs",
        "https://portal.example.org/acs/more",
        "https://PORTAL.example.org/acs",
        "https://portal.example.org:443/acs",
        "https://portal.example.org@evil.example.org/acs",
        "http://portal.example.org/acs",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
    ],
)
def test_SAML_11_an_answer_goes_to_no_address_that_the_metadata_does_not_name(
    idp: Idp, browser: Browser, portal: Portal, place: str
) -> None:
    for service in (portal, Portal(idp, signs=False, site="https://portal2.example.org").register()):
        with refused(idp, browser, 400, "acs_mismatch"):
            browser.open(service.sign_on(f'AssertionConsumerServiceURL="{place}"'))
        assert "evil.example.org" not in browser.response.text
        with refused(idp, browser, 400, "acs_mismatch"):
            browser.open(service.sign_on('AssertionConsumerServiceIndex="7"'))


def test_SAML_12_a_relay_state_beyond_two_kibibytes_is_refused(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    with refused(idp, browser, 400, "relay_state"):
        browser.open(portal.sign_on(relay_state="x" * 2049))


def test_SAML_13_a_request_is_answered_once(
    idp: Idp, signed_in: Browser, alice: Person, portal: Portal, wiki: Portal
) -> None:
    for service in (portal, wiki):
        address = service.sign_on()
        signed_in.open(address)
        assert service.answer(signed_in).status == "Success"
        with idp.auditing() as rows:
            signed_in.open(address)
        assert_already_done(signed_in.response, service)
        assert [(row.event, row.success, row.reason) for row in rows] == [("auth.login", False, "replayed")]


def test_SAML_13_a_request_begins_one_login_and_its_copy_lets_nobody_in(
    idp: Idp, browser: Browser, alice: Person, portal: Portal
) -> None:
    address = portal.sign_on()
    browser.open(address)
    browser.sign_in(alice)
    assert portal.answer(browser).status == "Success"
    for stranger in (browser, idp.browser()):
        stranger.open(address)
        assert_already_done(stranger.response, portal)
    assert idp.sql("SELECT count(*) FROM login_transaction")[0][0] == 0


def assert_already_done(response: TestResponse, service: Portal) -> None:
    """A page that leads back to the service, and takes nothing there."""
    assert response.status_code == 400
    assert "This sign-in is already done" in response.text
    assert f'href="{service.site}/"' in response.text
    assert "SAMLResponse" not in response.text


@pytest.mark.parametrize("seconds", [-(5 * 60 + 181), 181])
def test_SAML_13_a_signed_request_that_is_too_old_or_from_the_future_is_refused_with_a_way_back(
    idp: Idp, browser: Browser, portal: Portal, seconds: int
) -> None:
    with refused(idp, browser, 400, "issue_instant"):
        browser.open(portal.sign_on(issue_instant=stamp(idp.clock.now, seconds)))
    assert f'href="{portal.site}/"' in browser.response.text
    assert "Library Portal" in browser.heading


def test_SAML_13_a_request_for_another_address_is_refused(idp: Idp, browser: Browser, portal: Portal) -> None:
    for place in (f"{idp.base}/saml/slo", "https://other.example.org/saml/sso", f"{idp.base}/saml/sso/"):
        with refused(idp, browser, 400, "destination"):
            browser.open(portal.sign_on(destination=place))
    document = portal.request().replace(f' Destination="{idp.base}/saml/sso"', "")
    with refused(idp, browser, 400, "destination"):
        browser.open("/saml/sso?" + portal.query(document))


@pytest.mark.parametrize("identifier", ["1a", 'a"b', "", "a b"])
def test_SAML_14_an_id_that_could_not_be_echoed_is_refused(
    idp: Idp, browser: Browser, portal: Portal, identifier: str
) -> None:
    with refused(idp, browser, 400, "schema"):
        browser.open(portal.sign_on(identifier=html.escape(identifier)))


def test_SAML_20_a_service_that_is_unknown_disabled_or_deleted_is_not_served(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    stranger = Portal(idp, "https://unknown.example.org")
    with refused(idp, browser, 403, "issuer"):
        browser.open(stranger.sign_on())
    assert stranger.entity_id in browser.response.text
    portal.enable(enabled=False)
    with refused(idp, browser, 403, "issuer"):
        browser.open(portal.sign_on())
    portal.enable(enabled=True)
    browser.open(portal.sign_on())
    assert browser.step == "first-factor"
    services = idp.services
    service_providers.delete(services.engine, services.registry, idp.origin, portal.entity_id)
    with refused(idp, browser, 403, "issuer"):
        browser.open(portal.sign_on())


def test_SAML_20_a_service_whose_metadata_has_expired_is_not_served(idp: Idp, browser: Browser) -> None:
    ends = stamp(idp.clock.now, 3600)
    short = Portal(idp)
    short.register(metadata=short.metadata.replace(" entityID=", f' validUntil="{ends}" entityID='))
    browser.open(short.sign_on())
    assert browser.step == "first-factor"
    idp.clock.advance(timedelta(seconds=3600 + 180))
    with refused(idp, browser, 403, "metadata_expired"):
        browser.open(short.sign_on())


@pytest.mark.parametrize("second_thoughts", ["disabled", "deleted", "moved", "expired"])
def test_SAML_20_a_login_in_flight_ends_without_an_answer(
    idp: Idp, browser: Browser, alice: Person, portal: Portal, second_thoughts: str
) -> None:
    ends = stamp(idp.clock.now, 60)
    portal.register(metadata=portal.metadata.replace(" entityID=", f' validUntil="{ends}" entityID='))
    browser.open(portal.sign_on())
    browser.submit(username=alice.login, password=alice.password)
    assert browser.step == "second-factor"
    match second_thoughts:
        case "disabled":
            portal.enable(enabled=False)
        case "deleted":
            services = idp.services
            service_providers.delete(services.engine, services.registry, idp.origin, portal.entity_id)
        case "moved":
            portal.register(metadata=portal.metadata.replace("/acs", "/elsewhere"))
        case "expired":
            idp.clock.advance(60 + 180)
    with idp.auditing() as rows:
        browser.sign_in(alice)
    assert browser.response.status_code == 403
    assert "SAMLResponse" not in browser.response.text
    assert browser.cookie("dw_session") is None
    (login,) = (row for row in rows if row.event == "auth.login")
    assert (login.success, login.reason) == (False, "disabled")


def test_an_audit_row_of_a_refusal_names_whom_the_request_claims_to_come_from(
    idp: Idp, browser: Browser, portal: Portal
) -> None:
    with idp.auditing() as rows:
        browser.open(portal.sign_on(issue_instant=stamp(idp.clock.now, 3600)))
    assert rows[0].application == f"saml:{portal.entity_id}"
