"""Which addresses people are sent to."""

import pytest

from metadata.saml.locations import is_usable


@pytest.mark.parametrize(
    "location", ["https://sp.example.org/acs", "https://sp.example.org:8443/acs?x=1", "https://[::1]/acs"]
)
def test_an_https_address_is_usable(location):
    assert is_usable(location, loopback_http=False)


@pytest.mark.parametrize(
    "location",
    [
        "",
        "/acs",
        "//sp.example.org/acs",
        "https:///acs",
        "http://sp.example.org/acs",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user@sp.example.org/acs",
        "https://sp.example.org/acs#x",
        "https://sp.example.org/a b",
        "https://sp.example.org/\n",
        "https://sp.example.org:port/",
        "https://evil.example\\@sp.example.org/",
        'https://sp.example.org/"onload="x',
        "https://[bad/",
        "ftp://sp.example.org/",
    ],
)
@pytest.mark.parametrize("loopback_http", [False, True])
def test_SAML_11_other_addresses_are_not(location, loopback_http):
    assert not is_usable(location, loopback_http=loopback_http)


@pytest.mark.parametrize("host", ["localhost", "portal.localhost", "127.0.0.1", "127.8.9.10", "[::1]"])
def test_plain_http_is_for_loopback_and_only_where_it_is_allowed(host):
    assert is_usable(f"http://{host}:8080/acs", loopback_http=True)
    assert not is_usable(f"http://{host}:8080/acs", loopback_http=False)


@pytest.mark.parametrize("host", ["localhost.example.org", "notlocalhost", "10.0.0.1", "128.0.0.1"])
def test_a_host_that_only_looks_like_loopback_is_not(host):
    assert not is_usable(f"http://{host}/acs", loopback_http=True)
