"""What anybody may fetch: the discovery document and the JWK set."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from authlib.oidc.discovery import OpenIDProviderMetadata
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from idp.oidc.discovery import public_discovery, public_jwks
from idp.oidc.inbound_jwt import InvalidJwt, verified_claims
from idp.oidc.jwks import jwk_set
from idp.oidc.signing_keys import KeyRing, SigningKey, UnusableSigningKey
from idp.oidc.tokens.id_token import IdTokenClaims, sign_id_token
from tests.support.oidc import CAPABILITIES, ISSUER, NOW, SFA, jose_vectors, private_key, signing_key


def served(ring: KeyRing) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = json.loads(public_jwks(ring.published).body)["keys"]
    return keys


def id_token(key: SigningKey) -> str:
    claims = IdTokenClaims(ISSUER, "s", "app", NOW - timedelta(minutes=1), SFA, ("pwd",), "sid")
    return sign_id_token(claims, key, NOW)


def test_an_independent_reader_finds_the_discovery_document_in_order() -> None:
    document = json.loads(public_discovery(CAPABILITIES).body)
    OpenIDProviderMetadata(document).validate()


def test_both_documents_are_bytes_made_once_with_an_etag_for_caches() -> None:
    for document in (public_discovery(CAPABILITIES), public_jwks([signing_key()])):
        assert document.headers["ETag"] == document.etag
        assert document.headers["Cache-Control"] == "public, max-age=300"
        assert document.headers["Access-Control-Allow-Origin"] == "*"
        assert document.matches(document.etag)
        assert document.matches(f'"x", W/{document.etag}')
        assert document.matches("*")
        assert not document.matches('"x"')
        assert not document.matches(None)


def test_the_etag_changes_with_the_keys_and_with_nothing_else() -> None:
    one, again = public_jwks([signing_key(0)]), public_jwks([signing_key(0)])
    assert one == again
    assert one.etag != public_jwks([signing_key(0), signing_key(1)]).etag


def test_JOSE_08_the_served_set_holds_public_members_only() -> None:
    never = set(jose_vectors("rfc7517-jwk")["never_in_public_set"])
    keys = served(KeyRing.of(signing_key(0), others=[signing_key(1)]))
    assert len(keys) == 2
    for key in keys:
        assert set(key) == {"kty", "use", "alg", "kid", "n", "e"}
        assert not never & set(key)
        assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
        RSAKey.import_key(dict(key))


def test_JOSE_08_tokens_verify_by_the_served_set_before_and_after_a_rotation() -> None:
    old, new = signing_key(0), signing_key(1)
    token = id_token(old)
    for ring in (KeyRing.of(old), KeyRing.of(old, others=[new]), KeyRing.of(new, others=[old])):
        published = KeySet.import_key_set({"keys": [dict(key) for key in served(ring)]})
        assert jwt.decode(token, published, algorithms=["RS256"]).claims["sub"] == "s"
        assert verified_claims(token, ring.trusted)["sub"] == "s"


def test_a_retired_key_verifies_hints_and_is_no_longer_published() -> None:
    ring = KeyRing.of(signing_key(1), retired=[signing_key(0)])
    assert [key["kid"] for key in served(ring)] == [signing_key(1).kid]
    assert verified_claims(id_token(signing_key(0)), ring.trusted)["sub"] == "s"
    with pytest.raises(InvalidJwt):
        verified_claims(id_token(signing_key(0)), KeyRing.of(signing_key(1)).trusted)


def test_a_kid_is_the_thumbprint_of_rfc_7638() -> None:
    vector = jose_vectors("rfc7638-thumbprint")["vectors"][0]
    assert signing_key(0).public.as_dict()["n"] == vector["jwk"]["n"]
    assert signing_key(0).kid == vector["thumbprint"]


def test_a_key_is_served_once_and_every_kid_is_another() -> None:
    keys = jwk_set([signing_key(0), signing_key(1), signing_key(0)])["keys"]
    assert isinstance(keys, list)
    assert len({key["kid"] for key in keys}) == len(keys) == 2


def test_a_key_that_is_too_short_signs_nothing() -> None:
    with pytest.raises(UnusableSigningKey, match="2048"):
        SigningKey.of(rsa.generate_private_key(65537, 1024))


def test_a_private_key_does_not_show_in_a_representation() -> None:
    numbers = private_key().private_numbers()
    assert str(numbers.d) not in repr(signing_key())
    assert repr(signing_key()) == f"SigningKey(kid='{signing_key().kid}')"
