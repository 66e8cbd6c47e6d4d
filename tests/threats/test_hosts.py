"""Whose name the house goes by: its own, from the settings (WEB-03)."""

import pytest

from tests.support.idp import BASE, open_idp, prepare_idp

FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "X-Original-URL": "/evil",
    "X-Original-Host": "evil.example",
    "X-Rewrite-URL": "/evil",
    "Forwarded": "for=192.0.2.9;host=evil.example;proto=http",
}


@pytest.mark.parametrize(
    "host",
    ["evil.example", "idp.example.org.evil.example", "idp.example.org:8443", "idp.example.org@evil", ""],
)
def test_WEB_03_a_request_for_another_host_is_not_answered_anywhere(doors, host):
    for rule in doors.idp.app.url_map.iter_rules():
        address = rule.rule.replace("<", "").replace(">", "").replace(":", "")
        if address.startswith("/health/"):
            continue
        method = next(iter(sorted(set(rule.methods) - {"HEAD", "OPTIONS"})), "OPTIONS")
        answer = doors.idp.app.test_client().open(
            address, method=method, base_url=BASE, headers={"Host": host}
        )
        assert answer.status_code in (400, 421), address
        assert "evil" not in answer.text
        assert not {"Set-Cookie", "Location"} & set(answer.headers.keys())


@pytest.fixture
def behind_a_proxy(sqlite_url, fresh_database):
    idp = open_idp(fresh_database(sqlite_url, prepare_idp), SERVER_TRUSTED_PROXIES="127.0.0.1/32")
    yield idp
    idp.close()


@pytest.mark.parametrize("house", ["idp", "behind_a_proxy"])
def test_WEB_03_forwarded_headers_change_no_address_that_we_give_out(request, house):
    idp = request.getfixturevalue(house)
    discovery = "/.well-known/openid-configuration"
    for address in (discovery, "/saml/metadata", "/account/", "/oidc/authorize", "/nowhere"):
        plain = idp.app.test_client().get(address, base_url=BASE)
        forged = idp.app.test_client().get(address, base_url=BASE, headers=FORGED)
        assert forged.status_code == plain.status_code
        assert "evil" not in forged.text
        assert "evil" not in str(forged.headers)
        assert all("Secure" in cookie for cookie in forged.headers.getlist("Set-Cookie"))
    assert f'"issuer":"{BASE}"' in idp.app.test_client().get(discovery, base_url=BASE, headers=FORGED).text
