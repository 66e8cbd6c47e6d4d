"""Where pages may lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.pages.address import destination_source, local_path, web_address
from mfa_engine.errors import InvalidField

ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "evil.example",
    "",
    "/a\nSet-Cookie: x=1",
    "/\t/evil.example",
    "\\\\evil.example",
]


@pytest.mark.parametrize("path", ["/", "/account/", "/admin/find?q=ha%20ha&x=1", "/login/7Zk0/step"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize("path", ELSEWHERE)
def test_WEB_04_a_way_back_stays_on_this_host(path: str) -> None:
    assert local_path(path) == "/"


@given(st.text())
def test_a_way_back_never_begins_like_another_host(path: str) -> None:
    back = local_path(path)
    assert back.startswith("/")
    assert back[1:2] not in ("/", "\\")


@pytest.mark.parametrize("address", ["https://a.example/x?y=1", "http://portal.localhost:8001/", "/help"])
def test_web_addresses_make_links(address: str) -> None:
    assert web_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https:evil",
        "https://[x/",
        "ftp://a.example/",
        "",
    ],
)
def test_no_other_address_makes_a_link(address: str) -> None:
    assert web_address(address) == ""


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://a.example/acs", ""),
        ("http://portal.localhost:8001/acs", "http://portal.localhost:8001"),
        ("http://127.0.0.1/cb", "http://127.0.0.1"),
        ("http://[::1]:4711/cb", "http:"),
        ("com.example.app:/cb", "com.example.app:"),
    ],
)
def test_a_destination_names_the_source_that_its_form_needs(address: str, source: str) -> None:
    assert destination_source(address) == source


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "blob:https://a",
        "/relative",
        "",
        "https://a.example/;x y",
        "http://a.example:x/",
    ],
)
def test_a_destination_that_a_browser_would_run_is_refused(address: str) -> None:
    with pytest.raises(InvalidField, match="destination"):
        destination_source(address)


@pytest.mark.parametrize("host", ["a;script-src", "a'b", "a,b"])
def test_a_destination_cannot_add_to_the_policy(host: str) -> None:
    try:
        source = destination_source(f"http://{host}/")
    except InvalidField:
        return
    assert source == "http:"
