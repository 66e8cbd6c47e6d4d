"""Another implementation on the other side: python3-saml asks, and believes our answers."""

from urllib.parse import parse_qs, urlsplit

import pytest
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from idp.saml import logout, name_id, status
from idp.saml.attributes import SamlAttribute
from idp.saml.bindings import post, redirect
from idp.saml.bindings.redirect import Message, receive
from idp.saml.sso import checks, request, response
from idp.saml.sso.assertion import Statement
from idp.saml.sso.checks import Accepted, SsoEndpoint
from metadata.saml.document import DESCRIPTOR, parse
from metadata.saml.read import service_provider
from metadata.saml.vocabulary import NameFormat, NameIdFormat
from tests.support import saml

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
SLO = "https://sp.example.org/saml/slo"
ENDPOINT = SsoEndpoint(saml.SSO_REDIRECT, saml.KNOWN_CONTEXTS)


def pem(name: str) -> str:
    return (saml.VECTORS / "keys" / f"{name}.pem").read_text()


SETTINGS = {
    "strict": True,
    "sp": {
        "entityId": saml.SP,
        "assertionConsumerService": {"url": saml.ACS},
        "singleLogoutService": {"url": SLO, "binding": REDIRECT},
        "NameIDFormat": NameIdFormat.PERSISTENT.value,
        "x509cert": pem("sp-cert"),
        "privateKey": pem("sp-key"),
    },
    "idp": {
        "entityId": saml.IDP,
        "singleSignOnService": {"url": saml.SSO_REDIRECT, "binding": REDIRECT},
        "singleLogoutService": {"url": saml.SLO_REDIRECT, "binding": REDIRECT},
        "x509cert": pem("federation-cert"),
    },
    "security": {
        "authnRequestsSigned": True,
        "logoutRequestSigned": True,
        "wantAssertionsSigned": True,
        "wantMessagesSigned": True,
        "requestedAuthnContext": [saml.MFA],
    },
}


@pytest.fixture
def portal(time_machine):
    """Its metadata, read by us, at the hour of the vectors."""
    time_machine.move_to(saml.NOW, tick=False)
    metadata = OneLogin_Saml2_Settings(SETTINGS, sp_validation_only=True).get_sp_metadata()
    return service_provider(parse(metadata if isinstance(metadata, bytes) else metadata.encode(), DESCRIPTOR))


def visit(path: str, query: dict | None = None, form: dict | None = None) -> OneLogin_Saml2_Auth:
    asked = {"https": "on", "http_host": "sp.example.org", "script_name": path}
    return OneLogin_Saml2_Auth({**asked, "get_data": query or {}, "post_data": form or {}}, SETTINGS)


def test_its_metadata_is_read(portal):
    assert portal.entity_id == saml.SP
    assert portal.authn_requests_signed
    assert portal.signing_keys == (saml.public_key("sp"),)
    assert portal.logout_services[0].location == SLO


def test_a_login_and_a_logout_run_through(portal):
    visitor = visit("/")
    query = urlsplit(visitor.login(return_to="https://sp.example.org/in?x=1&y=ä")).query.encode()
    received = receive(query)
    accepted = checks.judge(request.read(received.root), received, portal, ENDPOINT, saml.NOW)
    assert isinstance(accepted, Accepted)
    assert accepted.contexts == (saml.MFA,)
    assert accepted.name_id.format is NameIdFormat.PERSISTENT

    name = name_id.persistent(name_id.new_persistent_value(), saml.IDP, saml.SP)
    mail = SamlAttribute("mail", None, NameFormat.BASIC, ("alice@example.org",))
    statement = Statement(saml.IDP, name, saml.MFA, saml.NOW, "_s1", saml.NOW.replace(hour=12), (mail,))
    answer = response.success(statement, accepted.address, saml.credential(), saml.NOW)
    form = post.send(accepted.address.location, answer, accepted.address.relay_state)
    visitor = visit("/saml/acs", form=dict(form.fields))
    visitor.process_response(request_id=accepted.address.in_response_to)
    assert visitor.get_errors() == [], visitor.get_last_error_reason()
    assert visitor.is_authenticated()
    assert visitor.get_nameid() == name.value

    leaving = visitor.logout(
        name_id=name.value,
        session_index=visitor.get_session_index(),
        name_id_format=name.format,
        nq=name.name_qualifier,
        spnq=name.sp_name_qualifier,
    )
    received = receive(urlsplit(leaving).query.encode())
    verdict = logout.judge(logout.read(received.root), received, portal, saml.SLO_REDIRECT, saml.NOW)
    assert isinstance(verdict, logout.LogoutAccepted)
    assert name_id.is_same(verdict.name_id, name)
    assert verdict.session_indexes == ("_s1",)
    assert verdict.address is not None

    done = logout.response(saml.IDP, status.SUCCESS, verdict.address, saml.NOW)
    address = redirect.send(
        verdict.address.location, Message.RESPONSE, done, verdict.address.relay_state, saml.credential()
    )
    back = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    visitor = visit("/saml/slo", query=back)
    visitor.process_slo(keep_local_session=True, request_id=verdict.address.in_response_to)
    assert visitor.get_errors() == [], visitor.get_last_error_reason()


def test_a_failure_is_believed_and_names_its_second_level(portal):
    address = checks.ReturnAddress(saml.SP, saml.ACS, "_a1", None)
    answer = response.failure(saml.IDP, status.NO_AUTHN_CONTEXT, address, saml.credential(), saml.NOW)
    visitor = visit("/saml/acs", form=dict(post.send(saml.ACS, answer, None).fields))
    visitor.process_response(request_id="_a1")
    assert not visitor.is_authenticated()
    assert "NoAuthnContext" in visitor.get_last_error_reason()
