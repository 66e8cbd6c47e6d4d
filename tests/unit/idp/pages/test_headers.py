"""The headers that every page carries."""

from __future__ import annotations

import pytest

from idp.pages.headers import console_headers, csp, leave_headers, login_headers
from mfa_engine.errors import InvalidField

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def test_the_policy_is_the_designed_one_without_any_exception() -> None:
    assert csp() == POLICY
    assert "unsafe" not in csp()


@pytest.mark.parametrize("headers", [login_headers(), console_headers()])
def test_WEB_02_SESS_06_pages_are_not_framed_not_sniffed_and_not_kept(headers: dict[str, str]) -> None:
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Vary"] == "Cookie"
    assert headers["Referrer-Policy"] == "same-origin"


def test_only_account_and_admin_cut_off_other_windows() -> None:
    assert "Cross-Origin-Opener-Policy" not in login_headers()
    assert console_headers()["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("destination", "sources"),
    [
        ("https://a.example/acs", "https:"),
        ("http://portal.localhost:8001/acs", "https: http://portal.localhost:8001"),
        ("com.example.app:/cb", "https: com.example.app:"),
    ],
)
def test_the_page_that_leaves_by_a_form_may_post_to_its_destination(destination: str, sources: str) -> None:
    assert f"form-action {sources};" in leave_headers(destination)["Content-Security-Policy"]


def test_it_differs_from_other_pages_in_nothing_else() -> None:
    left = leave_headers("https://a.example/")
    assert left["Content-Security-Policy"].replace("form-action https:", "form-action 'self'") == POLICY
    assert {**left, "Content-Security-Policy": POLICY} == login_headers()


def test_it_is_not_made_for_a_destination_that_a_browser_would_run() -> None:
    with pytest.raises(InvalidField):
        leave_headers("javascript:alert(1)")
