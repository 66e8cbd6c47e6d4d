"""What a session cookie is worth, to whoever has it or makes one up."""

from datetime import timedelta

import pytest

from tests.support.idp import BASE
from tests.support.relying_party import register_app
from tests.threats.doors import gained

SESSION, LOGIN = "__Host-dw_session", "__Host-dw_login"
FOR_EVERYBODY = ("/.well-known/", "/oidc/jwks", "/saml/metadata", "/assets/", "/health/")


@pytest.fixture
def browser(idp):
    return idp.browser()


def signed_in(doors, browser, person):
    """In the application, by both factors; gives the session's cookie."""
    doors.app.code(browser, person)
    return browser.cookie("dw_session")


def opens_the_app(doors, browser):
    """Whether the browser's session is enough for the application, without a page."""
    return browser.open(doors.app.request()).headers.get("Location", "").startswith(doors.app.redirect_uri)


def with_cookie(doors, value):
    stranger = doors.idp.browser()
    stranger.give_cookie("dw_session", value)
    return stranger


def test_SESS_01_a_value_from_before_the_login_is_no_session_after_it(doors, alice, browser):
    browser.give_cookie("dw_session", "chosen-by-the-attacker")
    cookie = signed_in(doors, browser, alice)
    assert cookie != "chosen-by-the-attacker"
    assert not opens_the_app(doors, with_cookie(doors, "chosen-by-the-attacker"))


def test_SESS_01_a_rise_gives_a_new_cookie_and_the_old_one_is_dead(doors, alice, browser):
    weak = register_app(doors.idp, "weak")
    doors.idp.policies(
        {"name": "weak", "when": {"application": ["oidc:weak"]}, "then": {"second_factor": "not_required"}}
    )
    browser.open(weak.request())
    browser.submit(username=alice.login, password=alice.password)
    before = browser.cookie("dw_session")
    browser.open(doors.app.request())
    assert browser.step == "second-factor"
    browser.sign_in(alice)
    after = browser.cookie("dw_session")
    assert after not in (None, before)
    assert opens_the_app(doors, browser)
    old = with_cookie(doors, before)
    assert not opens_the_app(doors, old)
    assert old.step == "first-factor"
    assert gained(doors.idp).sessions == 1


def test_SESS_01_what_the_database_holds_of_a_session_opens_nothing(doors, alice, browser):
    cookie = signed_in(doors, browser, alice)
    dump = [str(value) for row in doors.idp.sql("SELECT * FROM sso_session") for value in row]
    assert not any(cookie in value for value in dump)
    for value in dump:
        if value.isascii() and value and ";" not in value and '"' not in value:
            assert not opens_the_app(doors, with_cookie(doors, value))


def test_SESS_01_an_altered_cookie_is_no_session(doors, alice, browser):
    cookie = signed_in(doors, browser, alice)
    for altered in (cookie[:-1], cookie + "A", cookie.swapcase(), cookie[1:] + cookie[0], f'"{cookie}"'):
        assert not opens_the_app(doors, with_cookie(doors, altered))
    assert opens_the_app(doors, with_cookie(doors, cookie))


def test_SESS_02_cookies_are_for_this_host_over_tls_and_out_of_reach_of_scripts(doors, alice, browser):
    browser.open(doors.app.request())
    browser.submit(username=alice.login, password=alice.password)
    answers = [browser.client.get(f"{doors.app.request()}&prompt=login", base_url=BASE)]
    browser.submit(code=alice.code())
    set_cookies = [header for answer in answers for header in answer.headers.getlist("Set-Cookie")]
    set_cookies += browser.response.headers.getlist("Set-Cookie")
    assert {header.partition("=")[0] for header in set_cookies} == {SESSION, LOGIN}
    for header in set_cookies:
        attributes = {part.strip().lower() for part in header.split(";")[1:]}
        assert attributes == {"secure", "httponly", "path=/", "samesite=lax"}


@pytest.mark.parametrize(
    "cookies",
    [
        "{session}={value}; {session}={value}",
        "{session}={value}; {session}=other",
        "={session}={value}",
        "{session}={value}; ={session}=other",
        "{login}=a; {login}=b",
    ],
    ids=["twice", "two values", "nameless", "a nameless one besides", "two browsers"],
)
def test_SESS_02_two_cookies_of_one_name_are_refused(doors, alice, browser, cookies):
    value = signed_in(doors, browser, alice)
    header = cookies.format(session=SESSION, login=LOGIN, value=value)
    before = gained(doors.idp)
    for address in ("/account/", "/admin/", doors.app.request(), doors.portal.sign_on(), "/login/none/"):
        answer = doors.idp.app.test_client(use_cookies=False).get(
            address, base_url=BASE, headers={"Cookie": header}
        )
        assert answer.status_code == 400
        assert answer.mimetype == "text/html"
        assert "Location" not in answer.headers
    assert gained(doors.idp) == before


def test_SESS_04_a_session_that_is_not_used_ends(doors, alice, browser):
    signed_in(doors, browser, alice)
    doors.idp.clock.advance(timedelta(minutes=59))
    assert opens_the_app(doors, browser)
    doors.idp.clock.advance(timedelta(minutes=60))
    assert not opens_the_app(doors, browser)
    assert browser.step == "first-factor"


def test_SESS_04_a_session_that_is_always_used_ends_too(doors, alice, browser):
    cookie = signed_in(doors, browser, alice)
    for _ in range(23):
        doors.idp.clock.advance(timedelta(minutes=30))
        assert opens_the_app(doors, browser)
    doors.idp.clock.advance(timedelta(minutes=30))
    assert not opens_the_app(doors, browser)
    assert browser.step == "first-factor"
    assert not opens_the_app(doors, with_cookie(doors, cookie))


def test_SESS_04_what_the_browser_asks_by_itself_is_no_use(doors, alice, browser):
    signed_in(doors, browser, alice)
    for _ in range(6):
        doors.idp.clock.advance(timedelta(minutes=10))
        for address in ("/health/live", "/oidc/jwks", "/.well-known/openid-configuration", "/saml/metadata"):
            assert browser.client.get(address, base_url=BASE).status_code == 200
        browser.client.get("/validate/polltransaction/0123456789", base_url=BASE)
    assert not opens_the_app(doors, browser)


def test_SESS_06_whatever_is_answered_to_a_session_is_nobody_elses(doors, alice, browser):
    signed_in(doors, browser, alice)
    for rule in doors.idp.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        address = rule.rule.replace("<", "").replace(">", "").replace(":", "")
        answer = browser.client.get(address, base_url=BASE)
        if address.startswith(FOR_EVERYBODY):
            assert not answer.headers.getlist("Set-Cookie"), address
            continue
        assert answer.headers["Cache-Control"] == "no-store", address
        if answer.mimetype == "text/html" or "Location" in answer.headers:
            assert "Cookie" in answer.headers["Vary"], address
