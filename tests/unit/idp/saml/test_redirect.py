"""The Redirect binding: octets as they were sent, and nothing that can be read in two ways."""

import base64
import contextlib
import hashlib
import tracemalloc
from urllib.parse import parse_qs, quote, unquote, unquote_to_bytes, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.saml.bindings import redirect
from idp.saml.bindings.redirect import MAX_ENCODED, Message, inflate, receive
from idp.saml.errors import PageError
from idp.saml.message import verify_query
from idp.saml.sso import checks, request
from idp.saml.sso.checks import Accepted, SsoEndpoint
from tests.support import saml

VECTORS = saml.described("redirect.json")
CASES = VECTORS["vectors"]
ENDPOINT = SsoEndpoint(saml.SSO_REDIRECT, saml.KNOWN_CONTEXTS)
# No verifier can tell a foreign key from a changed message: there is no KeyInfo in a query.
SAME_REASON = {"unknown_key": "signature"}


def arrives(query: bytes, body: bytes = b""):
    """The request in ``query`` goes the whole way; the portal's metadata demands a signature."""
    received = receive(query, body)
    asked = request.read(received.root)
    return received, checks.judge(asked, received, saml.portal(), ENDPOINT, saml.NOW)


@pytest.mark.parametrize("case", [c for c in CASES if c["expected"] == "accept"], ids=saml.named)
def test_a_request_that_the_vectors_accept_is_accepted_with_its_relay_state(case):
    received, verdict = arrives(case["query"].encode())
    assert isinstance(verdict, Accepted)
    if "signed_octets" in case:
        assert received.signature is not None
        assert received.signature.octets == case["signed_octets"].encode()
    if "relay_state" in case:
        assert received.relay_state == case["relay_state"]


@pytest.mark.parametrize("case", [c for c in CASES if c["expected"] == "reject"], ids=saml.named)
def test_a_request_that_the_vectors_refuse_is_refused_with_their_status_and_reason(case):
    with pytest.raises(PageError) as refusal:
        arrives(case["query"].encode(), case.get("body", "").encode())
    assert str(refusal.value.http_status.value) in case["status"]
    assert refusal.value.reason == SAME_REASON.get(case["reason"], case["reason"])


@pytest.mark.parametrize("case", [c for c in CASES if "unsigned" in c["expected"] or c["id"] == "unsigned"])
def test_an_unsigned_request_is_read_where_no_signature_is_demanded(case):
    assert receive(case["query"].encode()).signature is None


def test_a_parameter_in_other_case_is_another_parameter():
    (case,) = [case for case in CASES if case["id"] == "name in other case"]
    _, verdict = arrives(case["query"].encode())
    assert isinstance(verdict, Accepted)


@pytest.mark.parametrize("published", [v for v in VECTORS["published"] if v["binding"] == "HTTP-Redirect"])
def test_the_examples_of_the_binding_are_inflated_to_the_published_octets(published):
    value = published["value_as_sent"]
    xml = inflate(base64.b64decode(unquote(value)))
    assert hashlib.sha256(xml).hexdigest() == published["xml_sha256"]
    received = receive(f"SAMLRequest={value}&RelayState={published['relay_state']}".encode())
    assert received.root.tag == published["facts"]["root"]
    assert received.root.get("ID") == published["facts"]["ID"]
    assert received.relay_state == published["relay_state"]


def test_a_response_is_no_request():
    with pytest.raises(PageError) as refusal:
        receive(saml.unsigned_query("<a/>").replace(b"SAMLRequest", b"SAMLResponse"))
    assert (refusal.value.http_status, refusal.value.reason) == (400, "missing_message")


@pytest.mark.parametrize("case", [c for c in CASES if c["threat"] == "SAML-09"], ids=saml.named)
def test_SAML_09_the_signature_is_over_the_octets_as_sent(case):
    if case["expected"] == "accept":
        assert isinstance(arrives(case["query"].encode())[1], Accepted)
    else:
        with pytest.raises(PageError) as refusal:
            arrives(case["query"].encode())
        assert refusal.value.http_status == 403


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["threat"] == "SAML-10" and c["expected"] == "reject"], ids=saml.named
)
def test_SAML_10_a_query_that_can_be_read_in_two_ways_is_refused(case):
    with pytest.raises(PageError) as refusal:
        arrives(case["query"].encode(), case.get("body", "").encode())
    assert refusal.value.http_status == 400


@pytest.mark.parametrize("name", ["SAMLRequest", "RelayState", "SigAlg", "Signature", "SAMLEncoding"])
def test_SAML_10_each_parameter_comes_once_and_under_its_literal_name(name):
    good = saml.signed_query(saml.authn_request(), "state")
    for surplus in (f"&{name}=x", f"&%{ord(name[0]):02x}{name[1:]}=x", f";{name}=x"):
        with pytest.raises(PageError) as refusal:
            arrives(good + surplus.encode())
        # One SAMLEncoding is allowed, so its surplus is found in what it says.
        expected = "encoding" if surplus == "&SAMLEncoding=x" else "ambiguous_parameters"
        assert (refusal.value.http_status, refusal.value.reason) == (400, expected)


def test_SAML_05_a_deflate_bomb_stops_at_the_limit():
    bomb = saml.unsigned_query(b"<a>" + b" " * 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(PageError) as refusal:
            receive(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (refusal.value.http_status, refusal.value.reason) == (413, "size")
    assert peak < 2_000_000  # bytes: the query itself is 65,000


def test_SAML_05_an_encoded_message_over_the_limit_is_not_decoded():
    with pytest.raises(PageError) as refusal:
        receive(b"SAMLRequest=" + b"A" * (MAX_ENCODED + 1))
    assert (refusal.value.http_status, refusal.value.reason) == (413, "size")


def test_SAML_07_half_a_signature_is_refused_even_where_none_is_demanded():
    for query, reason in (
        (saml.unsigned_query(saml.authn_request()) + b"&SigAlg=x", "signature_required"),
        (saml.unsigned_query(saml.authn_request()) + b"&SigAlg=x&Signature=", "signature_required"),
        (saml.unsigned_query(saml.authn_request()) + b"&Signature=AAAA", "signature"),
        (saml.unsigned_query(saml.authn_request()) + b"&SigAlg=x&Signature=%21", "signature"),
    ):
        with pytest.raises(PageError) as refusal:
            receive(query)
        assert (refusal.value.http_status, refusal.value.reason) == (403, reason)


def test_SAML_12_relay_state_over_2_kib_is_refused_and_below_it_comes_back_as_it_was():
    longest = "x" * 2046 + "ä"
    assert receive(saml.unsigned_query(saml.authn_request(), longest)).relay_state == longest
    for query in (
        saml.unsigned_query(saml.authn_request(), longest + "x"),
        saml.unsigned_query(saml.authn_request()) + b"&RelayState=%ff",
    ):
        with pytest.raises(PageError) as refusal:
            receive(query)
        assert (refusal.value.http_status, refusal.value.reason) == (400, "relay_state")


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_any_relay_state_comes_back_and_goes_out_as_it_was(relay_state):
    received = receive(saml.unsigned_query(saml.authn_request(), relay_state))
    assert received.relay_state == relay_state
    address = redirect.send(saml.ACS, Message.RESPONSE, "<a/>", relay_state, saml.credential())
    assert parse_qs(urlsplit(address).query, keep_blank_values=True)["RelayState"] == [relay_state]


@pytest.mark.parametrize("location", ["https://sp.example.org/slo", "https://sp.example.org/slo?tenant=1"])
@pytest.mark.parametrize("relay_state", [None, "", "a b&c=ä/+%"])
def test_a_message_that_we_send_can_be_received_and_verified(location, relay_state):
    document = saml.authn_request()
    address = redirect.send(location, Message.REQUEST, document, relay_state, saml.credential())
    assert address.startswith(location)
    received = receive(urlsplit(address).query.encode())
    assert etree.tostring(received.root) == etree.tostring(etree.fromstring(document))
    assert received.relay_state == relay_state
    assert received.signature is not None
    verify_query(received.signature, [saml.public_key("federation")])
    with pytest.raises(PageError):
        verify_query(received.signature, [saml.public_key("sp")])


GOOD = saml.signed_query(saml.authn_request(), "state")


def meant(query: bytes) -> list[bytes]:
    """The parameters. How the octets of the signature are escaped, and blanks in its base64, mean nothing."""
    found = query.split(b"&")
    return [b"".join(octets(piece).split()) if piece.startswith(b"Signature=") else piece for piece in found]


def octets(piece: bytes) -> bytes:
    return unquote_to_bytes(piece.replace(b"+", b" "))


def judged(query: bytes) -> None:
    """The whole way of a request; whatever is wrong is a PageError, or there is a verdict."""
    with contextlib.suppress(PageError):
        arrives(query)


@settings(deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 8), st.binary(max_size=8))
def test_a_query_with_bytes_changed_is_answered_and_never_accepted(place, cut, other):
    changed = GOOD[:place] + other + GOOD[place + cut :]
    with contextlib.suppress(PageError):
        _, verdict = arrives(changed)
        same = [piece for piece in meant(changed) if piece in meant(GOOD)]
        assert sorted(same) == sorted(meant(GOOD)), verdict


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*GOOD.split(b"&"), b"x=y", b"SAMLResponse=AAAA", b"SAMLEncoding=x", b""]), max_size=8
    )
)
def test_any_choice_of_parameters_is_answered(pieces):
    judged(b"&".join(pieces))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(query):
    judged(query)
    judged(b"SAMLRequest=" + query)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_document_in_the_binding_is_answered(document):
    judged(saml.signed_query(document))


ATTRIBUTES = st.sampled_from(
    [
        "ForceAuthn",
        "IsPassive",
        "ProtocolBinding",
        "AssertionConsumerServiceURL",
        "AssertionConsumerServiceIndex",
    ]
)
VALUES = st.one_of(
    st.sampled_from(["true", "0", "7", "x", saml.ACS, "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"]),
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='<&"\ufffe\uffff'), max_size=10
    ),
)
WISH = (
    f"<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>{saml.MFA}</saml:AuthnContextClassRef>"
    "</samlp:RequestedAuthnContext>"
)
CONTENT = st.lists(
    st.sampled_from(
        [
            "<samlp:Extensions/>",
            "<saml:Subject/>",
            "<samlp:NameIDPolicy/>",
            '<samlp:NameIDPolicy AllowCreate="x"/>',
            "<saml:Conditions/>",
            "<samlp:RequestedAuthnContext/>",
            WISH,
            "<samlp:Scoping/>",
            "<other/>",
            "text",
        ]
    ),
    max_size=4,
).map("".join)


@settings(deadline=None)
@given(st.dictionaries(ATTRIBUTES, VALUES, max_size=3), CONTENT)
def test_any_signed_request_is_answered(attributes, content):
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    judged(saml.signed_query(saml.authn_request(written, content)))


def test_a_destination_of_the_wrong_case_is_another_destination():
    other = saml.authn_request(destination=saml.SSO_REDIRECT.upper())
    with pytest.raises(PageError, match="another address"):
        arrives(saml.signed_query(other))


def test_the_parameters_of_a_sent_message_stand_in_the_order_of_the_binding():
    address = redirect.send(saml.ACS, Message.RESPONSE, "<a/>", "x", saml.credential())
    names = [piece.partition("=")[0] for piece in urlsplit(address).query.split("&")]
    assert names == ["SAMLResponse", "RelayState", "SigAlg", "Signature"]
    assert quote(saml.RSA_SHA256, safe="") in address
