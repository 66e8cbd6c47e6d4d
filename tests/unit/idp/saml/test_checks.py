"""How an AuthnRequest is judged: who asks, where the answer goes, what can be granted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idp.saml.bindings.redirect import receive
from idp.saml.errors import PageError
from idp.saml.message import OneUse
from idp.saml.name_id import NameIdChoice
from idp.saml.sso import checks, request
from idp.saml.sso.address import ReturnAddress
from idp.saml.sso.checks import Accepted, Refused, SsoEndpoint
from metadata.entity import Endpoint
from metadata.saml.document import parse
from metadata.saml.signature import verify
from metadata.saml.vocabulary import NameIdFormat, StatusCode
from tests.support import saml

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
ENDPOINT = SsoEndpoint(saml.SSO_REDIRECT, saml.KNOWN_CONTEXTS)
UNSIGNING = replace(saml.portal(), authn_requests_signed=False)
ART = Endpoint(ARTIFACT, "https://sp.example.org/art", index=1)
OTHER = Endpoint(POST, "https://sp.example.org/other", index=2)
HTTP = Endpoint(POST, "http://portal.localhost:8001/acs", index=3)


def judged(
    document: str, service=UNSIGNING, endpoint=ENDPOINT, now=saml.NOW, *, signed=False, relay_state=None
):
    query = (saml.signed_query if signed else saml.unsigned_query)(document, relay_state)
    received = receive(query)
    return checks.judge(request.read(received.root), received, service, endpoint, now)


def page(document: str, *arguments, **options) -> tuple[int, str]:
    with pytest.raises(PageError) as refusal:
        judged(document, *arguments, **options)
    return refusal.value.http_status.value, refusal.value.reason


def status(document: str, *arguments, **options) -> tuple[StatusCode, StatusCode | None]:
    verdict = judged(document, *arguments, **options)
    assert isinstance(verdict, Refused)
    return verdict.status.code, verdict.status.reason


def words(codes: tuple[StatusCode, StatusCode | None]) -> str:
    """As the vectors write a status: SAML Requester/RequestUnsupported."""
    return "SAML " + "/".join(code.rpartition(":")[2] for code in codes if code)


def test_a_plain_request_is_accepted_for_the_default_consumer_service():
    assert judged(saml.authn_request(), relay_state="state") == Accepted(
        address=ReturnAddress(saml.SP, saml.ACS, "_a1", "state"),
        name_id=NameIdChoice(NameIdFormat.TRANSIENT, may_create=True),
        contexts=(),
        force_authn=False,
        is_passive=False,
        one_use=OneUse(saml.SP, "_a1", datetime(2026, 1, 1, 1, 3, tzinfo=UTC)),
    )


def test_a_signed_request_is_remembered_until_it_is_too_old():
    verdict = judged(saml.authn_request(), saml.portal(), signed=True)
    assert verdict.one_use.expires_at == datetime(2026, 1, 1, 0, 8, tzinfo=UTC)


# The content of these files is signed anew for the Redirect binding, so that it alone decides.
CONTENT = [case for case in saml.cases("content") if case["message"] == "AuthnRequest"]


@pytest.mark.parametrize("case", CONTENT, ids=saml.named)
def test_a_request_that_the_vectors_refuse_gets_their_answer(case):
    document = saml.without_signature(saml.xml(case["file"]).decode())
    query = saml.signed_query(document)
    endpoint = replace(ENDPOINT, location=saml.SSO_POST)
    try:
        received = receive(query)
        asked = request.read(received.root)
        verdict = checks.judge(asked, received, saml.portal(), endpoint, saml.NOW)
    except PageError as error:
        answer, reason = f"PAGE {error.http_status.value}", error.reason
    else:
        assert isinstance(verdict, Refused)
        assert verdict.address.location == saml.ACS
        answer, reason = words((verdict.status.code, verdict.status.reason)), verdict.reason
    allowed = case["status"].replace("PAGE 400 or 403", "PAGE 400 PAGE 403")
    assert answer.removeprefix("SAML ") in allowed
    assert reason == case["reason"]


@pytest.mark.parametrize(
    "file",
    ["parser/prefix-bound-elsewhere.xml", "parser/wrong-root-response.xml", "coverage/soap-envelope.xml"],
)
def test_SAML_02_what_is_no_authn_request_is_refused(file):
    with pytest.raises(PageError) as refusal:
        request.read(parse(saml.xml(file)))
    assert (refusal.value.http_status, refusal.value.reason) == (400, "root_element")


@pytest.mark.parametrize("file", ["good/authnrequest.xml", "parser/namespace-redefined.xml"])
def test_SAML_02_what_is_read_is_the_verified_tree(file):
    root = parse(saml.xml(file))
    verify(root, [saml.public_key("sp")])
    assert request.read(root).header.issuer == saml.SP


def test_SAML_07_an_unsigned_request_of_a_service_that_signs_is_refused():
    assert page(saml.authn_request(), saml.portal()) == (403, "signature_required")


def test_SAML_07_an_unsigned_request_is_refused_where_we_demand_signatures():
    strict = replace(ENDPOINT, demands_signatures=True)
    assert page(saml.authn_request(), endpoint=strict) == (403, "signature_required")
    assert isinstance(judged(saml.authn_request(), endpoint=strict, signed=True), Accepted)


def test_SAML_07_an_xml_signature_inside_a_redirect_message_does_not_count():
    document = saml.xml("good/authnrequest.xml").decode()
    endpoint = replace(ENDPOINT, location=saml.SSO_POST)
    assert page(document, saml.portal(), endpoint) == (403, "signature_required")


def test_a_signature_that_is_there_must_verify_even_where_none_is_demanded():
    keyless = replace(UNSIGNING, signing_keys=())
    assert page(saml.authn_request(), keyless, signed=True) == (403, "unknown_key")
    foreign = replace(UNSIGNING, signing_keys=(saml.public_key("attacker"),))
    assert page(saml.authn_request(), foreign, signed=True) == (403, "signature")


def test_any_of_a_services_keys_may_have_signed():
    rolling = replace(saml.portal(), signing_keys=(saml.public_key("attacker"), saml.public_key("sp")))
    assert isinstance(judged(saml.authn_request(), rolling, signed=True), Accepted)


def test_SAML_08_a_short_key_does_not_verify_even_where_metadata_has_it():
    weak = replace(saml.portal(), signing_keys=(saml.public_key("weak-1024"),))
    assert page(saml.authn_request(), weak, signed=True) == (403, "weak_key")


MISMATCHES = [
    saml.ACS + "/x",
    saml.ACS[:-1],
    saml.ACS.replace("sp.example.org", "SP.example.org"),
    saml.ACS.replace("sp.example.org", "user@sp.example.org"),
    saml.ACS.replace("example.org", "example.org:443"),
    "javascript:alert(1)",
    "data:text/html,x",
    saml.ACS + " ",
    "",
]


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("location", MISMATCHES)
def test_SAML_11_a_consumer_service_that_is_not_in_the_metadata_gets_nothing(location, signed):
    asked = saml.authn_request(f'AssertionConsumerServiceURL="{location}"')
    assert page(asked, signed=signed) == (400, "acs_mismatch")


def test_SAML_11_an_index_that_is_not_in_the_metadata_gets_nothing():
    assert page(saml.authn_request('AssertionConsumerServiceIndex="7"')) == (400, "acs_mismatch")


@pytest.mark.parametrize(
    ("wish", "location"),
    [
        ("", saml.ACS),
        (f'AssertionConsumerServiceURL="{OTHER.location}"', OTHER.location),
        (f'AssertionConsumerServiceURL="{OTHER.location}" ProtocolBinding="{POST}"', OTHER.location),
        ('AssertionConsumerServiceIndex="2"', OTHER.location),
        (f'ProtocolBinding="{POST}"', saml.ACS),
    ],
)
def test_the_consumer_service_is_the_one_that_is_named_else_the_default(wish, location):
    service = replace(UNSIGNING, consumer_services=(ART, *UNSIGNING.consumer_services, OTHER))
    assert judged(saml.authn_request(wish), service).address.location == location


@pytest.mark.parametrize(
    ("marks", "default"), [((None, None), 0), ((False, None), 1), ((False, False), 0), ((None, True), 1)]
)
def test_the_default_is_the_marked_one_else_the_first_not_marked_otherwise_else_the_first(marks, default):
    ends = tuple(
        Endpoint(POST, f"https://sp.example.org/{place}", index=place, is_default=mark)
        for place, mark in enumerate(marks)
    )
    service = replace(UNSIGNING, consumer_services=(ART, *ends))
    assert judged(saml.authn_request(), service).address.location == ends[default].location


@pytest.mark.parametrize(
    "wish",
    [
        f'ProtocolBinding="{ARTIFACT}"',
        f'AssertionConsumerServiceURL="{ART.location}"',
        f'AssertionConsumerServiceURL="{saml.ACS}" ProtocolBinding="{ARTIFACT}"',
        'AssertionConsumerServiceIndex="1"',
    ],
)
def test_another_binding_than_post_is_refused_at_the_default_consumer_service(wish):
    service = replace(UNSIGNING, consumer_services=(ART, *UNSIGNING.consumer_services))
    verdict = judged(saml.authn_request(wish), service)
    assert isinstance(verdict, Refused)
    assert words((verdict.status.code, verdict.status.reason)) == "SAML Requester/UnsupportedBinding"
    assert verdict.address.location == saml.ACS


@pytest.mark.parametrize(
    "wish", [f'AssertionConsumerServiceURL="{OTHER.location}"', f'ProtocolBinding="{POST}"']
)
def test_an_index_beside_an_address_or_binding_is_refused_at_the_default_consumer_service(wish):
    service = replace(UNSIGNING, consumer_services=(*UNSIGNING.consumer_services, OTHER))
    verdict = judged(saml.authn_request(f'AssertionConsumerServiceIndex="2" {wish}'), service)
    assert isinstance(verdict, Refused)
    assert words((verdict.status.code, verdict.status.reason)) == "SAML Requester/RequestUnsupported"
    assert verdict.address.location == saml.ACS


@pytest.mark.parametrize(("seconds", "fresh"), [(-180, True), (-181, False), (480, True), (481, False)])
def test_SAML_13_a_signed_request_is_good_for_five_minutes_and_the_skew(seconds, fresh):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    document = saml.authn_request()
    if fresh:
        assert isinstance(judged(document, signed=True, now=now), Accepted)
    else:
        assert page(document, signed=True, now=now) == (400, "issue_instant")


def test_SAML_13_an_unsigned_request_is_good_for_an_hour_and_the_skew():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert isinstance(judged(saml.authn_request(), now=start + timedelta(seconds=3780)), Accepted)
    assert page(saml.authn_request(), now=start + timedelta(seconds=3781)) == (400, "issue_instant")


def test_SAML_13_a_request_for_elsewhere_is_refused_and_a_signed_one_must_say_for_whom_it_is():
    elsewhere = saml.authn_request(destination="https://other.example.org/sso")
    nowhere = saml.authn_request().replace(f'Destination="{saml.SSO_REDIRECT}"', "")
    assert (
        page(elsewhere) == page(elsewhere, signed=True) == page(nowhere, signed=True) == (400, "destination")
    )
    assert isinstance(judged(nowhere), Accepted)


def test_SAML_13_the_pair_of_issuer_and_id_is_handed_out_to_be_remembered():
    verdict = judged(saml.authn_request(identifier="_once"))
    assert (verdict.one_use.issuer, verdict.one_use.id) == (saml.SP, "_once")


def test_SAML_16_force_authn_reaches_the_login_and_excludes_is_passive():
    assert judged(saml.authn_request('ForceAuthn="1"')).force_authn
    assert judged(saml.authn_request('IsPassive="true"')).is_passive
    both = saml.authn_request('IsPassive="true" ForceAuthn="true"')
    assert words(status(both)) == "SAML Responder/NoPassive"


def wish(*classes: str, comparison: str = "", declaration: str = "") -> str:
    compared = f' Comparison="{comparison}"' if comparison else ""
    references = "".join(f"<saml:AuthnContextClassRef>{name}</saml:AuthnContextClassRef>" for name in classes)
    if declaration:
        references += f"<saml:AuthnContextDeclRef>{declaration}</saml:AuthnContextDeclRef>"
    return f"<samlp:RequestedAuthnContext{compared}>{references}</samlp:RequestedAuthnContext>"


@pytest.mark.parametrize(
    ("wanted", "contexts"),
    [
        (wish(saml.MFA), (saml.MFA,)),
        (wish(saml.MFA, comparison="exact"), (saml.MFA,)),
        (wish(saml.PASSWORD, saml.MFA), (saml.PASSWORD, saml.MFA)),
        (wish("urn:example:unknown", saml.MFA), (saml.MFA,)),
        (wish(f"\n  {saml.MFA}\n"), (saml.MFA,)),
    ],
)
def test_the_contexts_that_are_asked_for_keep_the_order_of_the_requester(wanted, contexts):
    assert judged(saml.authn_request(content=wanted)).contexts == contexts


@pytest.mark.parametrize(
    "wanted",
    [
        wish("urn:example:unknown"),
        wish(),
        wish(declaration="urn:example:declaration"),
        wish(saml.MFA, declaration="urn:example:declaration"),
        wish(saml.MFA, comparison="minimum"),
        wish(saml.PASSWORD, comparison="maximum"),
        wish(saml.PASSWORD, comparison="better"),
    ],
)
def test_SAML_17_a_wish_that_cannot_be_met_is_refused_and_never_weakened(wanted):
    assert words(status(saml.authn_request(content=wanted))) == "SAML Responder/NoAuthnContext"


COMPARISONS = saml.described("authn-context.json")["comparisons"]


@pytest.mark.parametrize("case", [c for c in COMPARISONS if c["comparison"] == "exact"], ids=str)
def test_SAML_17_a_class_that_the_vectors_answer_exactly_stays_in_play(case):
    known = frozenset(entry["uri"] for entry in saml.described("authn-context.json")["classes"])
    verdict = judged(
        saml.authn_request(content=wish(*case["requested"])), endpoint=SsoEndpoint(saml.SSO_REDIRECT, known)
    )
    if "answer" in case["expected"]:
        assert case["expected"]["answer"] in verdict.contexts
    elif not known & set(case["requested"]):
        assert isinstance(verdict, Refused)
    else:
        assert set(verdict.contexts) <= set(case["requested"])


@pytest.mark.parametrize("comparison", ["at-least", "", "EXACT"])
def test_SAML_17_a_comparison_that_does_not_exist_is_malformed(comparison):
    wanted = wish(saml.MFA).replace("AuthnContext>", f'AuthnContext Comparison="{comparison}">', 1)
    assert page(saml.authn_request(content=wanted)) == (400, "schema")


def test_SAML_20_a_service_that_is_unknown_or_disabled_gets_a_page():
    assert page(saml.authn_request(), None) == (403, "issuer")


def test_SAML_20_a_service_whose_description_has_expired_gets_a_page():
    expired = replace(UNSIGNING, valid_until=saml.NOW - timedelta(seconds=180))
    assert page(saml.authn_request(), expired) == (403, "metadata_expired")
    nearly = replace(UNSIGNING, valid_until=saml.NOW - timedelta(seconds=179))
    assert isinstance(judged(saml.authn_request(), nearly), Accepted)


def test_a_service_answers_for_its_own_name_only():
    assert page(saml.authn_request(issuer="https://other.example.org/")) == (403, "issuer")


@pytest.mark.parametrize(
    ("version", "answer"),
    [("1.1", "VersionMismatch/RequestVersionTooLow"), ("3.0", "VersionMismatch/RequestVersionTooHigh")],
)
def test_another_version_is_a_mismatch(version, answer):
    assert words(status(saml.authn_request(version=version))) == f"SAML {answer}"


def test_a_later_minor_version_is_understood():
    assert isinstance(judged(saml.authn_request(version="2.1")), Accepted)


def test_a_wish_for_a_certain_person_is_refused():
    subject = "<saml:Subject><saml:NameID>alice</saml:NameID></saml:Subject>"
    assert words(status(saml.authn_request(content=subject))) == "SAML Requester/RequestUnsupported"


def test_optional_content_with_optional_meaning_is_not_looked_at():
    content = (
        '<samlp:Extensions><x xmlns="urn:x"/></samlp:Extensions>'
        '<saml:Conditions NotBefore="2030-01-01T00:00:00Z"/><samlp:Scoping ProxyCount="1"/>'
    )
    assert isinstance(judged(saml.authn_request('ProviderName="x" Consent="y"', content)), Accepted)


@pytest.mark.parametrize(
    ("policy", "choice"),
    [
        ("<samlp:NameIDPolicy/>", NameIdChoice(NameIdFormat.TRANSIENT, may_create=False)),
        (
            f'<samlp:NameIDPolicy Format="{NameIdFormat.PERSISTENT}" AllowCreate="true"/>',
            NameIdChoice(NameIdFormat.PERSISTENT, may_create=True),
        ),
        (
            f'<samlp:NameIDPolicy SPNameQualifier="{saml.SP}"/>',
            NameIdChoice(NameIdFormat.TRANSIENT, may_create=False),
        ),
    ],
)
def test_the_name_is_chosen_as_the_request_wants_it(policy, choice):
    assert judged(saml.authn_request(content=policy)).name_id == choice


@pytest.mark.parametrize(
    "policy",
    [
        'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"',
        'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted"',
        'SPNameQualifier="https://other.example.org/"',
    ],
)
def test_a_name_that_is_not_offered_is_refused(policy):
    asked = saml.authn_request(content=f"<samlp:NameIDPolicy {policy}/>")
    assert words(status(asked)) == "SAML Requester/InvalidNameIDPolicy"


@pytest.mark.parametrize(
    "content",
    [
        "<samlp:NameIDPolicy/><samlp:NameIDPolicy/>",
        "<samlp:Scoping/><samlp:NameIDPolicy/>",
        "<samlp:Unknown/>",
        "<saml:Issuer>x</saml:Issuer>",
        "text",
        '<samlp:NameIDPolicy AllowCreate="perhaps"/>',
    ],
)
def test_what_the_schema_does_not_know_is_malformed(content):
    assert page(saml.authn_request(content=content)) == (400, "schema")


def test_an_issuer_that_is_no_entity_is_refused():
    document = saml.authn_request().replace("<saml:Issuer>", '<saml:Issuer Format="urn:x">')
    assert page(document) == (400, "issuer")
