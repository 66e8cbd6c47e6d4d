"""What is proven in a login stays with the person who proved it, whatever the browser's cookies say next."""

from __future__ import annotations

import pytest

from mfa_engine.authentication import check
from mfa_engine.authentication.judge import judge
from mfa_engine.configuration.change import set_realm, set_resolver
from mfa_engine.people.create import NewPerson, create
from tests.support.idp import Browser, Idp, Person
from tests.support.relying_party import App, register_app

WEAK_APP = {
    "name": "weak-app",
    "when": {"application": ["oidc:weak"]},
    "then": {"second_factor": "not_required"},
}


@pytest.fixture
def apps(idp: Idp) -> tuple[App, App]:
    """One that a password opens, and one that wants two factors."""
    weak, strong = register_app(idp, "weak"), register_app(idp, "strong")
    idp.policies(WEAK_APP)
    return weak, strong


@pytest.fixture
def mallory(idp: Idp) -> Person:
    return idp.person("mallory")


@pytest.fixture
def victim(idp: Idp) -> Person:
    return idp.person("victim")


def answer_unfollowed(browser: Browser, **fields: str) -> None:
    """Post the shown form and let the redirect lie."""
    headers = {"Origin": browser.idp.base}
    browser.client.post(
        browser.at, base_url=browser.idp.base, data={"csrf": browser.csrf, **fields}, headers=headers
    )


def in_mid_step_up(idp: Idp, apps: tuple[App, App], person: Person) -> tuple[Browser, str]:
    """A browser that signed in by password alone and now owes the second factor, and that login's address."""
    weak, strong = apps
    browser = idp.browser()
    browser.open(weak.request())
    browser.sign_in(person)
    browser.open(strong.request())
    return browser, browser.at.rsplit("/", 1)[0] + "/"


def test_AUTH_01_the_code_of_one_person_does_not_serve_another_who_signs_in_behind_it(
    idp, apps, mallory, victim
):
    browser, login = in_mid_step_up(idp, apps, mallory)
    answer_unfollowed(browser, code=mallory.code())
    browser.client.delete_cookie("__Host-dw_session", domain="idp.example.org")
    browser.open(apps[0].request())
    browser.submit(username="victim", password=victim.password)
    browser.open(login)
    assert browser.step == "first-factor"  # nobody is known in it whose password was given there
    assert "code=" not in browser.response.headers.get("Location", "")
    issued = [row.application for row in idp.audited() if row.event == "auth.login"]
    assert "oidc:strong" not in issued


def test_a_second_factor_that_another_tab_outran_is_not_spent(idp, apps, mallory, monkeypatch):
    browser, _ = in_mid_step_up(idp, apps, mallory)
    code = mallory.code()

    def judge_while_another_tab_saves(*args: object) -> object:
        idp.run_sql("UPDATE login_transaction SET version = version + 1")
        return judge(*args)

    monkeypatch.setattr(check, "judge", judge_while_another_tab_saves)
    answer_unfollowed(browser, code=code)
    assert idp.sql("SELECT max(last_success_at) FROM token") == [(None,)]
    assert idp.audited()[-1].event != "auth.check"


def test_not_you_lets_somebody_else_begin_though_a_session_lives(idp, apps, mallory, victim):
    browser, login = in_mid_step_up(idp, apps, mallory)
    browser.post(login + "start-over", {"csrf": browser.csrf})
    assert browser.step == "first-factor"
    browser.sign_in(victim)
    assert "code=" in browser.destination
    assert idp.audited()[-1].subject == "victim"


def test_a_person_of_another_realm_is_asked_again_as_themselves(idp):
    services = idp.services
    set_resolver(services.engine, services.resolvers, idp.origin, "pupils", "internal", {})
    services.engine.forget_rules()
    set_realm(services.engine, idp.rules, idp.origin, "school", ["pupils"], default=False)
    services.engine.forget_rules()
    idp.policies({"name": "password", "then": {"second_factor": "not_required"}})
    staff_bob = idp.person("bob", app=False)
    password = "the password of the other one"
    create(services.engine, idp.rules, idp.origin, NewPerson("pupils", "school", "bob", {}, password))
    browser = idp.browser()
    browser.open("/account/")
    browser.submit(username="bob@school", password=password)
    assert browser.at == "/account/"
    idp.clock.advance(16 * 60)
    browser.open("/account/")
    browser.submit(password=staff_bob.password)
    assert browser.step == "first-factor"  # what the other Bob knows does not do
    browser.submit(password=password)
    assert browser.at == "/account/"


def test_a_session_does_not_grow_with_its_use(idp):
    alice = idp.person("alice")
    app = register_app(idp, "app")
    browser = idp.browser()
    for _ in range(4):
        browser.open(app.request(prompt="login"))
        browser.sign_in(alice)
    ((proofs,),) = idp.sql("SELECT proofs FROM sso_session")
    assert proofs.count('"kind"') == 2


def test_the_oldest_of_too_many_sessions_ends_with_a_row_in_the_audit(idp):
    alice = idp.person("alice")
    for _ in range(21):
        browser = idp.browser()
        browser.open("/account/")
        browser.sign_in(alice)
    assert len(idp.sql("SELECT id FROM sso_session")) == 20
    (ended,) = [row for row in idp.audited() if row.event == "auth.session.ended"]
    assert (ended.reason, ended.subject) == ("surplus", "alice")
