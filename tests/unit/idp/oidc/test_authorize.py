"""The authorization endpoint before the login: what is let through, and where errors go."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.authorize.accepted import AcceptedRequest
from idp.oidc.authorize.answer import error_location, success_location
from idp.oidc.authorize.checks import check
from idp.oidc.authorize.request import AUTHORIZATION_PARAMETERS, read_request
from idp.oidc.errors import Destination, ErrorPage, ErrorRedirect, OAuthError
from idp.oidc.tokens.id_token import IdTokenClaims, sign_id_token
from metadata.oidc.relying_party import ApplicationType, ClientAuthMethod, RelyingParty
from mfa_engine.authentication.assurance import Asked
from tests.support.oidc import (
    CALLBACK,
    CAPABILITIES,
    ISSUER,
    MFA,
    NOW,
    SFA,
    jose_vectors,
    keys,
    query,
    relying_party,
    signing_key,
)


def ask(encoded: bytes, client: RelyingParty | None = None) -> AcceptedRequest:
    return check(read_request(encoded), client or relying_party(), CAPABILITIES, keys(), NOW)


def page(encoded: bytes, client: RelyingParty | None = None) -> ErrorPage:
    with pytest.raises(ErrorPage) as shown:
        ask(encoded, client)
    return shown.value


def redirect(encoded: bytes, client: RelyingParty | None = None) -> ErrorRedirect:
    with pytest.raises(ErrorRedirect) as sent:
        ask(encoded, client)
    return sent.value


def outcome(encoded: bytes) -> AcceptedRequest | ErrorPage | ErrorRedirect:
    try:
        return ask(encoded)
    except (ErrorPage, ErrorRedirect) as refused:
        return refused


def answered(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query, strict_parsing=True))


def test_a_good_request_is_accepted_with_all_that_the_login_needs() -> None:
    accepted = ask(query(login_hint="alice", ui_locales="de en", acr_values=MFA, max_age="600"))
    assert accepted.destination == Destination(CALLBACK, "state-1")
    assert (accepted.client_id, accepted.nonce, accepted.scope) == ("app", "nonce-1", ("openid", "email"))
    assert (accepted.acr_values, accepted.acr_essential, accepted.max_age) == ((MFA,), False, 600)
    assert (accepted.login_hint, accepted.ui_locales) == ("alice", ("de", "en"))
    assert not accepted.silent


def test_an_accepted_request_survives_storage_in_a_login_transaction() -> None:
    accepted = ask(query(prompt="login consent", ui_locales="de", max_age="0", acr_values=MFA))
    assert msgspec.json.decode(msgspec.json.encode(accepted), type=AcceptedRequest) == accepted


@pytest.mark.parametrize(
    "sent",
    [
        "https://app.example.org/callback/",
        "https://app.example.org/callback/more",
        "https://app.example.org/other",
        "https://app.example.org/callback?x=1",
        "https://app.example.org/callback?",
        "https://app.example.org/callback#",
        "https://app.example.org/callback#x",
        "https://app.example.org/x/../callback",
        "https://app.example.org/./callback",
        "https://app.example.org/%63allback",
        "https://app.example.org//callback",
        "https://APP.example.org/callback",
        "HTTPS://app.example.org/callback",
        "https://app.example.org./callback",
        "https://app.example.org:443/callback",
        "https://app.example.org:8443/callback",
        "http://app.example.org/callback",
        "https://evil.app.example.org/callback",
        "https://app.example.org.evil.example/callback",
        "https://app.example.org@evil.example/callback",
        "https://evil.example\\@app.example.org/callback",
        "https://evil.example/\\app.example.org/callback",
        "https://app.example.org\\callback",
        "//app.example.org/callback",
        "/callback",
        "https://*.example.org/callback",
        "https://app.example.org/callback ",
        " https://app.example.org/callback",
        "https://app.example.org/callback\u00e9",
        "https://evil.example/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("application_type", list(ApplicationType))
def test_OIDC_01_a_redirect_uri_that_is_not_registered_exactly_gets_a_page(
    sent: str, application_type: ApplicationType
) -> None:
    shown = page(query(redirect_uri=sent), relying_party(application_type=application_type))
    assert shown.status == 400
    assert "redirect_uri" in shown.description
    assert sent not in str(shown)


@pytest.mark.parametrize("client_count", [1, 2])
def test_OIDC_01_a_redirect_uri_that_is_left_out_or_given_twice_gets_a_page(client_count: int) -> None:
    uris = (CALLBACK, "https://app.example.org/second")[:client_count]
    client = relying_party(redirect_uris=uris)
    assert page(query(redirect_uri=None), client).status == 400
    assert page(query() + b"&redirect_uri=" + CALLBACK.encode(), client).status == 400


@pytest.mark.parametrize(
    ("registered", "sent", "accepted"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", True),
        ("http://127.0.0.1:1/cb?a=b", "http://127.0.0.1:2/cb?a=b", True),
        ("http://[::1]/cb", "http://[::1]:49152/cb", True),
        ("http://127.0.0.1", "http://127.0.0.1:49152", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb2", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb?x", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb#x", False),
        ("http://127.0.0.1/cb", "http://[::1]:49152/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:49152/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.2:80/cb", False),
        ("http://localhost/cb", "http://localhost:49152/cb", False),
        ("https://app.example.org/cb", "https://app.example.org:49152/cb", False),
    ],
)
def test_OIDC_01_only_the_port_of_a_native_clients_loopback_address_is_free(
    registered: str, sent: str, accepted: bool
) -> None:
    native = relying_party(redirect_uris=(registered,), application_type=ApplicationType.NATIVE)
    if accepted:
        assert ask(query(redirect_uri=sent), native).redirect_uri == sent
    else:
        assert page(query(redirect_uri=sent), native).status == 400
    web = relying_party(redirect_uris=(registered,))
    assert page(query(redirect_uri=sent), web).status == 400


@pytest.mark.parametrize(
    "change",
    [
        {"response_type": "token"},
        {"response_type": None},
        {"response_mode": "fragment"},
        {"request": "e30.e30.e30"},
        {"request_uri": "https://evil.example/object"},
        {"scope": None},
        {"prompt": "none login"},
        {"claims": "["},
    ],
)
def test_OIDC_02_no_other_error_redirects_before_client_and_redirect_uri_are_proven(
    change: dict[str, str | None],
) -> None:
    assert page(query(redirect_uri="https://evil.example/", **change)).status == 400
    unknown = query(client_id="nobody", redirect_uri="https://evil.example/", **change)
    with pytest.raises(ErrorPage) as shown:
        check(read_request(unknown), None, CAPABILITIES, keys(), NOW)
    assert shown.value.status == 400


@pytest.mark.parametrize("client_id", [None, "", "nobody", "App", "app "])
def test_OIDC_02_a_missing_or_unknown_client_gets_a_page(client_id: str | None) -> None:
    assert page(query(client_id=client_id)).status == 400


def test_a_client_id_given_twice_gets_a_page() -> None:
    assert page(query() + b"&client_id=app").status == 400


def test_a_disabled_client_gets_a_page_with_403() -> None:
    assert page(query(), relying_party(enabled=False)).status == 403


octets = st.binary(max_size=200)
parameter = st.tuples(
    st.sampled_from(sorted(AUTHORIZATION_PARAMETERS)).map(str.encode),
    st.sampled_from([b"app", CALLBACK.encode(), b"code", b"none", b"openid", b"", b"{}", b"0", b"S256"])
    | octets,
)


@given(st.lists(parameter, max_size=12), st.booleans())
def test_OIDC_02_whatever_comes_in_an_error_goes_to_a_page_or_to_the_registered_uri(
    pairs: list[tuple[bytes, bytes]], begin_well: bool
) -> None:
    encoded = b"&".join(name + b"=" + value for name, value in pairs)
    if begin_well:
        encoded = b"client_id=app&redirect_uri=" + CALLBACK.encode() + b"&" + encoded
    came_of_it = outcome(encoded)
    if isinstance(came_of_it, ErrorPage):
        assert came_of_it.status == 400
    else:
        assert came_of_it.destination.redirect_uri == CALLBACK


PKCE = jose_vectors("rfc7636-pkce")


@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge": PKCE["vectors"][0]["code_challenge"] + "\n"},
        *(
            {"code_challenge": case["code_challenge"], "code_challenge_method": case["method"]}
            for case in PKCE["must_reject"]
            if case["threat"] == "OIDC-03"
        ),
    ],
)
def test_OIDC_03_a_request_without_a_good_s256_challenge_is_refused(change: dict[str, str | None]) -> None:
    sent = redirect(query(**change))
    assert sent.code == "invalid_request"
    assert "code_challenge" in sent.description


@pytest.mark.parametrize("vector", PKCE["vectors"], ids=lambda vector: vector.get("case", vector["section"]))
def test_the_published_challenges_are_accepted(vector: dict[str, str]) -> None:
    accepted = ask(query(code_challenge=vector["code_challenge"], code_challenge_method=vector["method"]))
    assert accepted.code_challenge == vector["code_challenge"]


def test_OIDC_03_the_exception_is_for_single_confidential_clients_and_never_weakens_a_challenge() -> None:
    none = {"code_challenge": None, "code_challenge_method": None}
    excepted = relying_party(require_pkce=False)
    assert ask(query(**none), excepted).code_challenge is None
    assert redirect(query(code_challenge_method="plain"), excepted).code == "invalid_request"
    assert redirect(query(code_challenge=None), excepted).code == "invalid_request"
    public = relying_party(require_pkce=False, token_endpoint_auth_method=ClientAuthMethod.NONE)
    assert redirect(query(**none), public).code == "invalid_request"


@pytest.mark.parametrize("change", [{}, {"prompt": "create"}, {"scope": "unknown"}, {"state": None}])
def test_OIDC_08_every_answer_says_who_gave_it(change: dict[str, str | None]) -> None:
    if change in ({}, {"state": None}):
        location = success_location(ask(query(**change)).destination, code="c", issuer=ISSUER)
    else:
        location = error_location(redirect(query(**change)), issuer=ISSUER)
    assert answered(location)["iss"] == ISSUER
    assert answered(location).get("state") == (None if "state" in change else "state-1")


@pytest.mark.parametrize(
    "response_type",
    ["token", "id_token", "id_token token", "code token", "code id_token", "code code", "none", "x"],
)
def test_OIDC_09_response_types_that_are_not_offered_are_refused(response_type: str) -> None:
    sent = redirect(query(response_type=response_type))
    assert sent.code == "unsupported_response_type"


def test_OIDC_09_a_response_type_that_the_client_did_not_register_is_refused() -> None:
    assert redirect(query(), relying_party(response_types=())).code == "unauthorized_client"


def test_a_missing_response_type_is_an_invalid_request() -> None:
    assert redirect(query(response_type=None)).code == "invalid_request"


@pytest.mark.parametrize("response_mode", ["fragment", "form_post", "web_message", "jwt", "Query"])
def test_OIDC_29_a_response_mode_that_is_not_offered_is_refused(response_mode: str) -> None:
    assert redirect(query(response_mode=response_mode)).code == "unsupported_response_mode"


def test_the_query_may_be_asked_for_by_name() -> None:
    assert ask(query(response_mode="query")).response_mode == "query"


def test_OIDC_16_an_essential_acr_reaches_the_login_as_a_condition() -> None:
    wish = {"id_token": {"acr": {"essential": True, "values": ["urn:unknown", MFA]}}}
    accepted = ask(query(claims=json.dumps(wish), acr_values=SFA))
    assert accepted.asked(NOW) == Asked(("urn:unknown", MFA), essential=True)


def test_OIDC_16_an_essential_acr_that_nobody_can_reach_is_refused_at_once() -> None:
    wish = {"id_token": {"acr": {"essential": True, "value": "urn:unknown"}}}
    assert redirect(query(claims=json.dumps(wish))).code == "unmet_authentication_requirements"


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"acr": {"values": [MFA]}}, (MFA, SFA)),
        ({"acr": {"essential": True}}, (SFA,)),
        ({"acr": None}, (SFA,)),
        ({"auth_time": {"essential": True}}, (SFA,)),
        (None, (SFA,)),
    ],
)
def test_a_voluntary_wish_stands_before_acr_values_and_binds_nobody(
    wish: object, expected: tuple[str, ...]
) -> None:
    accepted = ask(query(claims=json.dumps({"id_token": wish, "userinfo": {"x": None}}), acr_values=SFA))
    assert accepted.asked(NOW) == Asked(expected, essential=False)


@pytest.mark.parametrize(
    "claims",
    [
        "x",
        "[]",
        '{"id_token": 1}',
        '{"id_token": {"acr": true}}',
        '{"id_token": {"acr": {"value": 1}}}',
        '{"id_token": {"acr": {"values": "x"}}}',
        '{"id_token": {"acr": {"essential": "yes"}}}',
        '{"id_token": {}, "id_token": {}}',
    ],
)
def test_a_claims_parameter_of_the_wrong_form_is_an_invalid_request(claims: str) -> None:
    assert redirect(query(claims=claims)).code == "invalid_request"


@pytest.mark.parametrize("change", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "consent login"}])
def test_OIDC_17_a_new_login_is_asked_for_by_prompt_or_by_an_age_of_nothing(change: dict[str, str]) -> None:
    assert ask(query(**change)).asked(NOW).fresh_since == NOW


def test_OIDC_17_the_age_of_a_login_is_bounded_by_the_request_or_else_by_the_client() -> None:
    client = relying_party(default_max_age=900)
    for max_age, seconds in ((None, 900), ("60", 60)):
        asked = ask(query(max_age=max_age), client).asked(NOW)
        assert asked.fresh_since == NOW - timedelta(seconds=seconds)
    assert ask(query()).asked(NOW).fresh_since is None


@pytest.mark.parametrize("max_age", ["-1", "1.5", "abc", "1e3", "+1", "0x1", "9" * 10, "\u0661"])
def test_an_age_that_is_not_a_number_of_seconds_is_an_invalid_request(max_age: str) -> None:
    assert redirect(query(max_age=max_age)).code == "invalid_request"


@pytest.mark.parametrize("prompt", ["none login", "login none", "create", "NONE", "x"])
def test_an_unknown_prompt_and_none_beside_others_are_invalid(prompt: str) -> None:
    assert redirect(query(prompt=prompt)).code == "invalid_request"


def test_prompt_none_forbids_pages() -> None:
    assert ask(query(prompt="none")).silent


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ],
)
def test_requests_by_object_are_refused_by_name(name: str, code: str) -> None:
    assert redirect(query(**{name: "x"})).code == code


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("openid", ("openid",)),
        ("email openid", ("email", "openid")),
        ("openid phone unknown email email", ("openid", "email")),
        ("email", ("email",)),
    ],
)
def test_scopes_that_are_unknown_or_not_the_clients_are_dropped(asked: str, granted: tuple[str, ...]) -> None:
    assert ask(query(scope=asked)).scope == granted


@pytest.mark.parametrize("scope", [None, "", "phone", "unknown"])
def test_a_request_of_which_no_scope_is_left_is_refused(scope: str | None) -> None:
    assert redirect(query(scope=scope)).code == "invalid_scope"


@pytest.mark.parametrize("name", sorted(AUTHORIZATION_PARAMETERS - {"client_id", "redirect_uri", "state"}))
def test_a_parameter_given_twice_is_told_to_the_client(name: str) -> None:
    sent = redirect(query(**{name: "x"}) + f"&{name}=y".encode())
    assert sent.code in ("invalid_request", f"{name}_not_supported")
    assert sent.destination.state == "state-1"


@pytest.mark.parametrize("extra", [b"&state=other", b""])
def test_a_state_that_cannot_be_echoed_is_left_out_of_the_error(extra: bytes) -> None:
    encoded = query() + extra if extra else query(state="x" * 4097)
    sent = redirect(encoded)
    assert (sent.code, sent.destination.state) == ("invalid_request", None)


def test_state_and_nonce_come_back_as_they_were_sent() -> None:
    state, nonce = 'a b+/="<&?#%25\u00e9', "n" * 1024
    accepted = ask(query(state=state, nonce=nonce))
    assert accepted.nonce == nonce
    location = success_location(accepted.destination, code="c", issuer=ISSUER)
    assert answered(location)["state"] == state
    assert ask(query(state="s" * 4096)).state == "s" * 4096
    assert redirect(query(nonce="n" * 1025)).code == "invalid_request"


@pytest.mark.parametrize(
    ("registered", "begins"),
    [
        ("https://app.example.org/cb", "https://app.example.org/cb?code="),
        ("https://app.example.org/cb?a=%20b&c", "https://app.example.org/cb?a=%20b&c&code="),
        ("https://app.example.org/cb?", "https://app.example.org/cb?code="),
        ("com.example.app:/cb", "com.example.app:/cb?code="),
    ],
)
def test_the_registered_query_stays_as_it_is(registered: str, begins: str) -> None:
    assert success_location(Destination(registered, None), code="c", issuer=ISSUER).startswith(begins)


def test_a_login_hint_too_long_to_be_shown_is_dropped() -> None:
    assert ask(query(login_hint="a" * 256)).login_hint == "a" * 256
    assert ask(query(login_hint="a" * 257)).login_hint is None


def test_display_languages_and_unknown_parameters_never_cause_an_error() -> None:
    accepted = ask(query(display="popup", ui_locales="se !! de-AT", claims_locales="se", extra="foobar"))
    assert accepted.ui_locales == ("se", "de-AT")


def id_token(**changes: Any) -> str:
    fields: dict[str, Any] = {
        "issuer": ISSUER,
        "subject": "subject-1",
        "client_id": "app",
        "auth_time": NOW,
        "acr": SFA,
        "amr": ("pwd",),
        "sid": "sid-1",
    }
    return sign_id_token(IdTokenClaims(**(fields | changes)), signing_key(), NOW)


def test_an_id_token_hint_names_whom_the_client_means() -> None:
    assert ask(query(id_token_hint=id_token())).hinted_subject == "subject-1"


@pytest.mark.parametrize(
    "hint", [id_token(client_id="other"), id_token(issuer=ISSUER + "/"), id_token()[:-4] + "AAAA", "x"]
)
def test_a_hint_that_is_not_ours_or_not_for_this_client_is_an_invalid_request(hint: str) -> None:
    assert redirect(query(id_token_hint=hint)).code == "invalid_request"


def test_a_request_too_large_to_be_looked_at_is_refused_as_a_whole() -> None:
    with pytest.raises(OAuthError):
        read_request(query() + b"&extra=" + b"x" * 70_000)
