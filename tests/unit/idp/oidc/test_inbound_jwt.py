"""What others hand us as a JWT: published vectors, and a collection of forgeries."""

from __future__ import annotations

import json
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from idp.oidc import base64url
from idp.oidc.inbound_jwt import (
    SKEW,
    InvalidJwt,
    TrustedKey,
    UnusableKey,
    check_dates,
    date_claim,
    trusted_key,
    verified_claims,
)
from tests.support.oidc import jose_vectors, keys, private_key, signing_key

FORGERIES = jose_vectors("must-reject")
NOW = datetime.fromtimestamp(FORGERIES["now"], UTC)


def forgeries(threat: str, expected: str = "reject") -> pytest.MarkDecorator:
    cases = [c for c in FORGERIES["vectors"] if c["threat"] == threat and c["expected"] == expected]
    assert cases
    return pytest.mark.parametrize("case", cases, ids=[case["id"] for case in cases])


def accept(case: dict[str, Any]) -> dict[str, Any]:
    """The claims, with the key and the one algorithm that the client of the case registered."""
    claims = verified_claims(case["token"], [registered_key(case["registered_alg"])])
    check_dates(claims, NOW)
    return dict(claims)


def registered_key(algorithm: str) -> TrustedKey:
    if algorithm == "ES256":
        return trusted_key("ES256", ECKey.import_key(FORGERIES["keys"]["ec-1"]), "ec-1")
    return trusted_key("RS256", RSAKey.import_key(FORGERIES["keys"]["rsa-1"]), "rsa-1")


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that something tries to connect to."""
    tried: list[object] = []

    def refuse(self: socket.socket, address: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tried


@forgeries("-", "accept")
def test_a_token_of_the_registered_key_and_algorithm_is_read(case: dict[str, Any]) -> None:
    assert accept(case)["iss"] == FORGERIES["client_id"]


@forgeries("JOSE-01")
def test_JOSE_01_the_algorithm_comes_from_the_key_and_never_from_the_header(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidJwt):
        accept(case)


@pytest.mark.parametrize("secret", [b"", b"8 bytes!", b"x" * 64])
@pytest.mark.parametrize("algorithm", ["HS256", "HS512", "none", "", "RS256", "ES256"])
def test_JOSE_02_no_secret_and_no_unknown_algorithm_can_be_made_to_verify(
    algorithm: str, secret: bytes
) -> None:
    with pytest.raises(UnusableKey):
        trusted_key(algorithm, OctKey(secret, secret), None)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_JOSE_02_a_short_rsa_key_or_another_curve_cannot_be_made_to_verify() -> None:
    for algorithm, key in (
        ("RS256", RSAKey.generate_key(1024)),
        ("ES256", ECKey.generate_key("P-384")),
        ("ES256", RSAKey.import_key(private_key())),
        ("PS256", RSAKey.import_key(private_key())),
    ):
        with pytest.raises(UnusableKey):
            trusted_key(algorithm, key, None)


@forgeries("JOSE-02")
def test_JOSE_02_a_token_under_an_empty_or_short_secret_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidJwt):
        accept(case)


@forgeries("JOSE-03")
def test_JOSE_03_extensions_doubles_and_odd_encodings_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidJwt):
        accept(case)


@forgeries("JOSE-04")
def test_JOSE_04_keys_named_in_a_header_are_neither_used_nor_fetched(
    case: dict[str, Any], no_connection: list[object]
) -> None:
    with pytest.raises(InvalidJwt):
        accept(case)
    assert no_connection == []


@forgeries("JOSE-04", "any")
def test_JOSE_04_a_fetch_is_not_even_made_for_a_token_that_is_well_signed(
    case: dict[str, Any], no_connection: list[object]
) -> None:
    assert accept(case)["sub"] == FORGERIES["client_id"]  # the member is ignored
    assert no_connection == []


@forgeries("JOSE-05")
def test_JOSE_05_oversized_and_deeply_nested_tokens_are_refused_at_once(case: dict[str, Any]) -> None:
    began = time.process_time()
    with pytest.raises(InvalidJwt):
        accept(case)
    assert time.process_time() - began < 0.05


@forgeries("JOSE-06")
def test_JOSE_06_dates_that_are_none_or_out_of_time_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidJwt):
        accept(case)


@pytest.mark.parametrize(
    ("claims", "valid"),
    [
        ({"exp": 1000 - 29}, True),
        ({"exp": 1000 - 30}, False),
        ({"exp": 2000, "iat": 1030}, True),
        ({"exp": 2000, "iat": 1031}, False),
        ({"exp": 2000, "nbf": 1030}, True),
        ({"exp": 2000, "nbf": 1031}, False),
        ({"exp": 2000.5, "iat": 0}, True),
        ({"exp": 10**4000}, False),
        ({"exp": None}, False),
    ],
)
def test_JOSE_06_a_clock_may_be_off_by_thirty_seconds_and_no_more(
    claims: dict[str, object], valid: bool
) -> None:
    assert timedelta(seconds=30) == SKEW
    now = datetime.fromtimestamp(1000, UTC)
    if valid:
        check_dates(claims, now)
    else:
        with pytest.raises(InvalidJwt):
            check_dates(claims, now)


def test_an_expired_token_passes_only_where_that_is_asked_for_and_its_date_is_one() -> None:
    check_dates({"exp": 1}, NOW, expiry=False)
    with pytest.raises(InvalidJwt):
        check_dates({"exp": "1"}, NOW, expiry=False)
    with pytest.raises(InvalidJwt):
        check_dates({}, NOW, expiry=False)


def test_the_signed_examples_of_rfc_7515_are_read() -> None:
    by_section = {vector["section"]: vector for vector in jose_vectors("rfc7515-jws")["vectors"]}
    for section, key_type in (("A.2", RSAKey), ("A.3", ECKey)):
        vector = by_section[section]
        key = trusted_key(vector["alg"], key_type.import_key(vector["jwk"]), None)
        assert verified_claims(vector["compact"], [key])["iss"] == "joe"


@pytest.mark.parametrize(
    "compact",
    [
        *(v["compact"] for v in jose_vectors("rfc7515-jws")["vectors"] if v["expected"] == "reject"),
        *(v["compact"] for v in jose_vectors("rfc7519-jwt")["vectors"]),
        *(v.get("compact") or v["compact_detached"] for v in jose_vectors("rfc7797-b64-false")["vectors"]),
    ],
)
def test_unsecured_symmetric_encrypted_and_detached_examples_of_the_rfcs_are_refused(compact: str) -> None:
    rsa = trusted_key("RS256", RSAKey.import_key(private_key(1)), None)
    with pytest.raises(InvalidJwt):
        verified_claims(compact, [*keys().trusted, rsa])


def test_the_id_tokens_of_openid_connect_core_are_read() -> None:
    core = jose_vectors("oidc-core")
    key = trusted_key("RS256", RSAKey.import_key(core["jwk"]), core["jwk"]["kid"])
    for vector in core["vectors"]:
        assert verified_claims(vector["id_token"], [key]) == vector["claims"]


def test_without_a_kid_every_fitting_key_is_tried() -> None:
    token = jws.serialize_compact({"alg": "RS256"}, b"{}", signing_key(1).key, algorithms=["RS256"])
    trusted = [trusted_key("RS256", signing_key(n).public, f"key-{n}") for n in (0, 1)]
    assert verified_claims(token, trusted) == {}
    with pytest.raises(InvalidJwt):
        verified_claims(token, trusted[:1])


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "jwt", "", 1, None])
def test_OIDC_20_a_token_typed_for_another_purpose_is_refused(typ: object) -> None:
    header = {"alg": "RS256", "typ": typ}
    segments = [_encoded(header), _encoded({})]
    token = ".".join([*segments, _rs256(".".join(segments))])
    with pytest.raises(InvalidJwt):
        verified_claims(token, keys().trusted)


def _encoded(part: object) -> str:
    return base64url.encoded(json.dumps(part).encode())


def _rs256(signing_input: str) -> str:
    return base64url.encoded(private_key().sign(signing_input.encode(), padding.PKCS1v15(), hashes.SHA256()))


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_nothing_but_a_refusal_comes_of_noise(noise: str) -> None:
    with pytest.raises(InvalidJwt):
        verified_claims(noise, keys().trusted)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_a_date_is_a_number_of_seconds_or_refused(value: object) -> None:
    try:
        date = date_claim({"exp": value}, "exp")
    except InvalidJwt:
        return
    assert date is not None
    datetime.fromtimestamp(date, UTC)  # a real moment
