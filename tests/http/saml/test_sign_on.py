"""Single sign-on: what a service is told about a person, and how they proved themselves."""

from __future__ import annotations

import html
from datetime import timedelta
from pathlib import Path

import pytest

from mfa_engine.configuration.change import set_resolver
from tests.http.saml.portal import LASTING, PERSISTENT, TRANSIENT, Portal, certificate_file
from tests.support import saml, xmlsec1
from tests.support.idp import PEOPLE, Browser, Idp, Person
from tests.support.ports import free_port

MFA, PASSWORD = saml.MFA, saml.PASSWORD
ASSERTION_SIGNATURE = "//*[local-name()='Assertion']/*[local-name()='Signature']"
PROTOCOL_SCHEMA = "saml-schema-protocol-2.0.xsd"


def wanting(*classes: str, comparison: str = "exact") -> str:
    """A RequestedAuthnContext."""
    refs = "".join(f"<saml:AuthnContextClassRef>{name}</saml:AuthnContextClassRef>" for name in classes)
    return f'<samlp:RequestedAuthnContext Comparison="{comparison}">{refs}</samlp:RequestedAuthnContext>'


@pytest.fixture
def password_will_do(idp: Idp) -> None:
    """No second factor is needed, unless a service asks for it."""
    idp.policies({"name": "password-will-do", "then": {"second_factor": "not_required"}})


def test_a_person_signs_in_with_both_factors_and_the_service_is_told(
    idp: Idp, browser: Browser, alice: Person, portal: Portal
) -> None:
    browser.open(portal.sign_on())
    began = idp.clock.now
    browser.sign_in(alice)
    answer = portal.answer(browser)
    assert (answer.status, answer.context, answer.relay_state) == ("Success", MFA, "state-1")
    assert answer.authn_instant == began
    assert browser.response.status_code == 200
    assert "form-action https:;" in browser.response.headers["Content-Security-Policy"]
    assert browser.response.headers["Cache-Control"] == "no-store"


def test_who_is_signed_in_goes_on_without_a_page_and_the_audit_says_so(
    idp: Idp, signed_in: Browser, portal: Portal
) -> None:
    with idp.auditing() as rows:
        signed_in.open(portal.sign_on())
    assert portal.answer(signed_in).status == "Success"
    (row,) = rows
    assert (row.event, row.success, row.subject) == ("auth.login", True, "alice")
    assert (row.application, row.details["class"]) == (f"saml:{portal.entity_id}", MFA)


def test_a_response_verifies_by_the_program_xmlsec1_and_fits_the_schema(
    idp: Idp, signed_in: Browser, portal: Portal, tmp_path: Path
) -> None:
    signed_in.open(portal.sign_on())
    document = tmp_path / "response.xml"
    document.write_text(portal.answer(signed_in).xml)
    ours = certificate_file(idp, tmp_path)
    assert xmlsec1.verifies(document, ours)
    assert xmlsec1.verifies(document, ours, ASSERTION_SIGNATURE)
    assert not xmlsec1.verifies(document, saml.VECTORS / "keys" / "sp-cert.pem")
    assert saml.schema_errors(document.read_text(), PROTOCOL_SCHEMA) == []


def test_nothing_about_people_is_released_without_a_rule(signed_in: Browser, portal: Portal) -> None:
    signed_in.open(portal.sign_on())
    assert "AttributeStatement" not in portal.answer(signed_in).xml


def test_what_a_rule_releases_is_told_under_its_name_to_this_service_alone(
    idp: Idp, signed_in: Browser, portal: Portal
) -> None:
    desk = Portal(idp, "https://desk.example.org").register("display_name", "given_name=firstName", "phone")
    signed_in.open(desk.sign_on())
    assert desk.answer(signed_in).attributes == {
        "urn:oid:2.16.840.1.113730.3.1.241": ["Alice Adams"],
        "firstName": ["Alice"],
    }
    signed_in.open(portal.sign_on())
    assert portal.answer(signed_in).attributes == {}


def test_a_transient_name_is_of_one_session_and_one_service(
    idp: Idp, signed_in: Browser, alice: Person, portal: Portal, wiki: Portal
) -> None:
    signed_in.open(portal.sign_on())
    first = portal.answer(signed_in).name
    assert (first.format, first.sp_name_qualifier) == (TRANSIENT, portal.entity_id)
    assert first.name_qualifier == f"{idp.base}/saml/metadata"
    signed_in.open(wiki.sign_on())
    assert wiki.answer(signed_in).name.value != first.value
    another = idp.browser()
    another.open(portal.sign_on())
    another.sign_in(alice)
    assert portal.answer(another).name.value != first.value


def test_a_persistent_name_stays_through_sessions_and_differs_per_service(
    idp: Idp, signed_in: Browser, alice: Person, portal: Portal, wiki: Portal
) -> None:
    signed_in.open(portal.sign_on(content=LASTING))
    name = portal.answer(signed_in).name
    assert (name.format, name.sp_name_qualifier) == (PERSISTENT, portal.entity_id)
    assert "alice" not in name.value
    signed_in.open(wiki.sign_on(content=LASTING))
    assert wiki.answer(signed_in).name.value != name.value
    another = idp.browser()
    another.open(portal.sign_on(content=LASTING))
    another.sign_in(alice)
    assert portal.answer(another).name == name
    bob = idp.person("bob")
    third = idp.browser()
    third.open(portal.sign_on(content=LASTING))
    third.sign_in(bob)
    assert portal.answer(third).name.value != name.value


def test_a_service_that_may_not_have_a_lasting_name_made_is_told_so_and_the_person_stays_signed_in(
    idp: Idp, browser: Browser, alice: Person, portal: Portal
) -> None:
    known_only = f'<samlp:NameIDPolicy Format="{PERSISTENT}"/>'
    browser.open(portal.sign_on(content=known_only))
    with idp.auditing() as rows:
        browser.sign_in(alice)
    answer = portal.answer(browser)
    assert (answer.status, answer.has_assertion) == ("Requester/InvalidNameIDPolicy", False)
    (refused,) = (row for row in rows if row.event == "saml.request.rejected")
    assert (refused.reason, refused.subject, refused.success) == ("name_id_policy", "alice", False)
    browser.open(portal.sign_on(content=LASTING))
    name = portal.answer(browser).name
    browser.open(portal.sign_on(content=known_only))
    assert portal.answer(browser).name == name


def test_SAML_12_relay_state_comes_back_as_it_was_and_breaks_out_of_nothing(
    signed_in: Browser, portal: Portal
) -> None:
    hostile = '"><script>alert(1)</script>&amp; ü \t%26'
    for state in (hostile, "x" * 2048, ""):
        signed_in.open(portal.sign_on(relay_state=state))
        assert "<script>alert" not in signed_in.response.text
        assert html.unescape(portal.answer(signed_in).relay_state) == state
    signed_in.open(portal.sign_on(relay_state=None))
    assert portal.answer(signed_in).relay_state is None
    policy = signed_in.response.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_SAML_14_a_hostile_value_stays_text(idp: Idp, browser: Browser) -> None:
    hostile = 'x"><saml:Attribute Name="admin"><!-- --><?pi ?></saml:Attribute>&'
    mallory = idp.person("mallory", given_name=hostile)
    desk = Portal(idp, "https://desk.example.org").register("given_name")
    browser.open(desk.sign_on())
    browser.sign_in(mallory)
    answer = desk.answer(browser)
    assert answer.attributes == {"urn:oid:2.5.4.42": [hostile]}
    assert "<!--" not in answer.xml
    assert "<?" not in answer.xml


def test_SAML_14_a_value_that_xml_cannot_carry_is_refused_and_named_in_the_audit(
    idp: Idp, browser: Browser
) -> None:
    mallory = idp.person("mallory", given_name="bell\x07")
    desk = Portal(idp, "https://desk.example.org").register("given_name", "login")
    browser.open(desk.sign_on())
    with idp.auditing() as rows:
        browser.sign_in(mallory)
    answer = desk.answer(browser)
    assert (answer.status, answer.has_assertion) == ("Responder", False)
    (refused,) = (row for row in rows if row.event == "saml.request.rejected")
    assert (refused.reason, refused.subject) == ("attribute_value:given_name", "mallory")


def test_SAML_15_an_assertion_is_of_use_to_one_service_for_one_request_for_five_minutes(
    idp: Idp, signed_in: Browser, portal: Portal
) -> None:
    signed_in.open(portal.sign_on())
    answer = portal.answer(signed_in)
    data = "//saml:SubjectConfirmationData"
    assert answer.texts("//saml:Audience") == [portal.entity_id]
    assert answer.text(f"{data}/@Recipient") == portal.acs
    assert answer.text(f"{data}/@InResponseTo") == portal.asked[-1]
    ends = idp.clock.now + timedelta(minutes=5)
    assert answer.text(f"{data}/@NotOnOrAfter") == ends.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert answer.text("//saml:Conditions/@NotOnOrAfter") == ends.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(answer.session_index) > 128 // 4
    assert signed_in.cookie("dw_session") not in answer.xml


def test_SAML_16_a_fresh_sign_in_asks_for_everything_again(
    idp: Idp, signed_in: Browser, alice: Person, wiki: Portal
) -> None:
    idp.clock.advance(timedelta(minutes=20))
    old = signed_in.cookie("dw_session")
    signed_in.open(wiki.sign_on('ForceAuthn="true"'))
    asked_at = idp.clock.now
    assert signed_in.step == "first-factor"
    signed_in.submit(username=alice.login, password=alice.password)
    assert signed_in.step == "second-factor"
    signed_in.sign_in(alice)
    answer = wiki.answer(signed_in)
    assert answer.authn_instant >= asked_at
    assert answer.context == MFA
    assert signed_in.cookie("dw_session") != old


def test_SAML_16_no_page_and_a_fresh_sign_in_cannot_both_be_had(
    idp: Idp, signed_in: Browser, portal: Portal
) -> None:
    with idp.auditing() as rows:
        signed_in.open(portal.sign_on('ForceAuthn="true" IsPassive="true"'))
    assert portal.answer(signed_in).status == "Responder/NoPassive"
    assert [(row.event, row.reason) for row in rows] == [("saml.request.rejected", "no_passive")]


def test_without_a_page_who_is_signed_in_is_let_in_and_nobody_else(
    idp: Idp, signed_in: Browser, portal: Portal
) -> None:
    signed_in.open(portal.sign_on('IsPassive="true"'))
    assert portal.answer(signed_in).status == "Success"
    stranger = idp.browser()
    with idp.auditing() as rows:
        stranger.open(portal.sign_on('IsPassive="true"'))
    answer = portal.answer(stranger)
    assert (answer.status, answer.has_assertion) == ("Responder/NoPassive", False)
    assert answer.relay_state == "state-1"
    assert [(row.event, row.success, row.reason) for row in rows] == [("auth.login", False, "login_required")]


def test_SAML_17_a_stronger_class_asks_for_what_is_missing_only(
    idp: Idp, browser: Browser, alice: Person, portal: Portal, wiki: Portal, password_will_do: None
) -> None:
    browser.open(wiki.sign_on())
    browser.submit(username=alice.login, password=alice.password)
    assert wiki.answer(browser).context == "https://refeds.org/profile/sfa"
    old = browser.cookie("dw_session")
    browser.open(portal.sign_on(content=wanting(MFA)))
    assert browser.step == "second-factor"
    browser.sign_in(alice)
    assert portal.answer(browser).context == MFA
    assert browser.cookie("dw_session") != old


def test_SAML_17_a_stronger_class_without_a_page_is_refused(
    idp: Idp, browser: Browser, alice: Person, portal: Portal, wiki: Portal, password_will_do: None
) -> None:
    browser.open(wiki.sign_on())
    browser.submit(username=alice.login, password=alice.password)
    browser.open(portal.sign_on('IsPassive="true"', wanting(MFA)))
    answer = portal.answer(browser)
    assert (answer.status, answer.has_assertion) == ("Responder/NoPassive", False)


def test_SAML_17_a_class_out_of_reach_is_refused_and_never_weakened(
    idp: Idp, browser: Browser, portal: Portal, password_will_do: None
) -> None:
    bob = idp.person("bob", app=False)
    browser.open(portal.sign_on(content=wanting(MFA)))
    with idp.auditing() as rows:
        browser.sign_in(bob)
    answer = portal.answer(browser)
    assert (answer.status, answer.has_assertion) == ("Responder/NoAuthnContext", False)
    (login,) = (row for row in rows if row.event == "auth.login")
    assert (login.success, login.reason, login.subject) == (False, "unreachable", "bob")
    assert browser.cookie("dw_session") is None


@pytest.mark.parametrize(
    ("classes", "comparison"),
    [(("urn:example:unknown",), "exact"), ((PASSWORD,), "maximum"), ((MFA,), "better"), ((MFA,), "minimum")],
)
def test_SAML_17_a_wish_that_cannot_be_judged_is_refused(
    idp: Idp, signed_in: Browser, portal: Portal, classes: tuple[str, ...], comparison: str
) -> None:
    with idp.auditing() as rows:
        signed_in.open(portal.sign_on(content=wanting(*classes, comparison=comparison)))
    assert portal.answer(signed_in).status == "Responder/NoAuthnContext"
    assert [(row.event, row.reason) for row in rows] == [("saml.request.rejected", "no_authn_context")]


def test_SAML_17_policy_is_a_floor_and_the_class_is_the_one_that_was_asked_for(
    browser: Browser, alice: Person, portal: Portal
) -> None:
    browser.open(portal.sign_on(content=wanting(PASSWORD, MFA)))
    browser.submit(username=alice.login, password=alice.password)
    assert browser.step == "second-factor"
    browser.sign_in(alice)
    assert portal.answer(browser).context == PASSWORD


def test_AUTH_10_a_person_who_was_disabled_is_not_let_in_by_a_session(
    idp: Idp, signed_in: Browser, alice: Person, portal: Portal
) -> None:
    idp.change_person(alice, enabled=False)
    idp.clock.advance(61)
    with idp.auditing() as rows:
        signed_in.open(portal.sign_on())
    assert signed_in.step == "first-factor"
    assert [(row.event, row.subject) for row in rows] == [("auth.user.disabled", "alice")]


def test_a_directory_that_does_not_answer_is_told_to_the_service_with_a_number_to_ask_for(
    idp: Idp, signed_in: Browser, portal: Portal
) -> None:
    nobody = {"servers": [f"ldap://127.0.0.1:{free_port()}"], "base_dn": "dc=example", "allow_plain": True}
    set_resolver(idp.services.engine, idp.services.resolvers, idp.origin, PEOPLE, "ldap", nobody)
    idp.services.engine.forget_rules()
    idp.clock.advance(61)
    with idp.auditing() as rows:
        signed_in.open(portal.sign_on())
    answer = portal.answer(signed_in)
    assert (answer.status, answer.has_assertion) == ("Responder", False)
    assert [(row.event, row.reason) for row in rows] == [("saml.request.rejected", "unavailable")]
    assert answer.text("//samlp:StatusMessage") == rows[0].request_id


def test_an_error_goes_back_with_the_state_signed_and_bound_to_the_request(
    idp: Idp, browser: Browser, portal: Portal, tmp_path: Path
) -> None:
    browser.open(portal.sign_on('IsPassive="true"'))
    document = tmp_path / "response.xml"
    document.write_text(portal.answer(browser).xml)
    assert xmlsec1.verifies(document, certificate_file(idp, tmp_path))
    assert saml.schema_errors(document.read_text(), PROTOCOL_SCHEMA) == []
