"""Apache with mod_auth_mellon, set up as docs/saml.md says, signs people in and out at Doorward."""

from __future__ import annotations

import http.client
import re
import ssl
from base64 import b32decode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from idp.applications.service_providers import ProviderSettings, register, release_of
from tests.support.apache import Apache
from tests.support.browser import Visits
from tests.support.certificates import Authority, self_signed
from tests.support.databases import Prepare
from tests.support.idp import Idp, Person, prepare_idp
from tests.support.oathtool import totp
from tests.support.over_tls import served

DOCS = Path(__file__).parents[3] / "docs" / "saml.md"
PRIVATE = """<!doctype html><html lang="en"><head><title>Private</title></head><body><h1>Private</h1>
<p id="name"><!--#echo var="REMOTE_USER" --></p><p id="mail"><!--#echo var="MAIL" --></p></body></html>"""
GOODBYE = """<!doctype html><html lang="en"><head><title>Goodbye</title></head><body><h1>Goodbye</h1>
</body></html>"""


@pytest.fixture(params=["https", "http"])
def scheme(request: pytest.FixtureRequest) -> str:
    """TLS as in life, and plain http on loopback as in the demonstration."""
    scheme: str = request.param
    return scheme


@pytest.fixture
def idp(
    scheme: str, sqlite_url: str, fresh_database: Callable[[str, Prepare], str], authority: Authority
) -> Iterator[Idp]:
    """A Doorward that listens."""
    with served(fresh_database(sqlite_url, prepare_idp), authority, tls=scheme == "https") as idp:
        yield idp


@pytest.fixture
def alice(idp: Idp) -> Person:
    """Has a password and an authenticator app."""
    return idp.person("alice", email="alice@example.org")


@pytest.fixture
def sites(scheme: str, apache: Apache, idp: Idp, authority: Authority) -> Callable[..., list[str]]:
    """``sites("portal.localhost")``: its address, whose ``/private`` is for people who are signed in."""
    port = apache.https_port if scheme == "https" else apache.http_port
    self_signed(apache.folder / "portal.crt", "portal.localhost")
    (apache.folder / "doorward.xml").write_bytes(idp.browser().open("/saml/metadata").data)
    apache.page("private/in.html", PRIVATE)
    apache.page("goodbye.html", GOODBYE)

    def serve(*hosts: str, more: str = "") -> list[str]:
        apache.serve(recipe(more).replace("/etc/apache2/saml", str(apache.folder)))
        for host in hosts:
            register(
                idp.services.engine,
                idp.services.registry,
                idp.origin,
                own_metadata(scheme, f"{host}:{port}", authority),
                ProviderSettings(release_of(["email"])),
                loopback_http=idp.services.settings.plain_http,
            )
        return [f"{scheme}://{host}:{port}" for host in hosts]

    return serve


@pytest.fixture
def portal(sites: Callable[..., list[str]]) -> str:
    """The address of one site."""
    return sites("portal.localhost")[0]


def recipe(more: str) -> str:
    """The configuration that the documentation gives, with ``more`` in its first block."""
    found = re.search(r"```apache\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert found is not None
    return found[1].replace("</Location>", f"{more}</Location>", 1)


def own_metadata(scheme: str, site: str, authority: Authority) -> bytes:
    """What mod_auth_mellon says of itself."""
    port = int(site.partition(":")[2])
    connection: Any = http.client.HTTPConnection("127.0.0.1", port)
    if scheme == "https":
        trust = ssl.create_default_context(cafile=str(authority.certificate))
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=trust)
    connection.request("GET", "/mellon/metadata", headers={"Host": site})
    answer: bytes = connection.getresponse().read()
    connection.close()
    return answer


def sign_in(page: Page, idp: Idp, person: Person) -> None:
    """Password and code, on Doorward's pages."""
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.url.startswith(f"{idp.base}/login/")
    page.get_by_label("User name").fill(person.login)
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_role("button", name="Continue").click()
    idp.clock.advance(timedelta(seconds=30))
    page.locator("#code").fill(totp(b32decode(person.secret), idp.clock.now))
    page.get_by_role("button", name="Continue").click()


def test_SESS_05_mellon_signs_in_and_out_and_old_cookies_are_refused_afterwards(
    portal: str, idp: Idp, alice: Person, page: Page
) -> None:
    page.goto(f"{portal}/private/in.html")
    sign_in(page, idp, alice)
    expect(page.get_by_role("heading", name="Private")).to_be_visible()
    assert page.url == f"{portal}/private/in.html"
    expect(page.locator("#mail")).to_have_text("alice@example.org")
    before = page.context.cookies()

    page.goto(f"{portal}/mellon/logout?ReturnTo={portal}/goodbye.html")
    expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()
    (ended,) = (row for row in idp.audited() if row.event == "auth.session.ended")
    assert (ended.success, ended.subject) == (True, "alice")

    page.context.clear_cookies()
    page.context.add_cookies(before)
    page.goto(f"{portal}/private/in.html")
    sign_in(page, idp, alice)
    expect(page.get_by_role("heading", name="Private")).to_be_visible()


def test_SESS_03_a_second_visit_needs_no_page_though_the_session_cookie_is_lax(
    portal: str, idp: Idp, alice: Person, page: Page
) -> None:
    page.goto(f"{portal}/private/in.html")
    sign_in(page, idp, alice)
    expect(page.get_by_role("heading", name="Private")).to_be_visible()
    (session,) = (it for it in page.context.cookies() if it.get("name", "").endswith("dw_session"))
    assert session.get("sameSite") == "Lax"
    page.context.clear_cookies(domain="portal.localhost")
    page.goto(f"{portal}/private/in.html")
    expect(page.get_by_role("heading", name="Private")).to_be_visible()
    assert page.url == f"{portal}/private/in.html"


def test_signing_out_of_one_of_two_sites_works_though_the_other_was_not_told(
    sites: Callable[..., list[str]], idp: Idp, alice: Person, page: Page
) -> None:
    portal, app = sites("portal.localhost", "app.localhost")
    page.goto(f"{portal}/private/in.html")
    sign_in(page, idp, alice)
    page.goto(f"{app}/private/in.html")
    expect(page.get_by_role("heading", name="Private")).to_be_visible()
    page.goto(f"{app}/mellon/logout?ReturnTo={app}/goodbye.html")
    expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()
    page.goto(f"{app}/private/in.html")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_site_that_asks_for_two_factors_gets_them_whatever_the_policies_say(
    sites: Callable[..., list[str]], idp: Idp, alice: Person, page: Page
) -> None:
    idp.policies({"name": "password-will-do", "then": {"second_factor": "not_required"}})
    (portal,) = sites("portal.localhost", more=two_factors())
    page.goto(f"{portal}/private/in.html")
    sign_in(page, idp, alice)
    expect(page.get_by_role("heading", name="Private")).to_be_visible()


def two_factors() -> str:
    """The directives that the documentation names for it."""
    lines = re.findall(r"`(MellonAuthnContext[^`]+)`", DOCS.read_text())
    assert len(lines) == 2
    return "\n".join(lines) + "\n"


def test_without_scripts_a_button_takes_people_to_the_portal(
    portal: str, idp: Idp, alice: Person, visits: Visits
) -> None:
    page = visits.page("narrow", java_script_enabled=False)
    page.goto(f"{portal}/private/in.html")
    sign_in(page, idp, alice)
    page.get_by_role("button", name="Continue to Library Portal").click()
    expect(page.get_by_role("heading", name="Private")).to_be_visible()
