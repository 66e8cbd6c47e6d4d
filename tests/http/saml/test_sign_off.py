"""Single logout that a service starts: the session ends, and the service hears how far that went."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from werkzeug.test import TestResponse

from tests.http.saml.portal import (
    LASTING,
    PERSISTENT,
    Answer,
    Name,
    Portal,
    certificate_file,
    logout_status,
    saml_response,
    stamp,
)
from tests.support import saml
from tests.support.idp import Browser, Idp, Person

NOBODY = Name(
    "_nobody", PERSISTENT, "https://idp.example.org/saml/metadata", "https://portal.example.org/metadata"
)


@pytest.fixture
def arrived(browser: Browser, alice: Person, portal: Portal) -> Answer:
    """Alice has signed in to the portal, and to nothing else."""
    browser.open(portal.sign_on(content=LASTING))
    browser.sign_in(alice)
    return portal.answer(browser)


def is_signed_in(browser: Browser, portal: Portal) -> bool:
    """Whether the browser's session still answers a request."""
    browser.open(portal.sign_on('IsPassive="true"'))
    return portal.answer(browser).status == "Success"


def test_SESS_05_a_logout_ends_the_session_and_its_old_cookie_is_worth_nothing(
    idp: Idp, browser: Browser, portal: Portal, arrived: Answer
) -> None:
    cookie = browser.cookie("dw_session")
    assert is_signed_in(browser, portal)
    with idp.auditing() as rows:
        browser.open(portal.sign_off(arrived.name, arrived.session_index))
    assert logout_status(browser.response) == "Success"
    assert browser.cookie("dw_session") is None
    assert [(row.event, row.success, row.subject) for row in rows] == [("auth.session.ended", True, "alice")]
    assert (rows[0].actor, rows[0].application) == (f"saml:{portal.entity_id}",) * 2
    browser.give_cookie("dw_session", cookie)
    assert not is_signed_in(browser, portal)


def test_the_answer_goes_by_redirect_signed_with_the_state_and_fits_the_schema(
    idp: Idp, browser: Browser, portal: Portal, arrived: Answer, tmp_path: Path
) -> None:
    response = browser.open(portal.sign_off(arrived.name, arrived.session_index))
    assert response.status_code == 303
    address = urlsplit(response.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{portal.site}/slo"
    assert parse_qs(address.query)["RelayState"] == ["bye"]
    octets, _, value = address.query.partition("&Signature=")
    ours = load_pem_x509_certificate(certificate_file(idp, tmp_path).read_bytes()).public_key()
    ours.verify(base64.b64decode(unquote(value)), octets.encode(), PKCS1v15(), SHA256())
    document = saml_response(response)
    assert f'InResponseTo="{portal.asked[-1]}"' in document
    assert saml.schema_errors(document, "saml-schema-protocol-2.0.xsd") == []


def test_without_an_index_every_session_of_that_person_at_that_service_ends(
    idp: Idp, browser: Browser, alice: Person, portal: Portal, wiki: Portal, arrived: Answer
) -> None:
    elsewhere, at_the_wiki = idp.browser(), idp.browser()
    elsewhere.open(portal.sign_on(content=LASTING))
    elsewhere.sign_in(alice)
    at_the_wiki.open(wiki.sign_on())
    at_the_wiki.sign_in(alice)
    with idp.auditing() as rows:
        browser.open(portal.sign_off(arrived.name))
    assert [row.event for row in rows] == ["auth.session.ended"] * 2
    assert not is_signed_in(browser, portal)
    assert not is_signed_in(elsewhere, portal)
    assert is_signed_in(at_the_wiki, portal)


def test_with_an_index_that_session_alone_ends(
    idp: Idp, browser: Browser, alice: Person, portal: Portal, arrived: Answer
) -> None:
    elsewhere = idp.browser()
    elsewhere.open(portal.sign_on(content=LASTING))
    elsewhere.sign_in(alice)
    index = portal.answer(elsewhere).session_index
    browser.open(portal.sign_off(arrived.name, index))
    assert logout_status(browser.response) == "Success"
    assert browser.cookie("dw_session") is not None
    assert is_signed_in(browser, portal)
    assert not is_signed_in(elsewhere, portal)


def test_a_transient_name_means_its_own_session(
    idp: Idp, browser: Browser, alice: Person, portal: Portal
) -> None:
    browser.open(portal.sign_on())
    browser.sign_in(alice)
    answer = portal.answer(browser)
    browser.open(portal.sign_off(answer.name, answer.session_index))
    assert logout_status(browser.response) == "Success"
    assert not is_signed_in(browser, portal)


def test_a_session_that_has_ended_already_is_no_error(
    idp: Idp, browser: Browser, alice: Person, portal: Portal, arrived: Answer
) -> None:
    transient = idp.browser()
    transient.open(portal.sign_on())
    transient.sign_in(alice)
    fleeting = portal.answer(transient)
    for name, index in ((arrived.name, arrived.session_index), (fleeting.name, fleeting.session_index)):
        browser.open(portal.sign_off(name, index))
        with idp.auditing() as rows:
            browser.open(portal.sign_off(name, index))
        assert logout_status(browser.response) == "Success"
        assert [(row.event, row.success, row.reason) for row in rows] == [
            ("saml.logout", True, "already_ended")
        ]


def test_others_who_were_not_told_are_not_hidden(
    browser: Browser, portal: Portal, wiki: Portal, arrived: Answer
) -> None:
    browser.open(wiki.sign_on())
    assert wiki.answer(browser).status == "Success"
    browser.open(portal.sign_off(arrived.name, arrived.session_index))
    assert logout_status(browser.response) == "Success/PartialLogout"


@pytest.mark.parametrize("change", ["value", "format", "name_qualifier", "sp_name_qualifier"])
def test_a_name_that_was_never_given_to_the_service_ends_nothing(
    idp: Idp, browser: Browser, portal: Portal, arrived: Answer, change: str
) -> None:
    other = replace(arrived.name, **{change: "urn:example:other"})
    with idp.auditing() as rows:
        browser.open(portal.sign_off(other, arrived.session_index))
    assert logout_status(browser.response) == "Requester/UnknownPrincipal"
    assert [(row.event, row.reason) for row in rows] == [("saml.request.rejected", "unknown_principal")]
    assert is_signed_in(browser, portal)


def test_the_names_and_sessions_of_another_service_are_out_of_reach(
    idp: Idp, browser: Browser, alice: Person, portal: Portal, arrived: Answer
) -> None:
    desk = Portal(idp, "https://desk.example.org").register()
    browser.open(desk.sign_on(content=LASTING))
    theirs = desk.answer(browser)
    for name in (arrived.name, replace(arrived.name, sp_name_qualifier=desk.entity_id)):
        browser.open(desk.sign_off(name, arrived.session_index))
        assert logout_status(browser.response) == "Requester/UnknownPrincipal"
    browser.open(desk.sign_off(theirs.name, arrived.session_index))
    assert logout_status(browser.response) == "Success"
    assert is_signed_in(browser, portal)


def test_an_unsigned_request_ends_nothing_before_the_person_says_so(
    idp: Idp, browser: Browser, portal: Portal, wiki: Portal, arrived: Answer
) -> None:
    address = wiki.sign_off(arrived.name, signed=False)
    with idp.auditing() as rows:
        browser.open(address)
    assert browser.response.status_code == 200
    assert browser.heading == "Do you want to sign out?"
    assert "Location" not in browser.response.headers
    assert rows == []
    browser.post(address, {"answer": "yes", "csrf": "forged"})
    assert browser.response.status_code == 403
    assert is_signed_in(browser, portal)
    browser.open(address)
    token = browser.csrf
    with idp.auditing() as rows:
        browser.submit(answer="yes")
    assert "You are signed out" in browser.heading
    assert [(row.event, row.subject) for row in rows] == [("auth.session.ended", "alice")]
    assert rows[0].actor == "person:people/id-of-alice"
    assert browser.cookie("dw_session") is None
    browser.post(address, {"answer": "yes", "csrf": token})
    assert "You are signed out" in browser.heading
    assert not is_signed_in(browser, portal)


def test_a_logout_request_that_is_posted_ends_nothing(
    idp: Idp, browser: Browser, portal: Portal, arrived: Answer
) -> None:
    message = base64.b64encode(portal.logout_request(arrived.name).encode()).decode()
    with idp.auditing() as rows:
        browser.post("/saml/slo", {"SAMLRequest": message})
    assert_refused(browser.response, 400)
    assert [row.reason for row in rows] == ["ambiguous_parameters"]
    assert is_signed_in(browser, portal)


def test_an_unsigned_request_without_a_session_says_that_nobody_is_signed_in(
    browser: Browser, wiki: Portal
) -> None:
    browser.open(wiki.sign_off(NOBODY, signed=False))
    assert browser.heading == "You are signed out"


def test_SAML_07_a_request_signed_by_another_key_ends_nothing(
    idp: Idp, browser: Browser, portal: Portal, arrived: Answer
) -> None:
    with idp.auditing() as rows:
        browser.open(portal.sign_off(arrived.name, arrived.session_index, key="attacker"))
    assert_refused(browser.response, 403)
    assert [(row.event, row.reason) for row in rows] == [("saml.request.rejected", "signature")]
    assert is_signed_in(browser, portal)


def test_SAML_13_a_logout_request_is_obeyed_once_in_time_and_at_its_own_address(
    idp: Idp, browser: Browser, portal: Portal, arrived: Answer
) -> None:
    address = portal.sign_off(NOBODY, Destination="https://other.example.org/slo")
    with idp.auditing() as rows:
        browser.open(address)
    assert_refused(browser.response, 400)
    assert [row.reason for row in rows] == ["destination"]
    old = stamp(idp.clock.now, -(5 * 60 + 181))
    with idp.auditing() as rows:
        browser.open(portal.sign_off(arrived.name, IssueInstant=old))
    assert logout_status(browser.response) == "Requester/RequestDenied"
    assert [row.reason for row in rows] == ["expired"]
    assert is_signed_in(browser, portal)
    once = portal.sign_off(arrived.name)
    browser.open(once)
    assert logout_status(browser.response) == "Success"
    with idp.auditing() as rows:
        browser.open(once)
    assert_refused(browser.response, 400)
    assert [row.reason for row in rows] == ["replayed"]


def test_SAML_20_a_disabled_service_ends_nothing(
    idp: Idp, browser: Browser, portal: Portal, wiki: Portal, arrived: Answer
) -> None:
    portal.enable(enabled=False)
    with idp.auditing() as rows:
        browser.open(portal.sign_off(arrived.name))
    assert_refused(browser.response, 403)
    assert [row.reason for row in rows] == ["issuer"]
    assert is_signed_in(browser, wiki)


@pytest.mark.parametrize("query", ["", "SAMLRequest=%2B", "SAMLResponse=x", "RelayState=x"])
def test_what_is_no_logout_request_is_refused(idp: Idp, browser: Browser, query: str) -> None:
    with idp.auditing() as rows:
        browser.open(f"/saml/slo?{query}")
    assert_refused(browser.response, 400)
    assert [row.event for row in rows] == ["saml.request.rejected"]


def test_a_service_without_a_place_for_answers_leaves_the_person_with_us(
    idp: Idp, browser: Browser, alice: Person
) -> None:
    metadata = Portal(idp).metadata
    place = '<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"'
    assert place in metadata
    start = metadata.index(place)
    portal = Portal(idp).register(metadata=metadata[:start] + metadata[metadata.index("/>", start) + 2 :])
    browser.open(portal.sign_on(content=LASTING))
    browser.sign_in(alice)
    answer = portal.answer(browser)
    with idp.auditing() as rows:
        browser.open(portal.sign_off(NOBODY))
    assert_refused(browser.response, 400)
    assert [row.reason for row in rows] == ["unknown_principal"]
    browser.open(portal.sign_off(answer.name, answer.session_index))
    assert browser.response.status_code == 200
    assert "You are signed out" in browser.heading
    assert not is_signed_in(browser, portal)


def test_sessions_that_died_of_age_are_no_error(
    idp: Idp, browser: Browser, portal: Portal, arrived: Answer
) -> None:
    idp.clock.advance(timedelta(days=2))
    browser.open(portal.sign_off(arrived.name, arrived.session_index))
    assert logout_status(browser.response) == "Success"


def assert_refused(response: TestResponse, status: int) -> None:
    assert response.status_code == status
    assert "Location" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
