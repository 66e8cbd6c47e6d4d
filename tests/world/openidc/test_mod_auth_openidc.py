"""Apache with mod_auth_openidc signs people in and out at Doorward, in Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.apache import Apache
from tests.support.browser import Visits
from tests.support.certificates import Authority
from tests.support.databases import Prepare
from tests.support.idp import Idp, Person, prepare_idp
from tests.support.over_tls import served
from tests.support.relying_party import register_app

CONFIGURATION = """
    OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
    OIDCCABundlePath "{trust}"
    OIDCClientID apache
    OIDCClientSecret {secret}
    OIDCRedirectURI {site}/private/callback
    OIDCCryptoPassphrase a-passphrase-of-this-test-alone
    OIDCScope "openid profile email"
    OIDCPKCEMethod S256
    OIDCSessionType server-cache
    <Location /private>
        AuthType openid-connect
        Require valid-user
    </Location>
"""
SIGNED_IN = """<!doctype html><html lang="en"><head><title>Private</title></head><body><h1>Private</h1>
<p id="name"><!--#echo var="OIDC_CLAIM_name" --></p><p id="email"><!--#echo var="OIDC_CLAIM_email" --></p>
<p id="acr"><!--#echo var="OIDC_CLAIM_acr" --></p></body></html>"""
SIGNED_OUT = """<!doctype html><html lang="en"><head><title>Goodbye</title></head><body><h1>Goodbye</h1>
</body></html>"""


@pytest.fixture
def idp(
    sqlite_url: str, fresh_database: Callable[[str, Prepare], str], authority: Authority
) -> Iterator[Idp]:
    """A Doorward that listens."""
    with served(fresh_database(sqlite_url, prepare_idp), authority) as idp:
        yield idp


@pytest.fixture
def alice(idp: Idp) -> Person:
    """Somebody with a password and an authenticator app."""
    return idp.person("alice", email="alice@example.org", given_name="Alice", family_name="Adler")


@pytest.fixture
def site(apache: Apache, idp: Idp, authority: Authority) -> str:
    """The address of a site whose ``/private`` is for people who are signed in."""
    site = f"https://app.localhost:{apache.https_port}"
    app = register_app(
        idp,
        "apache",
        client_name="Private pages",
        redirect_uris=[f"{site}/private/callback"],
        post_logout_redirect_uris=[f"{site}/goodbye.html"],
    )
    apache.page("private/in.html", SIGNED_IN)
    apache.page("goodbye.html", SIGNED_OUT)
    apache.serve(
        CONFIGURATION.format(issuer=idp.base, site=site, secret=app.secret, trust=authority.certificate)
    )
    return site


def sign_in(page: Page, person: Person) -> None:
    """Password and code, on Doorward's pages."""
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("User name").fill(person.login)
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_role("button", name="Continue").click()
    page.locator("#code").fill(person.code())
    page.get_by_role("button", name="Continue").click()


def test_mod_auth_openidc_signs_in_and_out_and_its_old_cookie_is_refused_afterwards(
    site: str, idp: Idp, alice: Person, visits: Visits
) -> None:
    page = visits.page()
    page.goto(f"{site}/private/in.html")
    sign_in(page, alice)
    expect(page.get_by_role("heading", name="Private")).to_be_visible()
    expect(page.locator("#name")).to_have_text("Alice Adler")
    expect(page.locator("#email")).to_have_text("alice@example.org")
    expect(page.locator("#acr")).to_have_text("https://refeds.org/profile/mfa")
    before = page.context.cookies()
    assert {"mod_auth_openidc_session", "__Host-dw_session"} <= {cookie["name"] for cookie in before}

    page.goto(f"{site}/private/callback?logout={site}/goodbye.html")
    expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()
    assert page.url == f"{site}/goodbye.html"
    [row] = [row for row in idp.audited() if row.event == "auth.session.ended"]
    assert (row.success, row.subject, row.application) == (True, "alice", "oidc:apache")

    page.context.clear_cookies()
    page.context.add_cookies(before)
    page.goto(f"{site}/private/in.html")
    expect(page.get_by_label("User name")).to_be_visible()
    assert page.url.startswith(f"{idp.base}/login/")
    sign_in(page, alice)
    expect(page.get_by_role("heading", name="Private")).to_be_visible()


def test_a_second_visit_is_signed_in_without_a_page(
    site: str, idp: Idp, alice: Person, visits: Visits
) -> None:
    page = visits.page()
    page.goto(f"{site}/private/in.html")
    sign_in(page, alice)
    expect(page.get_by_role("heading", name="Private")).to_be_visible()
    page.context.clear_cookies(domain="app.localhost")
    page.goto(f"{site}/private/in.html")
    expect(page.locator("#name")).to_have_text("Alice Adler")
    assert page.url == f"{site}/private/in.html"


def test_everything_works_without_scripts(site: str, alice: Person, visits: Visits) -> None:
    page = visits.page("narrow", java_script_enabled=False)
    page.goto(f"{site}/private/in.html")
    sign_in(page, alice)
    expect(page.get_by_role("heading", name="Private")).to_be_visible()
