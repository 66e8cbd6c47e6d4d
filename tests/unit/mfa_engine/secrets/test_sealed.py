"""Sealed values: they open where they were sealed for, and nowhere else."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.errors import IntegrityFailure
from mfa_engine.secrets.keyring import Keyring
from mfa_engine.secrets.sealed import seal, unseal

KEYRING = Keyring({1: bytes(range(32))})
PLACE = ("token", "secret", "TOTP0001")


@given(st.binary(max_size=300), st.text(max_size=60))
def test_a_value_opens_in_its_place(value: bytes, row: str) -> None:
    assert unseal(KEYRING, "token", "secret", row, seal(KEYRING, "token", "secret", row, value)) == value


@pytest.mark.parametrize(
    "place",
    [
        ("resolver", "secret", "TOTP0001"),
        ("token", "details", "TOTP0001"),
        ("token", "secret", "TOTP0002"),
        ("token", "secret", ""),
        ("token", "secret", "TOTP0001:1"),
        ("token:secret", "TOTP0001", ""),
    ],
)
def test_KEY_02_in_another_table_column_or_row_it_does_not(place: tuple[str, str, str]) -> None:
    with pytest.raises(IntegrityFailure):
        unseal(KEYRING, *place, seal(KEYRING, *PLACE, b"a seed"))


def test_KEY_02_the_row_is_bound_even_under_the_same_key() -> None:
    """Not by the key of the column alone: whoever swaps within the column fails, too."""
    sealed = seal(KEYRING, *PLACE, b"a seed")
    cipher = AESGCM(KEYRING.key("seal/token/secret"))
    assert cipher.decrypt(sealed[4:16], sealed[16:], b"token:secret:TOTP0001:1") == b"a seed"
    with pytest.raises(IntegrityFailure):
        unseal(KEYRING, "token", "secret", "TOTP0002", sealed)


def test_KEY_02_altered_anywhere_it_does_not_open() -> None:
    sealed = seal(KEYRING, *PLACE, b"a seed")
    for place in range(len(sealed)):
        for bit in range(8):
            altered = bytearray(sealed)
            altered[place] ^= 1 << bit
            with pytest.raises(IntegrityFailure):
                unseal(KEYRING, *PLACE, bytes(altered))


@given(st.binary(max_size=80))
def test_what_was_never_sealed_does_not_open_and_is_not_shown(anything: bytes) -> None:
    with pytest.raises(IntegrityFailure) as refused:
        unseal(KEYRING, *PLACE, anything)
    assert str(refused.value) == "token.secret of 'TOTP0001' does not open with the keys of this system"
    assert refused.value.__cause__ is None


def test_a_value_says_which_version_it_was_sealed_with() -> None:
    old = seal(KEYRING, *PLACE, b"a seed")
    both = Keyring({1: bytes(range(32)), 2: bytes(32)})
    assert unseal(both, *PLACE, old) == b"a seed"
    new = seal(both, *PLACE, b"a seed")
    assert int.from_bytes(new[:4]) == 2
    with pytest.raises(IntegrityFailure):
        unseal(KEYRING, *PLACE, new)


def test_KEY_03_two_columns_have_two_keys() -> None:
    assert KEYRING.key("seal/token/secret") != KEYRING.key("seal/outbox/body")
