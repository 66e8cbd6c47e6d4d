"""Which redirect URIs may be registered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.oidc.redirect_uri import is_registered, refusal
from metadata.oidc.relying_party import ApplicationType, RelyingParty

WEB, NATIVE = ApplicationType.WEB, ApplicationType.NATIVE


def remedy(uri: str, application_type: ApplicationType = WEB, demo: bool = False) -> str | None:
    return refusal(uri, application_type, allow_http_localhost=demo)


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "javascript://app.example.org/%0aalert(1)",
        "java.script\n:alert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "vbscript:x",
        "blob:https://app.example.org/1",
        "about:blank",
        "http://app.example.org/cb",
        "HTTP://app.example.org/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://localhost.evil.example/cb",
        "http://192.168.0.1/cb",
        "http://0.0.0.0/cb",
        "http://2130706433/cb",
        "http:/cb",
        "https:///cb",
        "https:cb",
        "https://",
        "//app.example.org/cb",
        "/cb",
        "cb",
        "",
        "https://app.example.org/cb#",
        "https://app.example.org/cb#fragment",
        "https://user@app.example.org/cb",
        "https://user:secret@app.example.org/cb",
        "https://@app.example.org/cb",
        "https://*.example.org/cb",
        "https://app.example.org/*",
        "https://app.example.org\\cb",
        'https://app.example.org/cb?x="1"',
        "https://app.example.org/cb?x='1'",
        "https://app.example.org/cb?x=<1>",
        "https://app.example.org/a/../cb",
        "https://app.example.org/a/%2E%2e/cb",
        "https://app.example.org/./cb",
        "https://app.example.org./cb",
        "https://app.example.org:0/cb",
        "https://app.example.org:65536/cb",
        "https://app.example.org:x/cb",
        "https://[::1/cb",
        "https://app.example.org/c b",
        " https://app.example.org/cb",
        "https://app.example.org/cb\n",
        "https://app.example.org/\u00e9",
        "https://\u0430pp.example.org/cb",
        "https://app.example.org/" + "x" * 2048,
    ],
)
@pytest.mark.parametrize("application_type", [WEB, NATIVE])
@pytest.mark.parametrize("demo", [False, True])
def test_OIDC_01_dangerous_and_ambiguous_redirect_uris_are_not_registered(
    uri: str, application_type: ApplicationType, demo: bool
) -> None:
    assert remedy(uri, application_type, demo)


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.org",
        "https://app.example.org/cb",
        "https://app.example.org:8443/cb?tenant=1&x=%20",
        "https://[2001:db8::1]/cb",
        "https://xn--pp-ka.example.org/cb",
    ],
)
def test_https_addresses_are_for_everybody(uri: str) -> None:
    for application_type in ApplicationType:
        assert remedy(uri, application_type) is None


@pytest.mark.parametrize(
    ("uri", "web", "native", "web_demo"),
    [
        ("http://127.0.0.1/cb", False, True, True),
        ("http://[::1]:8080/cb", False, True, True),
        ("http://localhost:8080/cb", False, True, True),
        ("http://app.localhost:8080/cb", False, False, True),
        ("http://a.b.localhost/cb", False, False, True),
        ("com.example.app:/cb", False, True, False),
        ("org.example.my-app://cb", False, True, False),
        ("myapp:/cb", False, False, False),
        ("com.example.app:", False, False, False),
    ],
)
def test_plain_http_and_own_schemes_are_for_native_applications_and_for_the_demonstration(
    uri: str, web: bool, native: bool, web_demo: bool
) -> None:
    assert (remedy(uri) is None) is web
    assert (remedy(uri, NATIVE) is None) is native
    assert (remedy(uri, demo=True) is None) is web_demo


@given(
    st.text(max_size=60)
    | st.from_regex(r"(https?|javascript|a\.b):(//)?[a-z@:/\\\[\]#?*.%0-9]{0,30}", fullmatch=True)
)
def test_any_text_is_judged_and_what_passes_is_matched_by_itself_alone(uri: str) -> None:
    for application_type in ApplicationType:
        if remedy(uri, application_type, demo=True) is not None:
            continue
        client = RelyingParty("app", "App", (uri,), application_type=application_type)
        assert is_registered(client, uri)
        assert not is_registered(client, uri + "x")
        assert uri.isascii()
        assert not set(uri) & set(" \\#*\r\n\t")
