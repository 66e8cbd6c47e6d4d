"""Single logout that a service starts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.saml import logout, status
from idp.saml.bindings import redirect
from idp.saml.bindings.redirect import Message, receive
from idp.saml.errors import PageError
from idp.saml.logout import LogoutAccepted, LogoutRefused, LogoutUnproven
from idp.saml.message import OneUse
from idp.saml.name_id import NameId, is_same
from idp.saml.sso.address import ReturnAddress
from metadata.entity import Endpoint
from metadata.saml.document import parse
from metadata.saml.vocabulary import Binding, NameIdFormat
from tests.support import saml

SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SLO = "https://sp.example.org/saml/slo"
PORTAL = replace(
    saml.portal(),
    logout_services=(
        Endpoint(Binding.SOAP, "https://sp.example.org/soap"),
        Endpoint(Binding.REDIRECT, SLO, response_location=f"{SLO}/done"),
    ),
)
NAME = NameId("alice-pairwise-1", NameIdFormat.PERSISTENT, saml.IDP, saml.SP)
GOOD = saml.without_signature(saml.xml("good/logoutrequest.xml").decode())


def judged(document=GOOD, service=PORTAL, now=saml.NOW, *, signed=True, key="sp", relay_state="state"):
    if signed:
        received = receive(saml.signed_query(document, relay_state, key))
    else:
        received = receive(saml.unsigned_query(document, relay_state))
    return logout.judge(logout.read(received.root), received, service, saml.SLO_POST, now)


def page(document=GOOD, *arguments, **options) -> tuple[int, str]:
    with pytest.raises(PageError) as refusal:
        judged(document, *arguments, **options)
    return refusal.value.http_status.value, refusal.value.reason


def refused(document=GOOD, *arguments, **options) -> str:
    verdict = judged(document, *arguments, **options)
    assert isinstance(verdict, LogoutRefused)
    assert verdict.status.reason is not None
    return f"{verdict.status.code.rpartition(':')[2]}/{verdict.status.reason.rpartition(':')[2]}"


def test_a_signed_request_may_end_the_sessions_that_it_names():
    assert judged() == LogoutAccepted(
        name_id=NAME,
        session_indexes=("_s1",),
        address=ReturnAddress(saml.SP, f"{SLO}/done", "_l1", "state"),
        one_use=OneUse(saml.SP, "_l1", datetime(2026, 1, 1, 0, 8, tzinfo=UTC)),
    )


def test_an_unsigned_request_ends_nothing_and_gets_no_answer():
    assert judged(signed=False) == LogoutUnproven(saml.SP)


@pytest.mark.parametrize(
    "case", [c for c in saml.cases("content") if c["message"] == "LogoutRequest"], ids=saml.named
)
def test_a_logout_of_the_vectors_gets_their_answer(case):
    document = saml.without_signature(saml.xml(case["file"]).decode())
    match case["reason"]:
        case "signature_required":
            assert isinstance(judged(document, signed=False), LogoutUnproven)
        case "expired":
            assert refused(document) == "Requester/RequestDenied"
        case "unknown_principal":  # whether a name was given out, the sessions know
            verdict = judged(document)
            assert isinstance(verdict, LogoutAccepted)
            assert not is_same(verdict.name_id, NAME)


@pytest.mark.parametrize("file", ["parser/comment-in-nameid.xml", "parser/pi-in-nameid.xml"])
def test_SAML_04_a_name_that_is_split_is_not_read(file):
    with pytest.raises(PageError) as refusal:
        receive(saml.unsigned_query(saml.xml(file)))
    assert refusal.value.http_status == 400


def test_SAML_04_the_name_is_all_its_text():
    split = GOOD.replace("alice-pairwise-1", "alice&#45;pairwise&#x2d;1")
    assert logout.read(parse(split.encode())).name_id == NAME


def test_a_request_signed_by_another_key_is_refused():
    assert page(key="attacker") == (403, "signature")


def test_SAML_20_a_service_that_is_unknown_or_expired_ends_nothing():
    assert page(service=None) == (403, "issuer")
    assert page(service=replace(PORTAL, valid_until=saml.NOW - timedelta(days=1))) == (
        403,
        "metadata_expired",
    )
    assert page(service=replace(PORTAL, entity_id="https://other.example.org/")) == (403, "issuer")


def test_SAML_13_a_request_for_elsewhere_is_refused():
    assert page(GOOD.replace(saml.SLO_POST, "https://other.example.org/slo")) == (400, "destination")
    assert page(GOOD.replace(f'Destination="{saml.SLO_POST}"', "")) == (400, "destination")


@pytest.mark.parametrize(("seconds", "answer"), [(479, True), (480, False), (-180, True), (-181, False)])
def test_a_request_is_denied_when_it_has_expired_or_is_from_the_future(seconds, answer):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    if answer:
        assert isinstance(judged(now=now), LogoutAccepted)
    else:
        assert refused(now=now) == "Requester/RequestDenied"


def test_a_request_that_sets_its_own_end_far_away_is_old_after_five_minutes_all_the_same():
    endless = GOOD.replace('NotOnOrAfter="2026-01-01T00:05:00Z"', 'NotOnOrAfter="9999-12-31T23:59:59Z"')
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert isinstance(judged(endless, now=start + timedelta(seconds=480)), LogoutAccepted)
    assert refused(endless, now=start + timedelta(seconds=481)) == "Requester/RequestDenied"


def test_another_version_is_a_mismatch():
    assert refused(GOOD.replace('Version="2.0"', 'Version="1.1"')) == "VersionMismatch/RequestVersionTooLow"


def test_a_name_in_a_form_that_we_never_give_out_is_not_supported():
    encrypted = GOOD[: GOOD.index("<saml:NameID")] + "<saml:EncryptedID/></samlp:LogoutRequest>"
    assert refused(encrypted) == "Requester/RequestUnsupported"


@pytest.mark.parametrize(
    "change",
    [
        ("<samlp:SessionIndex>", "<saml:NameID>x</saml:NameID><samlp:SessionIndex>"),
        ("<samlp:SessionIndex>_s1</samlp:SessionIndex>", "<samlp:Unknown/>"),
        ('ID="_l1"', 'ID="1"'),
        ('NotOnOrAfter="2026-01-01T00:05:00Z"', 'NotOnOrAfter="soon"'),
    ],
)
def test_what_the_schema_does_not_know_is_malformed(change):
    assert page(GOOD.replace(*change)) == (400, "schema")


def test_without_a_name_a_request_is_malformed():
    assert page(GOOD[: GOOD.index("<saml:NameID")] + "</samlp:LogoutRequest>") == (400, "schema")


def test_an_authn_request_is_no_logout_request():
    with pytest.raises(PageError, match="LogoutRequest"):
        logout.read(parse(saml.authn_request().encode()))


def test_several_sessions_or_none_may_be_named():
    index = "<samlp:SessionIndex>_s1</samlp:SessionIndex>"
    assert judged(GOOD.replace(index, index + index.replace("_s1", "_s2"))).session_indexes == ("_s1", "_s2")
    assert judged(GOOD.replace(index, "")).session_indexes == ()


def test_a_service_without_a_logout_endpoint_by_redirect_gets_no_answer():
    assert judged(service=replace(PORTAL, logout_services=PORTAL.logout_services[:1])).address is None


ADDRESS = ReturnAddress(saml.SP, f"{SLO}/done", "_l1", "state")


@pytest.mark.parametrize("which", [status.SUCCESS, status.PARTIAL_LOGOUT, status.UNKNOWN_PRINCIPAL])
def test_a_logout_response_fits_the_schema_and_travels_signed_by_redirect(which):
    document = logout.response(saml.IDP, which, ADDRESS, saml.NOW)
    assert saml.schema_errors(document, "saml-schema-protocol-2.0.xsd") == []
    root = etree.fromstring(document.encode())
    assert (root.get("InResponseTo"), root.get("Destination")) == ("_l1", ADDRESS.location)
    codes = [code.get("Value") for code in root.iter(f"{SAMLP}StatusCode")]
    assert codes == [code for code in (which.code, which.reason) if code]

    address = redirect.send(
        ADDRESS.location, Message.RESPONSE, document, ADDRESS.relay_state, saml.credential()
    )
    octets, _, value = urlsplit(address).query.partition("&Signature=")
    assert octets.startswith("SAMLResponse=")
    assert "&RelayState=state&SigAlg=" in octets
    assert value


@settings(deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 20), st.text(st.characters(codec="utf-8"), max_size=6))
def test_any_change_of_a_logout_request_is_answered(place, cut, other):
    try:
        judged(GOOD[:place] + other + GOOD[place + cut :])
    except PageError as refusal:
        assert refusal.http_status in (400, 403)  # noqa: PT017 - either answer will do
