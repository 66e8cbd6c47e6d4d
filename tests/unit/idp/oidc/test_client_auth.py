"""Client authentication at the token endpoint."""

from __future__ import annotations

import base64
import hmac
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.client_auth.authenticate import authenticate, read_client
from idp.oidc.errors import OAuthError
from idp.oidc.grants.token_request import TOKEN_PARAMETERS
from idp.oidc.parameters import Parameters, read_parameters
from metadata.oidc.client_secret import new_client_secret, secret_digest
from metadata.oidc.relying_party import ClientAuthMethod, RelyingParty
from tests.support.oidc import relying_party

SECRET = "right secret+%"
DIGEST = secret_digest(SECRET)


def form(**parameters: str) -> Parameters:
    return read_parameters(urlencode(parameters).encode(), TOKEN_PARAMETERS)


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()


def client_with(method: ClientAuthMethod, **changes: Any) -> RelyingParty:
    return relying_party(token_endpoint_auth_method=method, **changes)


BASIC = client_with(ClientAuthMethod.CLIENT_SECRET_BASIC)
POST = client_with(ClientAuthMethod.CLIENT_SECRET_POST)
PUBLIC = client_with(ClientAuthMethod.NONE)


def proven(
    client: RelyingParty | None, authorization: str | None, sent: Parameters, digest: str | None = DIGEST
) -> RelyingParty:
    return authenticate(read_client(authorization, sent), client, digest)


def refusal(client: RelyingParty | None, authorization: str | None, sent: Parameters) -> OAuthError:
    with pytest.raises(OAuthError) as refused:
        proven(client, authorization, sent)
    return refused.value


@pytest.mark.parametrize(
    ("client", "authorization", "sent"),
    [
        (BASIC, basic("app", SECRET), form()),
        (BASIC, basic("app", SECRET).replace("Basic", "bASIC"), form(client_id="app")),
        (POST, None, form(client_id="app", client_secret=SECRET)),
        (PUBLIC, None, form(client_id="app")),
        (PUBLIC, None, form(client_id="app", client_secret="")),
    ],
)
def test_the_registered_method_with_the_right_secret_proves_the_client(
    client: RelyingParty, authorization: str | None, sent: Parameters
) -> None:
    assert proven(client, authorization, sent) is client


@pytest.mark.parametrize(
    ("client", "authorization", "sent"),
    [
        (BASIC, basic("app", "wrong"), form()),
        (BASIC, basic("app", ""), form()),
        (BASIC, basic("app", SECRET + " "), form()),
        (POST, None, form(client_id="app", client_secret="wrong")),
        # another method than the registered one, though the secret is right
        (POST, basic("app", SECRET), form()),
        (BASIC, None, form(client_id="app", client_secret=SECRET)),
        (BASIC, None, form(client_id="app")),
        (PUBLIC, basic("app", SECRET), form()),
        (PUBLIC, None, form(client_id="app", client_secret=SECRET)),
        # nobody, and somebody else
        (None, basic("app", SECRET), form()),
        (None, None, form(client_id="app", client_secret=SECRET)),
        (None, None, form(client_id="app")),
        (BASIC, None, form()),
        (BASIC, basic("app", SECRET), form(client_id="other")),
        (POST, None, form(client_secret=SECRET)),
        # disabled
        (client_with(ClientAuthMethod.CLIENT_SECRET_BASIC, enabled=False), basic("app", SECRET), form()),
        (client_with(ClientAuthMethod.NONE, enabled=False), None, form(client_id="app")),
        # headers that are not Basic
        (BASIC, "Bearer abc", form()),
        (BASIC, "Basic", form()),
        (BASIC, "Basic !!!", form()),
        (BASIC, "Basic " + base64.b64encode(b"app").decode(), form()),
        (BASIC, "Basic " + base64.b64encode(b"app:%ff").decode(), form()),
        (BASIC, "Basic " + base64.b64encode(b"\xff:x").decode(), form()),
        (BASIC, "Basic " + "A" * 5000, form()),
    ],
)
def test_OIDC_10_everything_else_is_invalid_client_with_401_and_one_text(
    client: RelyingParty | None, authorization: str | None, sent: Parameters
) -> None:
    refused = refusal(client, authorization, sent)
    assert (refused.code, refused.status) == ("invalid_client", 401)
    assert refused.challenge == 'Basic realm="doorward"'
    assert refused.description == refusal(BASIC, basic("app", "wrong"), form()).description


@pytest.mark.parametrize("in_form", [SECRET, "wrong"])
@pytest.mark.parametrize("client", [BASIC, POST, PUBLIC, None])
def test_OIDC_10_two_methods_at_once_are_an_invalid_request(
    client: RelyingParty | None, in_form: str
) -> None:
    sent = form(client_id="app", client_secret=in_form)
    refused = refusal(client, basic("app", SECRET), sent)
    assert (refused.code, refused.status) == ("invalid_request", 400)
    without_id = form(client_secret=in_form)
    assert refusal(client, basic("app", SECRET), without_id).code == "invalid_request"


def test_OIDC_10_an_unknown_client_costs_the_same_comparison_as_a_wrong_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[int, int]] = []
    compare = hmac.compare_digest

    def counted(left: str, right: str) -> bool:
        compared.append((len(left), len(right)))
        return compare(left, right)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    presented = read_client(basic("app", "wrong"), form())
    for client, digest in ((BASIC, DIGEST), (None, None), (POST, DIGEST)):
        with pytest.raises(OAuthError):
            authenticate(presented, client, digest)
    assert compared == [(64, 64)] * 3


def test_a_secret_without_a_stored_digest_proves_nothing() -> None:
    for secret in ("", SECRET):
        with pytest.raises(OAuthError):
            proven(BASIC, basic("app", secret), form(), digest=None)


@given(st.text(max_size=60))
def test_no_header_crashes_the_reading(credentials: str) -> None:
    for header in (credentials, f"Basic {credentials}"):
        try:
            read_client(header, form())
        except OAuthError as refused:
            status = refused.status
        else:
            status = 200
        assert status in (200, 401)


def test_JOSE_10_client_secrets_hold_256_random_bits_and_only_their_digest_is_kept() -> None:
    made = {new_client_secret() for _ in range(100)}
    assert len({secret.value for secret in made}) == 100
    for secret in made:
        assert len(base64.urlsafe_b64decode(secret.value + "=")) == 32
        assert secret.value not in repr(secret)
        assert authenticate(read_client(basic("app", secret.value), form()), BASIC, secret.digest) is BASIC


def test_a_presented_secret_does_not_show_in_a_representation() -> None:
    assert SECRET not in repr(read_client(basic("app", SECRET), form()))
