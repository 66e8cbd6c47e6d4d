"""Form-encoded parameters: each once, decoded strictly, the rest ignored."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.errors import OAuthError
from idp.oidc.parameters import MAX_BODY, MAX_VALUE, read_form, read_parameters

KNOWN = frozenset({"state", "scope", "code"})
FORM = "application/x-www-form-urlencoded"

usable_text = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters=[*map(chr, range(32)), "\x7f"]),
    min_size=1,
)


@given(st.dictionaries(st.sampled_from(sorted(KNOWN)), usable_text))
def test_what_was_encoded_is_read_back_unchanged(sent: dict[str, str]) -> None:
    assert read_parameters(urlencode(sent).encode(), KNOWN).values == sent


@given(st.binary())
def test_any_octets_are_read_without_a_crash(octets: bytes) -> None:
    parameters = read_parameters(octets, KNOWN)
    assert set(parameters.values) | set(parameters.faults) <= KNOWN
    assert not set(parameters.values) & set(parameters.faults)


@pytest.mark.parametrize(
    "encoded",
    [b"state=a&state=b", b"state=a&state=a", b"state=a&%73tate=b", b"state=&state=a", b"state&state=a"],
)
def test_a_parameter_given_twice_has_no_value_however_it_is_spelt(encoded: bytes) -> None:
    parameters = read_parameters(encoded, KNOWN)
    assert parameters.values == {}
    assert parameters.faults == {"state": "is given more than once"}


@pytest.mark.parametrize("encoded", [b"", b"state=", b"state", b"&&", b"extra=foobar&extra=2", b"=x"])
def test_empty_parameters_are_absent_and_unknown_ones_ignored(encoded: bytes) -> None:
    parameters = read_parameters(encoded, KNOWN)
    assert (dict(parameters.values), dict(parameters.faults)) == ({}, {})


@pytest.mark.parametrize("encoded", [b"state=%ff", b"state=%ED%A0%80", b"state=a%00b", b"state=a%0d%0ab"])
def test_text_that_is_not_utf_8_or_holds_control_characters_is_a_fault(encoded: bytes) -> None:
    parameters = read_parameters(encoded, KNOWN)
    assert "state" in parameters.faults
    with pytest.raises(OAuthError, match=r"^invalid_request: state "):
        parameters.usable("state")


def test_sizes_are_bounded_per_value_and_for_the_whole() -> None:
    at_the_limit = b"state=" + b"x" * MAX_VALUE
    assert len(read_parameters(at_the_limit, KNOWN).needed("state")) == MAX_VALUE
    assert "state" in read_parameters(at_the_limit + b"x", KNOWN).faults
    for too_much in (b"x" * (MAX_BODY + 1), b"a=1&" * 201):
        with pytest.raises(OAuthError):
            read_parameters(too_much, KNOWN)


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(OAuthError, match=r"^invalid_request: code is missing$"):
        read_parameters(b"", KNOWN).needed("code")


@pytest.mark.parametrize("content_type", [FORM, FORM.upper(), f"{FORM}; charset=UTF-8"])
def test_a_form_is_read_from_the_body(content_type: str) -> None:
    assert read_form(content_type, b"code=1", b"trace=7", KNOWN).values == {"code": "1"}


@pytest.mark.parametrize(
    ("content_type", "query"),
    [
        (None, b""),
        ("application/json", b""),
        ("multipart/form-data", b""),
        (FORM, b"code=1"),
        (FORM, b"%63ode=1"),
    ],
)
def test_another_media_type_and_a_parameter_in_the_query_are_refused(
    content_type: str | None, query: bytes
) -> None:
    with pytest.raises(OAuthError) as refused:
        read_form(content_type, b"code=1", query, KNOWN)
    assert (refused.value.code, refused.value.status) == ("invalid_request", 400)


def test_values_do_not_show_in_a_representation() -> None:
    assert "s3cret" not in repr(read_parameters(b"code=s3cret", KNOWN))
