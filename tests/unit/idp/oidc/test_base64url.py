"""base64url without padding, in one spelling only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc import base64url


@given(st.binary())
def test_what_was_encoded_is_decoded_unchanged(data: bytes) -> None:
    assert base64url.decoded(base64url.encoded(data)) == data


@given(st.text(alphabet="AQgwEIMUYcko048-_Zz9=+/ \n", max_size=6))
def test_no_two_texts_mean_the_same_bytes(text: str) -> None:
    try:
        data = base64url.decoded(text)
    except ValueError:
        return
    assert base64url.encoded(data) == text


@pytest.mark.parametrize("text", ["A", "AB", "AAB", "AA==", "AA+A", "AA/A", "AAAA\n", "AA AA", "\u0410A"])
def test_JOSE_03_paddings_blanks_other_alphabets_and_loose_bits_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="canonical"):
        base64url.decoded(text)
