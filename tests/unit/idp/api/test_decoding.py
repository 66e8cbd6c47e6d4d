"""The one extra decoding: every text comes through the client that encodes it, and nothing else breaks."""

from __future__ import annotations

from urllib.parse import quote, quote_plus, unquote, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.api.decoding import FIDO_FIELDS, decoded_again, product
from mfa_engine.errors import InvalidField

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXTS)
def test_what_perl_encodes_twice_comes_back(text):
    sent = unquote(quote(quote(text, safe=""), safe=""))
    assert decoded_again("pass", sent, "FreeRADIUS") == text


@given(TEXTS)
def test_what_java_encodes_twice_comes_back(text):
    sent = unquote_plus(quote_plus(quote_plus(text)))
    for agent in ("privacyIDEA-Keycloak/1.8", "privacyIDEA-Shibboleth/1.2", "entraid-via-keycloak/1.0"):
        assert decoded_again("pass", sent, agent) == text


@given(TEXTS)
def test_the_exempt_are_left_alone(text):
    for agent in ("privacyidea-cp/3.8 Windows/PC1", "privacyIDEA-LDAP-Proxy", "simpleSAMLphp/4"):
        assert decoded_again("pass", text, agent) == text


@given(TEXTS)
def test_what_has_no_escape_is_never_changed(text):
    if "%" not in text:
        assert decoded_again("pass", text, "") == text


@given(TEXTS, st.sampled_from(["", "curl/8", "FreeRADIUS", "privacyIDEA-Keycloak/1", "privacyidea-cp/1"]))
def test_every_text_is_read_or_refused_by_name(text, agent):
    refused = None
    try:
        read = decoded_again("pass", text, agent)
    except InvalidField as error:
        read, refused = "", str(error)
    assert read.encode("utf-8") is not None  # half characters would be an error here
    assert refused in (None, "pass: is not UTF-8")


def test_base64_is_never_decoded_again():
    for name in FIDO_FIELDS:
        assert decoded_again(name, "a+b/c%3D", "privacyIDEA-Keycloak/1.8") == "a+b/c%3D"


@pytest.mark.parametrize(
    ("agent", "name"),
    [("PAM/1.1.0", "pam"), ("privacyidea-cp/3.8.0 Windows/PC1", "privacyidea-cp"), ("", ""), ("/x", "")],
)
def test_a_client_is_known_by_what_stands_before_the_version(agent, name):
    assert product(agent) == name
