"""What is issued: handles, ID tokens, the token answer; and who may use an access token."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc import jwt

from idp.oidc.errors import OAuthError, json_error
from idp.oidc.parameters import Parameters, read_parameters
from idp.oidc.tokens.access_token import LIFETIME, AccessTokenState, usable_token
from idp.oidc.tokens.answer import token_answer
from idp.oidc.tokens.bearer import FORM_PARAMETERS, presented_token
from idp.oidc.tokens.handle import HandleKind, handle_digest, new_handle
from idp.oidc.tokens.id_token import IdTokenClaims, half_hash, sign_id_token
from tests.support.oidc import ISSUER, MFA, NOW, jose_vectors, signing_key

TOKEN = new_handle(HandleKind.ACCESS_TOKEN)
STATE = AccessTokenState(
    client_id="app", scope=("openid", "email"), expires_at=NOW + LIFETIME, revoked=False, holder_allowed=True
)
CLAIMS = IdTokenClaims(
    issuer=ISSUER,
    subject="subject-1",
    client_id="app",
    auth_time=NOW - timedelta(minutes=3),
    acr=MFA,
    amr=("pwd", "otp", "mfa", "otp"),
    sid="sid-1",
    nonce="nonce-1",
    access_token=TOKEN.value,
)


def parameters(encoded: bytes = b"") -> Parameters:
    return read_parameters(encoded, FORM_PARAMETERS)


def presented(authorization: str | None = None, form: bytes = b"", query: bytes = b"") -> str:
    return presented_token(authorization, parameters(form), parameters(query))


def refusal(authorization: str | None = None, form: bytes = b"", query: bytes = b"") -> OAuthError:
    with pytest.raises(OAuthError) as refused:
        presented(authorization, form, query)
    return refused.value


def test_an_id_token_states_who_logged_in_when_and_how_and_nothing_else() -> None:
    token = jwt.decode(sign_id_token(CLAIMS, signing_key(), NOW), signing_key().public, algorithms=["RS256"])
    issued = int(NOW.timestamp())
    assert token.header == {"alg": "RS256", "kid": signing_key().kid, "typ": "JWT"}
    assert token.claims == {
        "iss": ISSUER,
        "sub": "subject-1",
        "aud": "app",
        "iat": issued,
        "exp": issued + 300,
        "auth_time": issued - 180,
        "acr": MFA,
        "amr": ["mfa", "otp", "pwd"],
        "sid": "sid-1",
        "nonce": "nonce-1",
        "at_hash": half_hash(TOKEN.value, "RS256"),
    }


def test_what_was_not_sent_or_not_issued_is_left_out_of_the_id_token() -> None:
    bare = sign_id_token(replace(CLAIMS, nonce=None, access_token=None), signing_key(), NOW)
    claims = jwt.decode(bare, signing_key().public, algorithms=["RS256"]).claims
    assert "nonce" not in claims
    assert "at_hash" not in claims


@pytest.mark.parametrize(
    "vector", [v for v in jose_vectors("oidc-core")["half_hashes"] if v["alg"] == "RS256"]
)
def test_the_half_hashes_of_openid_connect_core_come_out(vector: dict[str, str]) -> None:
    assert half_hash(vector["access_token"], "RS256") == vector["at_hash"]
    assert half_hash(vector["code"], "RS256") == vector["c_hash"]


def test_a_half_hash_for_an_unknown_algorithm_fails_and_is_not_skipped() -> None:
    with pytest.raises(KeyError):
        half_hash("x", "XX999")


@pytest.mark.parametrize("kind", list(HandleKind))
def test_JOSE_10_handles_hold_256_random_bits_and_only_their_digest_is_kept(kind: HandleKind) -> None:
    made = [new_handle(kind) for _ in range(100)]
    assert len({handle.value for handle in made}) == 100
    for handle in made:
        assert len(base64.urlsafe_b64decode(handle.value.removeprefix(kind) + "=")) == 32
        assert handle_digest(kind, handle.value) == handle.digest
        assert handle.value not in repr(handle)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "bEARER"])
def test_a_token_is_taken_from_the_header_or_from_the_form(scheme: str) -> None:
    assert presented(f"{scheme} {TOKEN.value}") == TOKEN.digest
    assert presented(form=f"access_token={TOKEN.value}".encode()) == TOKEN.digest


def test_a_token_in_two_places_or_in_the_query_is_an_invalid_request() -> None:
    in_form = f"access_token={TOKEN.value}".encode()
    for refused in (
        refusal(f"Bearer {TOKEN.value}", form=in_form),
        refusal(query=in_form),
        refusal(f"Bearer {TOKEN.value}", query=b"access_token=x&access_token=y"),
        refusal(form=in_form + b"&" + in_form),
    ):
        assert (refused.code, refused.status) == ("invalid_request", 400)


@pytest.mark.parametrize("authorization", [None, "", "Basic YTpi"])
def test_who_sends_no_token_is_told_so_without_an_error_code(authorization: str | None) -> None:
    refused = refusal(authorization)
    assert (refused.status, refused.challenge) == (401, 'Bearer realm="doorward"')


@pytest.mark.parametrize(
    "token",
    [
        sign_id_token(CLAIMS, signing_key(), NOW),
        new_handle(HandleKind.AUTHORIZATION_CODE).value,
        TOKEN.value[:-1],
        TOKEN.value + "A",
        TOKEN.value + "=",
        "a b",
        "",
    ],
)
def test_OIDC_20_an_id_token_a_code_or_a_cut_value_is_no_access_token(token: str) -> None:
    refused = refusal(f"Bearer {token}")
    assert (refused.code, refused.status) == ("invalid_token", 401)
    assert 'error="invalid_token"' in str(refused.challenge)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        replace(STATE, revoked=True),
        replace(STATE, holder_allowed=False),
        replace(STATE, expires_at=NOW),
    ],
)
def test_OIDC_21_unknown_revoked_orphaned_and_expired_tokens_look_the_same(
    stored: AccessTokenState | None,
) -> None:
    with pytest.raises(OAuthError) as refused:
        usable_token(stored, NOW, scope="openid")
    answer = json_error(refused.value)
    assert answer.status == 401
    assert json.loads(answer.body)["error"] == "invalid_token"
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="doorward", error="invalid_token"')
    with pytest.raises(OAuthError) as unknown:
        usable_token(None, NOW, scope="openid")
    assert json_error(unknown.value) == answer


def test_a_live_token_serves_its_scopes_and_no_others() -> None:
    assert usable_token(STATE, NOW, scope="openid") is STATE
    with pytest.raises(OAuthError) as refused:
        usable_token(STATE, NOW, scope="phone")
    assert (refused.value.code, refused.value.status) == ("insufficient_scope", 403)
    assert 'scope="phone"' in str(refused.value.challenge)


def test_the_token_answer_says_what_was_granted_and_may_not_be_stored() -> None:
    answer = token_answer(TOKEN.value, ("openid", "email"), "id-token")
    assert answer.status == 200
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.body) == {
        "access_token": TOKEN.value,
        "token_type": "Bearer",
        "expires_in": 900,
        "scope": "openid email",
        "id_token": "id-token",
    }
    assert b"id_token" not in token_answer(TOKEN.value, ("email",), None).body
    assert TOKEN.value not in repr(answer)
