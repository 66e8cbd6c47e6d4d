"""Asking people before an application is told something about them."""

from __future__ import annotations

import re
from html import unescape

import pytest

from idp.applications import clients
from metadata.oidc.client import RegistrationRules
from tests.http.oidc.redirects import is_error
from tests.support.answers import is_page
from tests.support.idp import Browser, Idp, Person
from tests.support.relying_party import App, register_app


@pytest.fixture
def app(idp: Idp) -> App:
    """A client for which people are asked."""
    return register_app(idp, consent="ask", scope="openid profile email phone")


def to_the_question(app: App, browser: Browser, person: Person, **changes: str | None) -> None:
    """Sign in as far as the consent page."""
    browser.open(app.request(**({"scope": "openid email"} | changes)))
    browser.submit(username=person.login, password=person.password)
    browser.submit(code=person.code())
    assert browser.step == "consent"


def shown(browser: Browser) -> dict[str, str]:
    """The details on the page."""
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", browser.response.text, re.DOTALL)
    return {unescape(name): unescape(value) for name, value in pairs}


def granted(app: App, browser: Browser) -> list[str]:
    """The scopes that a code was issued for."""
    return str(app.redeemed(browser.destination)["scope"]).split()


def test_what_is_shown_is_what_would_be_released_and_what_is_released(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    to_the_question(app, browser, alice, scope="openid profile email")
    assert browser.heading == "Reading List asks for these details about you"
    assert shown(browser) == {
        "Your name": "Alice Adler",
        "Your user name": "alice",
        "Your first name": "Alice",
        "Your family name": "Adler",
        "Your e-mail address": "alice@example.org",
    }
    browser.submit(answer="yes", again="change")
    tokens = app.redeemed(browser.destination)
    told = set(app.userinfo(tokens["access_token"]).json.values())
    assert told - set(shown_values(alice)) == {app.claims(tokens["id_token"])["sub"]}
    [row] = [row for row in idp.audited() if row.event == "auth.consent"]
    assert (row.success, row.subject, row.application) == (True, "alice", "oidc:app")
    assert row.details == {"names": ["openid", "profile", "email"], "remembered": True}


def shown_values(person: Person) -> list[str]:
    return ["Alice Adler", person.login, "Alice", "Adler", "alice@example.org"]


def test_people_are_asked_once_and_again_for_what_is_new(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    to_the_question(app, browser, alice)
    browser.submit(answer="yes", again="change")
    assert granted(app, browser) == ["openid", "email"]
    browser.open(app.request(scope="openid email"))
    assert granted(app, browser) == ["openid", "email"]
    browser.open(app.request(scope="openid"))
    assert granted(app, browser) == ["openid"]
    browser.open(app.request(scope="openid email phone"))
    assert browser.step == "consent"
    browser.submit(answer="yes", again="change")
    assert granted(app, browser) == ["openid", "email", "phone"]
    another = idp.browser()
    another.open(app.request(scope="openid phone"))
    another.submit(username="alice", password=alice.password)
    another.submit(code=alice.code())
    assert granted(app, another) == ["openid", "phone"]


def test_who_wishes_to_be_asked_each_time_is(idp: Idp, app: App, alice: Person, browser: Browser) -> None:
    to_the_question(app, browser, alice)
    browser.submit(answer="yes", again="change")
    browser.open(app.request(scope="openid email", prompt="consent"))
    assert browser.step == "consent"
    browser.submit(answer="yes", again="always")
    assert granted(app, browser) == ["openid", "email"]
    browser.open(app.request(scope="openid email"))
    assert browser.step == "consent"


def test_a_client_may_ask_for_the_question_and_an_administrator_may_answer_it_for_all(
    idp: Idp, alice: Person, browser: Browser
) -> None:
    trusted, strict = register_app(idp, "trusted"), register_app(idp, "strict", consent="always")
    browser.open(trusted.request(scope="openid email"))
    browser.sign_in(alice)
    assert granted(trusted, browser) == ["openid", "email"]
    browser.open(trusted.request(scope="openid", prompt="consent"))
    assert browser.step == "consent"
    browser.submit(answer="yes", again="change")
    assert granted(trusted, browser) == ["openid"]
    for _ in range(2):
        browser.open(strict.request(scope="openid email"))
        assert browser.step == "consent"
        browser.submit(answer="yes", again="change")
        assert granted(strict, browser) == ["openid", "email"]


def test_an_application_that_asks_for_nothing_needs_no_consent(
    app: App, alice: Person, browser: Browser
) -> None:
    browser.open(app.request(scope="openid"))
    browser.sign_in(alice)
    assert granted(app, browser) == ["openid"]


def test_who_says_no_is_not_signed_in_there_and_nothing_is_kept(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    to_the_question(app, browser, alice)
    with idp.auditing() as rows:
        browser.submit(answer="no", again="change")
    assert browser.response.status_code == 200
    assert browser.heading == "Taking you to Reading List"
    assert "You are signed in" not in browser.response.text
    is_error(app, browser.destination, "access_denied")
    [row] = rows
    assert (row.event, row.success, row.reason, row.subject) == ("auth.login", False, "denied", "alice")
    assert idp.sql("SELECT count(*) FROM consent") == [(0,)]
    assert idp.sql("SELECT count(*) FROM one_time") == [(0,)]
    assert idp.sql("SELECT count(*) FROM sso_session") == [(0,)]
    again = browser.open(browser.at)
    assert "This sign-in is already done" in again.text


def test_OIDC_14_a_yes_without_our_token_or_from_another_site_changes_nothing(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    to_the_question(app, browser, alice)
    yes, page, csrf = {"answer": "yes", "again": "change"}, browser.at, browser.csrf
    with idp.auditing() as rows:
        is_page(browser.post(page, yes), 403)
        is_page(browser.post(page, {**yes, "csrf": "forged"}), 403)
        is_page(browser.post(page, {**yes, "csrf": csrf}, {"Origin": "https://evil.example.net"}), 403)
        is_page(browser.post(page, {**yes, "csrf": csrf}, {"Origin": "null"}), 403)
    assert [row for row in rows if row.success] == []
    assert idp.sql("SELECT count(*) FROM consent") == [(0,)]
    assert idp.sql("SELECT count(*) FROM one_time") == [(0,)]


def test_OIDC_14_a_yes_before_the_page_was_shown_is_none(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    browser.open(app.request(scope="openid email"))
    browser.submit(username="alice", password=alice.password)
    form = {"csrf": browser.csrf, "code": alice.code()}
    stepped = browser.client.post(browser.at, base_url=idp.base, data=form)
    base = stepped.headers["Location"]
    browser.post(f"{base}consent", {"csrf": form["csrf"], "answer": "yes", "again": "change"})
    assert browser.step == "consent"
    assert [row for row in idp.audited() if row.event == "auth.consent"] == []
    assert idp.sql("SELECT count(*) FROM one_time") == [(0,)]


def test_OIDC_14_what_is_granted_is_what_was_shown_whatever_comes_with_the_answer(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    to_the_question(app, browser, alice)
    services = idp.services
    rules = RegistrationRules(services.capabilities, by_administrator=True)
    scope = {"scope": "openid email phone groups"}
    clients.change(services.engine, services.registry, idp.origin, rules, "app", scope)
    browser.submit(answer="yes", again="change", scope="openid email phone", share="phone_number")
    assert granted(app, browser) == ["openid", "email"]
    assert idp.sql("SELECT names FROM consent") == [('["email","openid"]',)]
    [row] = [row for row in idp.audited() if row.event == "auth.consent"]
    assert row.details["names"] == ["openid", "email"]


def test_OIDC_14_consent_for_one_client_is_none_for_another(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    other = register_app(idp, "other", consent="ask")
    to_the_question(app, browser, alice)
    page = browser.at
    browser.open(other.request(scope="openid email"))
    other_page, csrf_of_other = browser.at, browser.csrf
    browser.post(page, {"csrf": csrf_of_other, "answer": "yes", "again": "change"})
    is_page(browser.response, 403)
    browser.open(page)
    browser.submit(answer="yes", again="change")
    assert granted(app, browser) == ["openid", "email"]
    browser.open(other_page)
    assert browser.step == "consent"
    browser.open(other.request(scope="openid email", prompt="none"))
    is_error(other, browser.destination, "consent_required")


def test_OIDC_14_consent_of_one_person_is_none_of_another_in_the_same_login(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    bob = idp.person("bob", email="bob@example.org")
    to_the_question(app, browser, alice)
    page = browser.at
    answer = browser.client.post(
        page,
        base_url=idp.base,
        data={"csrf": browser.csrf, "answer": "yes", "again": "always"},
    )
    router = answer.headers["Location"]
    csrf = browser.csrf
    browser.post(f"{router}start-over", {"csrf": csrf})
    assert browser.step == "first-factor"
    browser.submit(username="bob", password=bob.password)
    browser.submit(code=bob.code())
    assert browser.step == "consent"
    assert shown(browser) == {"Your e-mail address": "bob@example.org"}


def test_OIDC_15_who_was_never_asked_cannot_be_signed_in_silently(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    browser.open(app.request(scope="openid"))
    browser.sign_in(alice)
    with idp.auditing() as rows:
        response = browser.open(app.request(scope="openid email", prompt="none"))
    assert response.status_code == 303
    is_error(app, browser.destination, "consent_required")
    assert [(row.event, row.reason, row.subject) for row in rows] == [
        ("auth.login", "consent_required", "alice")
    ]


def test_a_client_that_is_deleted_takes_with_it_what_was_agreed(
    idp: Idp, app: App, alice: Person, browser: Browser
) -> None:
    to_the_question(app, browser, alice)
    browser.submit(answer="yes", again="change")
    services = idp.services
    clients.delete(services.engine, services.registry, idp.origin, "app")
    assert idp.sql("SELECT count(*) FROM consent") == [(0,)]
    again = register_app(idp, consent="ask", scope="openid email")
    browser.open(again.request(scope="openid email"))
    assert browser.step == "consent"
