"""Our own discovery document, and the issuer in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metadata.errors import InvalidDocument
from metadata.oidc.own import check_issuer, discovery_document, well_known_paths
from metadata.oidc.relying_party import ClientAuthMethod
from tests.support.oidc import CAPABILITIES, ISSUER

DOCUMENT = discovery_document(CAPABILITIES)


def test_every_address_comes_from_the_issuer() -> None:
    addresses = {name: value for name, value in DOCUMENT.items() if name.endswith(("_endpoint", "_uri"))}
    assert set(addresses) == {
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    }
    assert all(str(address).startswith(f"{ISSUER}/") for address in addresses.values())


def test_OIDC_03_only_s256_is_offered() -> None:
    assert DOCUMENT["code_challenge_methods_supported"] == ["S256"]


def test_OIDC_08_the_document_promises_the_issuer_in_every_answer() -> None:
    assert DOCUMENT["authorization_response_iss_parameter_supported"] is True
    assert DOCUMENT["issuer"] == ISSUER


def test_OIDC_09_no_implicit_hybrid_or_password_grant_is_offered() -> None:
    assert DOCUMENT["response_types_supported"] == ["code"]
    assert DOCUMENT["grant_types_supported"] == ["authorization_code"]


def test_what_is_off_is_said_where_silence_would_mean_yes() -> None:
    for flag in (
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
    ):
        assert DOCUMENT[flag] is False
    for name in ("request_object_signing_alg_values_supported", "id_token_signing_alg_values_supported"):
        assert DOCUMENT[name] == ["RS256"]


def test_what_is_absent_is_off() -> None:
    for name in DOCUMENT:
        assert not name.startswith(
            ("registration_", "backchannel_", "frontchannel_", "pushed_", "check_session")
        )


def test_the_document_follows_the_capabilities() -> None:
    narrowed = replace(CAPABILITIES, token_endpoint_auth_methods_supported=(ClientAuthMethod.NONE,))
    assert discovery_document(narrowed)["token_endpoint_auth_methods_supported"] == ["none"]


def test_no_list_in_the_document_is_empty() -> None:
    assert all(value != [] for value in DOCUMENT.values())


@pytest.mark.parametrize(
    ("issuer", "openid", "oauth"),
    [
        (ISSUER, "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"),
        (
            f"{ISSUER}/tenant",
            "/tenant/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server/tenant",
        ),
    ],
)
def test_the_document_is_found_by_openid_discovery_and_by_rfc_8414(
    issuer: str, openid: str, oauth: str
) -> None:
    assert well_known_paths(issuer) == (openid, oauth)


@pytest.mark.parametrize("issuer", [ISSUER, f"{ISSUER}:8443", f"{ISSUER}/tenant"])
def test_an_issuer_is_taken_as_it_is(issuer: str) -> None:
    assert check_issuer(issuer) == issuer


@pytest.mark.parametrize(
    "issuer",
    [
        f"{ISSUER}/",
        f"{ISSUER}?x=1",
        f"{ISSUER}#x",
        "http://idp.example.org",
        "http://localhost:8000",
        "https://IDP.example.org",
        "HTTPS://idp.example.org",
        "https://user@idp.example.org",
        "idp.example.org",
        "",
    ],
)
def test_OIDC_08_an_issuer_that_has_a_twin_or_is_not_https_is_refused(issuer: str) -> None:
    with pytest.raises(InvalidDocument, match=r"^issuer: "):
        check_issuer(issuer)


def test_the_demonstration_has_an_issuer_on_localhost() -> None:
    assert check_issuer("http://localhost:8000", allow_http_localhost=True) == "http://localhost:8000"
