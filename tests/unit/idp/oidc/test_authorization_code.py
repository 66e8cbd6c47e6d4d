"""Redeeming an authorization code: who gets tokens, and what else must die."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from idp.oidc.errors import OAuthError, json_error
from idp.oidc.grants.authorization_code import (
    LIFETIME,
    CodeRequest,
    Redeemable,
    RefusalReason,
    Refused,
    StoredCode,
    read_code_request,
    redeem,
)
from idp.oidc.grants.token_request import TOKEN_PARAMETERS, granted_type
from idp.oidc.parameters import read_parameters
from idp.oidc.pkce import s256
from idp.oidc.tokens.handle import HandleKind, new_handle
from metadata.oidc.relying_party import ClientAuthMethod
from tests.support.oidc import CALLBACK, CAPABILITIES, NOW, VERIFIER, jose_vectors, relying_party

CODE = new_handle(HandleKind.AUTHORIZATION_CODE)
STORED = StoredCode(
    client_id="app",
    redirect_uri=CALLBACK,
    code_challenge=s256(VERIFIER),
    expires_at=NOW + LIFETIME,
    spent=False,
    holder_allowed=True,
)
REQUEST = CodeRequest(CODE.digest, CALLBACK, VERIFIER)
APP = relying_party()
OTHER = relying_party(client_id="other")


def refused(stored: StoredCode | None, request: CodeRequest = REQUEST, client: object = APP) -> Refused:
    assert client in (APP, OTHER)
    decision = redeem(stored, request, OTHER if client is OTHER else APP, NOW)
    assert isinstance(decision, Refused)
    answer = json_error(decision.error)
    assert answer.status == 400
    assert b'"error":"invalid_grant"' in answer.body
    return decision


def test_the_right_client_with_the_right_verifier_may_have_tokens() -> None:
    assert redeem(STORED, REQUEST, APP, NOW) == Redeemable()


PKCE = jose_vectors("rfc7636-pkce")


@pytest.mark.parametrize(
    ("challenge", "verifier"),
    [
        (STORED.code_challenge, None),
        (None, VERIFIER),
        (STORED.code_challenge, VERIFIER + "\n"),
        (STORED.code_challenge, VERIFIER[:-1] + "\u0661"),
        (VERIFIER, VERIFIER),
        *(
            (case["code_challenge"], case["code_verifier"])
            for case in PKCE["must_reject"]
            if case["threat"] == "OIDC-04"
        ),
    ],
)
def test_OIDC_04_a_verifier_that_is_missing_wrong_or_uncalled_for_burns_the_code(
    challenge: str | None, verifier: str | None
) -> None:
    stored = replace(STORED, code_challenge=challenge)
    decision = refused(stored, replace(REQUEST, code_verifier=verifier))
    assert (decision.reason, decision.burn_code) == (RefusalReason.VERIFIER, True)


@pytest.mark.parametrize("vector", PKCE["vectors"], ids=lambda vector: vector.get("case", vector["section"]))
def test_the_published_verifiers_fit_their_challenges(vector: dict[str, str]) -> None:
    stored = replace(STORED, code_challenge=vector["code_challenge"])
    assert redeem(stored, replace(REQUEST, code_verifier=vector["code_verifier"]), APP, NOW) == Redeemable()


def test_a_client_excepted_from_pkce_sends_no_verifier() -> None:
    stored = replace(STORED, code_challenge=None)
    assert redeem(stored, replace(REQUEST, code_verifier=None), APP, NOW) == Redeemable()


def test_OIDC_05_a_spent_code_revokes_all_that_came_of_it() -> None:
    decision = refused(replace(STORED, spent=True))
    assert (decision.reason, decision.revoke_grant) == (RefusalReason.REPLAYED, True)


def test_OIDC_06_another_client_burns_the_code_and_revokes_the_grant() -> None:
    for stored in (STORED, replace(STORED, spent=True)):
        decision = refused(stored, client=OTHER)
        assert decision.reason is RefusalReason.OTHER_CLIENT
        assert decision.burn_code
        assert decision.revoke_grant


@pytest.mark.parametrize("sent", [CALLBACK + "/", CALLBACK + "?", CALLBACK.upper(), "https://evil.example/"])
def test_OIDC_06_another_redirect_uri_gets_nothing(sent: str) -> None:
    assert refused(STORED, replace(REQUEST, redirect_uri=sent)).reason is RefusalReason.REDIRECT_URI


def test_OIDC_06_a_code_lives_sixty_seconds_and_not_one_more() -> None:
    assert timedelta(seconds=60) == LIFETIME
    last_moment = replace(STORED, expires_at=NOW + timedelta(microseconds=1))
    assert redeem(last_moment, REQUEST, APP, NOW) == Redeemable()
    assert refused(replace(STORED, expires_at=NOW)).reason is RefusalReason.EXPIRED


def test_OIDC_30_a_code_whose_person_or_client_was_disabled_gets_nothing() -> None:
    assert refused(replace(STORED, holder_allowed=False)).reason is RefusalReason.HOLDER
    decision = redeem(STORED, REQUEST, relying_party(enabled=False), NOW)
    assert isinstance(decision, Refused)
    assert decision.reason is RefusalReason.HOLDER


def test_an_unknown_code_gets_nothing_and_harms_nobody() -> None:
    decision = refused(None)
    assert (decision.burn_code, decision.revoke_grant) == (False, False)


@pytest.mark.parametrize(
    "code",
    [
        new_handle(HandleKind.ACCESS_TOKEN).value,
        CODE.value.removeprefix("dwc_"),
        CODE.value[:-1],
        CODE.value + "A",
        CODE.value.replace("dwc_", "DWC_"),
        "x",
    ],
)
def test_OIDC_07_a_handle_of_another_kind_is_no_code(code: str) -> None:
    form = read_parameters(f"code={code}&redirect_uri=x".encode(), TOKEN_PARAMETERS)
    assert read_code_request(form).code_digest is None


def test_a_code_request_is_read_from_the_form() -> None:
    form = read_parameters(
        f"code={CODE.value}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}".encode(), TOKEN_PARAMETERS
    )
    assert read_code_request(form) == REQUEST
    assert VERIFIER not in repr(read_code_request(form))


@pytest.mark.parametrize("body", [b"redirect_uri=x", b"code=x", b"code=x&code=x&redirect_uri=x"])
def test_a_code_request_that_lacks_something_is_invalid(body: bytes) -> None:
    with pytest.raises(OAuthError, match=r"^invalid_request"):
        read_code_request(read_parameters(body, TOKEN_PARAMETERS))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_request"),
        (b"grant_type=password", "unsupported_grant_type"),
        (b"grant_type=implicit", "unsupported_grant_type"),
        (b"grant_type=client_credentials", "unsupported_grant_type"),
        (b"grant_type=refresh_token", "unsupported_grant_type"),
        (b"grant_type=Authorization_Code", "unsupported_grant_type"),
    ],
)
def test_OIDC_09_grant_types_that_are_not_offered_are_refused(body: bytes, code: str) -> None:
    with pytest.raises(OAuthError) as error:
        granted_type(read_parameters(body, TOKEN_PARAMETERS), APP, CAPABILITIES)
    assert error.value.code == code


def test_OIDC_09_a_grant_type_that_the_client_did_not_register_is_refused() -> None:
    form = read_parameters(b"grant_type=authorization_code", TOKEN_PARAMETERS)
    assert granted_type(form, APP, CAPABILITIES) == "authorization_code"
    with pytest.raises(OAuthError) as error:
        granted_type(form, relying_party(grant_types=()), CAPABILITIES)
    assert error.value.code == "unauthorized_client"


def test_a_public_client_redeems_with_its_verifier_alone() -> None:
    public = relying_party(token_endpoint_auth_method=ClientAuthMethod.NONE)
    assert redeem(STORED, REQUEST, public, NOW) == Redeemable()
