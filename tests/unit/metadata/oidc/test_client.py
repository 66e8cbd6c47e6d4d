"""Client metadata: what is read, what is refused, and how it is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.oidc.client import RegistrationRules, client_metadata, new_client_id, read_client_metadata
from metadata.oidc.errors import InvalidClientMetadata
from metadata.oidc.relying_party import ApplicationType, ClientAuthMethod, Consent, RelyingParty
from tests.support.oidc import CALLBACK, CAPABILITIES, GOODBYE, MFA

RULES = RegistrationRules(CAPABILITIES)
ADMINISTRATOR = replace(RULES, by_administrator=True)
LEAST = {"redirect_uris": [CALLBACK]}
FULL = {
    "client_name": "Library",
    "application_type": "native",
    "redirect_uris": [CALLBACK, "http://127.0.0.1/cb", "com.example.app:/cb"],
    "post_logout_redirect_uris": [GOODBYE],
    "response_types": ["code"],
    "grant_types": ["authorization_code"],
    "token_endpoint_auth_method": "client_secret_post",
    "scope": "openid groups",
    "client_uri": "https://app.example.org/",
    "contacts": ["it@example.org"],
    "default_max_age": 3600,
    "default_acr_values": [MFA],
    "enabled": False,
    "require_pkce": False,
    "consent": "admin",
}


def refusal(
    document: dict[str, Any], rules: RegistrationRules = ADMINISTRATOR, client_id: str = "app"
) -> InvalidClientMetadata:
    with pytest.raises(InvalidClientMetadata) as refused:
        read_client_metadata(client_id, LEAST | document, rules)
    return refused.value


def test_the_least_document_gives_a_confidential_web_client_with_pkce_and_consent() -> None:
    client = read_client_metadata("app", LEAST, RULES)
    assert client == RelyingParty("app", "app", (CALLBACK,), scope=("openid", "profile", "email"))
    assert client.token_endpoint_auth_method is ClientAuthMethod.CLIENT_SECRET_BASIC
    assert client.needs_pkce
    assert client.enabled
    assert client.consent is Consent.ASK


def test_a_full_document_is_read_and_written_back_unchanged() -> None:
    client = read_client_metadata("app", FULL, ADMINISTRATOR)
    assert client.application_type is ApplicationType.NATIVE
    written = client_metadata(client)
    assert written == FULL | {
        "client_id": "app",
        "subject_type": "public",
        "id_token_signed_response_alg": "RS256",
    }
    assert read_client_metadata("app", written, ADMINISTRATOR) == client


def test_a_client_survives_storage_as_plain_values() -> None:
    client = read_client_metadata("app", FULL, ADMINISTRATOR)
    stored = msgspec.json.encode(client)
    assert msgspec.json.decode(stored, type=RelyingParty) == client


def test_members_of_our_own_count_only_from_an_administrator() -> None:
    document = LEAST | {"enabled": False, "require_pkce": False, "consent": "admin"}
    assert read_client_metadata("app", document, RULES) == read_client_metadata("app", LEAST, RULES)


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "data:,x", "file:///x", "http://app.example.org/cb", CALLBACK + "#x"]
)
@pytest.mark.parametrize("member", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize("rules", [RULES, ADMINISTRATOR])
def test_OIDC_01_registration_refuses_what_no_browser_should_be_sent_to(
    uri: str, member: str, rules: RegistrationRules
) -> None:
    refused = refusal({member: [CALLBACK, uri]}, rules)
    assert (refused.code, refused.field) == ("invalid_redirect_uri", member)
    assert uri not in str(refused)


@pytest.mark.parametrize("uris", [None, [], ["x"] * 51])
def test_a_client_has_one_to_fifty_redirect_uris(uris: object) -> None:
    assert refusal({"redirect_uris": uris}).field == "redirect_uris"


def test_http_on_localhost_is_registered_in_the_demonstration_only() -> None:
    document = LEAST | {"redirect_uris": ["http://app.localhost:8001/cb"]}
    demo = replace(RULES, allow_http_localhost=True)
    assert read_client_metadata("app", document, demo).redirect_uris == ("http://app.localhost:8001/cb",)
    assert refusal(document, RULES).code == "invalid_redirect_uri"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("client_name", ""),
        ("client_name", "x" * 129),
        ("client_name", "a\nb"),
        ("client_name", "a\u2028b"),
        ("client_name", 1),
        ("application_type", "desktop"),
        ("redirect_uris", CALLBACK),
        ("redirect_uris", [1]),
        ("response_types", ["token"]),
        ("response_types", []),
        ("response_types", ["code", "id_token"]),
        ("grant_types", ["password"]),
        ("grant_types", ["implicit"]),
        ("grant_types", ["authorization_code", "client_credentials"]),
        ("token_endpoint_auth_method", "private_key_jwt"),
        ("token_endpoint_auth_method", ["none"]),
        ("scope", "openid admin"),
        ("scope", ["openid"]),
        ("client_uri", "http://app.example.org/"),
        ("client_uri", "javascript:x"),
        ("contacts", ["nobody"]),
        ("contacts", ["a@b.example"] * 2 + [f"{n}@b.example" for n in range(10)]),
        ("default_max_age", -1),
        ("default_max_age", True),
        ("default_max_age", "3600"),
        ("default_max_age", 1.5),
        ("default_acr_values", ["urn:unknown"]),
        ("enabled", "yes"),
        ("consent", "never"),
        ("subject_type", "pairwise"),
        ("id_token_signed_response_alg", "none"),
        ("id_token_signed_response_alg", "HS256"),
        ("id_token_encrypted_response_alg", "RSA-OAEP"),
        ("userinfo_signed_response_alg", "RS256"),
        ("jwks", {"keys": []}),
        ("jwks_uri", "https://app.example.org/jwks"),
        ("require_pushed_authorization_requests", True),
        ("dpop_bound_access_tokens", True),
    ],
)
def test_a_member_that_cannot_be_honoured_is_refused_by_name(member: str, value: object) -> None:
    refused = refusal({member: value})
    assert refused.field == member
    assert refused.remedy


def test_unknown_members_are_dropped_and_null_is_absence() -> None:
    document = LEAST | {"x": 1, "software_id": "y", "client_name": None, "dpop_bound_access_tokens": False}
    assert read_client_metadata("app", document, RULES) == read_client_metadata("app", LEAST, RULES)


def test_OIDC_03_a_public_client_cannot_be_excepted_from_pkce() -> None:
    assert refusal({"token_endpoint_auth_method": "none", "require_pkce": False}).field == "require_pkce"
    public = read_client_metadata("app", LEAST | {"token_endpoint_auth_method": "none"}, RULES)
    assert public.is_public
    assert public.needs_pkce
    assert replace(public, require_pkce=False).needs_pkce


@pytest.mark.parametrize("client_id", ["", "a b", "x" * 121, "https://app.example.org", "\u00e9"])
def test_a_client_id_is_printable_and_no_url(client_id: str) -> None:
    assert refusal({}, client_id=client_id).field == "client_id"


def test_JOSE_10_new_client_ids_hold_128_random_bits() -> None:
    made = {new_client_id() for _ in range(100)}
    assert len(made) == 100
    assert {len(client_id) for client_id in made} == {22}


json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*FULL, "jwks", "subject_type"]), json_value))
def test_any_document_gives_a_client_that_can_be_written_and_read_again_or_a_refusal(
    document: dict[str, Any],
) -> None:
    try:
        client = read_client_metadata("app", LEAST | document, ADMINISTRATOR)
    except InvalidClientMetadata as refused:
        field = refused.field
    else:
        assert read_client_metadata("app", client_metadata(client), ADMINISTRATOR) == client
        field = next(iter(document), "client_id")
    assert field in (*FULL, "jwks", "subject_type", "client_id")
