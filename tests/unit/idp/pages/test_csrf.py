"""Forms that came from us, and forms that did not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.pages.csrf import Provenance, fits, form_is_ours, issue, provenance

KEY = b"k" * 32
SESSION = b"hash of a session id"
HOME = "https://login.riverside.example"


def test_a_token_fits_the_session_it_was_issued_for() -> None:
    assert fits(KEY, SESSION, issue(KEY, SESSION))


def test_a_page_gets_another_token_each_time() -> None:
    assert issue(KEY, SESSION) != issue(KEY, SESSION)


OTHERS: dict[str, Callable[[str], str]] = {
    "none": lambda token: "",
    "short": lambda token: "AAAA",
    "of another session": lambda token: issue(KEY, b"another session"),
    "of another key": lambda token: issue(b"x" * 32, SESSION),
    "cut": lambda token: token[:-4],
    "longer": lambda token: token + "AAAA",
    "turned round": lambda token: token[::-1],
    "after a blank": lambda token: " " + token,
    "with another last byte": lambda token: token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"),
    "with another nonce": lambda token: ("B" if token[0] == "A" else "A") + token[1:],
    "not ASCII": lambda token: "tökén",
}


@pytest.mark.parametrize("other", OTHERS)
def test_any_other_token_does_not_fit(other: str) -> None:
    assert not fits(KEY, SESSION, OTHERS[other](issue(KEY, SESSION)))


@given(st.text())
def test_no_text_makes_the_check_fail_otherwise_than_by_saying_no(token: str) -> None:
    assert fits(KEY, SESSION, token) is False


def test_no_byte_moves_between_nonce_and_binding() -> None:
    token = issue(KEY, b"ab")
    assert not fits(KEY, b"b", token)
    assert not fits(KEY, b"aab", token)


@pytest.mark.parametrize(
    ("origin", "site", "where"),
    [
        (HOME, "same-origin", Provenance.OURS),
        (HOME, None, Provenance.OURS),
        (None, "same-origin", Provenance.OURS),
        (None, None, Provenance.UNKNOWN),
        (None, "none", Provenance.UNKNOWN),
        ("https://evil.example", "cross-site", Provenance.FOREIGN),
        ("https://evil.example", "same-origin", Provenance.FOREIGN),
        (HOME, "cross-site", Provenance.FOREIGN),
        (HOME, "same-site", Provenance.FOREIGN),
        (None, "cross-site", Provenance.FOREIGN),
        ("null", None, Provenance.FOREIGN),
        (HOME + ":8443", None, Provenance.FOREIGN),
        ("http://login.riverside.example", None, Provenance.FOREIGN),
        ("https://login.riverside.example.evil.example", None, Provenance.FOREIGN),
        ("", None, Provenance.FOREIGN),
    ],
)
def test_the_browser_says_where_a_form_comes_from(
    origin: str | None, site: str | None, where: Provenance
) -> None:
    assert provenance(origin, site, HOME) is where


@pytest.mark.parametrize(
    ("binding", "where", "ours"),
    [
        (SESSION, Provenance.OURS, True),
        (SESSION, Provenance.UNKNOWN, True),
        (SESSION, Provenance.FOREIGN, False),
        (b"the attacker's own session", Provenance.OURS, False),
        (b"the attacker's own session", Provenance.UNKNOWN, False),
    ],
)
def test_AUTH_09_WEB_01_a_form_needs_the_token_of_this_browser_and_no_foreign_origin(
    binding: bytes, where: Provenance, ours: bool
) -> None:
    assert form_is_ours(KEY, SESSION, issue(KEY, binding), where) is ours
