"""The form of an audit row: one line whatever was sent, and a MAC over all of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.audit.record import mac, mac_holds, printable
from mfa_engine.secrets.keyring import Keyring

KEYRING = Keyring({1: bytes(range(32))})
ROW: dict[str, Any] = {
    "id": "0" * 32,
    "at": datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
    "event": "auth.check",
    "success": True,
    "reason": "",
    "actor": "service:portal",
    "resolver": "people",
    "uid": None,
    "subject": "alice",
    "details": {"kind": "totp", "number": 1},
}


def signed(row: dict[str, Any], keyring: Keyring = KEYRING) -> dict[str, Any]:
    return row | {"mac": mac(keyring, row)}


@given(st.text(max_size=1500))
def test_AUD_04_whatever_was_typed_is_shown_as_one_printable_line(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1


@pytest.mark.parametrize("text", ["", "alice", "Zoë Ω 日本 🔑", 'quo"te', "back\\slash", " blanks "])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_AUD_04_what_is_long_is_cut_and_says_so() -> None:
    assert printable("x" * 1000) == "x" * 1000
    assert printable("x" * 1001) == "x" * 1000 + "…"


def test_a_row_holds_as_it_was_written() -> None:
    assert mac_holds(KEYRING, signed(ROW))
    assert mac_holds(KEYRING, dict(reversed(signed(ROW).items())))  # whatever the order of the columns


CHANGES: list[dict[str, Any]] = [
    {"id": "1" * 32},
    {"at": ROW["at"] + timedelta(microseconds=1)},
    {"event": "auth.other"},
    {"success": False},
    {"success": 1},
    {"actor": ""},
    {"resolver": None},
    {"uid": ""},
    {"subject": "alicE"},
    {"details": {"kind": "totp", "number": 2}},
    {"details": {}},
    {"added": "a column"},
]


@pytest.mark.parametrize("change", CHANGES)
def test_AUD_01_any_change_shows(change: dict[str, Any]) -> None:
    assert not mac_holds(KEYRING, signed(ROW) | change)


def test_AUD_01_values_cannot_move_from_one_column_to_the_next() -> None:
    assert mac(KEYRING, ROW | {"reason": "ab", "actor": "c"}) != mac(
        KEYRING, ROW | {"reason": "a", "actor": "bc"}
    )


@pytest.mark.parametrize("forged", [b"", b"\x00\x00\x00\x01", bytes(36), b"\x00\x00\x00\x07" + bytes(32)])
def test_AUD_01_a_mac_made_without_the_key_does_not_hold(forged: bytes) -> None:
    assert not mac_holds(KEYRING, ROW | {"mac": forged})


def test_rows_of_an_older_key_hold_as_long_as_it_is_kept() -> None:
    old = signed(ROW)
    both = Keyring({1: bytes(range(32)), 2: bytes(32)})
    assert mac_holds(both, old)
    assert mac_holds(both, signed(ROW, both))
    assert not mac_holds(Keyring({2: bytes(32)}), old)
