"""Logout started by a relying party: when it asks, and where it leads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.logout import LOGOUT_PARAMETERS, LogoutPlan, plan_logout, read_logout_request
from idp.oidc.signing_keys import KeyRing
from idp.oidc.tokens.id_token import IdTokenClaims, sign_id_token
from metadata.oidc.relying_party import RelyingParty
from tests.support.oidc import GOODBYE, ISSUER, NOW, SFA, keys, relying_party, signing_key

APP = relying_party()


def hint(issued: datetime = NOW, key: int = 0, **changes: Any) -> str:
    fields: dict[str, Any] = {
        "issuer": ISSUER,
        "subject": "subject-1",
        "client_id": "app",
        "auth_time": issued,
        "acr": SFA,
        "amr": ("pwd",),
        "sid": "sid-1",
    }
    return sign_id_token(IdTokenClaims(**(fields | changes)), signing_key(key), issued)


def plan(
    parameters: dict[str, str],
    *,
    sid: str | None = "sid-1",
    has_session: bool = True,
    client: RelyingParty | None = APP,
    ring: KeyRing | None = None,
) -> LogoutPlan:
    request = read_logout_request(urlencode(parameters).encode(), ring or keys(), ISSUER, NOW)
    known = client if client is not None and request.client_id == client.client_id else None
    return plan_logout(request, known, sid=sid, has_session=has_session)


GOOD = {"id_token_hint": hint(), "post_logout_redirect_uri": GOODBYE, "state": "s"}


def test_a_genuine_hint_of_this_session_ends_it_without_a_question_and_leads_back() -> None:
    assert plan(GOOD) == LogoutPlan(ask=False, location=GOODBYE + "?state=s")
    assert plan(GOOD | {"client_id": "app"}) == plan(GOOD)


def test_an_expired_hint_serves_as_well_for_ninety_days() -> None:
    old = GOOD | {"id_token_hint": hint(NOW - timedelta(days=89))}
    assert plan(old) == plan(GOOD)
    older = GOOD | {"id_token_hint": hint(NOW - timedelta(days=91))}
    assert plan(older) == LogoutPlan(ask=True, location=None)


def test_a_hint_under_a_retired_key_serves_as_well() -> None:
    ring = KeyRing.of(signing_key(0), retired=[signing_key(1)])
    assert plan(GOOD | {"id_token_hint": hint(key=1)}, ring=ring) == plan(GOOD)


def test_without_a_session_a_genuine_hint_leads_back_all_the_same() -> None:
    assert plan(GOOD, sid=None, has_session=False) == plan(GOOD)


def test_only_a_state_that_was_sent_comes_back_and_the_registered_query_stays() -> None:
    client = relying_party(post_logout_redirect_uris=("https://app.example.org/bye?a=%20b",))
    request = {"id_token_hint": hint(), "post_logout_redirect_uri": "https://app.example.org/bye?a=%20b"}
    assert plan(request, client=client).location == "https://app.example.org/bye?a=%20b"
    with_state = plan(request | {"state": 'a b+/="<&'}, client=client)
    assert with_state.location == "https://app.example.org/bye?a=%20b&state=a%20b%2B%2F%3D%22%3C%26"


@pytest.mark.parametrize(
    "change",
    [
        {"id_token_hint": ""},
        {"id_token_hint": "x"},
        {"id_token_hint": hint(key=1)},
        {"id_token_hint": hint(issuer="https://idp.example.org/")},
        {"id_token_hint": hint()[:-6] + "AAAAAA"},
        {"id_token_hint": "eyJhbGciOiJub25lIn0." + hint().split(".")[1] + "."},
        {"client_id": "other"},
    ],
)
def test_OIDC_26_without_a_genuine_hint_nothing_ends_before_a_click_and_nobody_is_sent_away(
    change: dict[str, str],
) -> None:
    assert plan(GOOD | change) == LogoutPlan(ask=True, location=None)
    assert plan(GOOD | change, has_session=False, sid=None) == LogoutPlan(ask=False, location=None)


@pytest.mark.parametrize("sid", [None, "sid-2"])
def test_OIDC_26_a_hint_of_another_session_needs_a_click(sid: str | None) -> None:
    assert plan(GOOD, sid=sid) == LogoutPlan(ask=True, location=GOODBYE + "?state=s")


def test_OIDC_26_the_clients_name_alone_leads_back_only_after_a_click() -> None:
    named = {"client_id": "app", "post_logout_redirect_uri": GOODBYE}
    assert plan(named) == LogoutPlan(ask=True, location=GOODBYE)
    assert plan(named, has_session=False, sid=None) == LogoutPlan(ask=False, location=None)


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        GOODBYE + "/",
        GOODBYE + "?x=1",
        GOODBYE + "#x",
        GOODBYE.upper(),
        "https://app.example.org\\goodbye",
        "https://evil.example\\@app.example.org/goodbye",
        "https://app.example.org@evil.example/goodbye",
        "//app.example.org/goodbye",
        "javascript:alert(1)",
    ],
)
def test_OIDC_26_an_address_that_is_not_registered_exactly_is_never_gone_to(uri: str) -> None:
    assert plan(GOOD | {"post_logout_redirect_uri": uri}) == LogoutPlan(ask=False, location=None)


def test_an_unknown_or_disabled_client_is_not_gone_to() -> None:
    for client in (None, relying_party(enabled=False)):
        assert plan(GOOD, client=client).location is None


@pytest.mark.parametrize("parameters", [{}, {"state": "s"}, {"id_token_hint": hint()}])
def test_without_an_address_the_way_ends_on_our_own_page(parameters: dict[str, str]) -> None:
    assert plan(parameters).location is None


def test_the_languages_of_a_request_reach_the_page_and_never_cause_an_error() -> None:
    for hint_text in (hint(), "x"):
        encoded = urlencode({"id_token_hint": hint_text, "ui_locales": "se !! de-AT"}).encode()
        assert read_logout_request(encoded, keys(), ISSUER, NOW).ui_locales == ("se", "de-AT")


def test_a_parameter_given_twice_makes_the_request_speak_for_nobody() -> None:
    encoded = urlencode(GOOD).encode() + b"&post_logout_redirect_uri=https://evil.example/"
    request = read_logout_request(encoded, keys(), ISSUER, NOW)
    assert (request.client_id, request.hint) == (None, None)
    assert plan_logout(request, None, sid="sid-1", has_session=True) == LogoutPlan(True, None)


parameter = st.tuples(st.sampled_from(sorted(LOGOUT_PARAMETERS)).map(str.encode), st.binary(max_size=40))


@given(st.lists(parameter, max_size=8))
def test_OIDC_26_nothing_made_up_ends_a_session_without_a_click(pairs: list[tuple[bytes, bytes]]) -> None:
    encoded = b"&".join(name + b"=" + value for name, value in pairs)
    request = read_logout_request(encoded, keys(), ISSUER, NOW)
    assert plan_logout(request, APP, sid="sid-1", has_session=True).ask
