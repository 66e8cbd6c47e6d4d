"""Secrets that do not open in their place: what needs one cannot be done now, all else goes on (KEY-02)."""

from __future__ import annotations

from mfa_engine.configuration.change import set_realm, set_resolver
from mfa_engine.lifecycle.enrol import Wanted, enrol
from tests.http.api.wire import Wire
from tests.support.idp import Idp

DIRECTORY = {
    "servers": ["ldaps://ldap.example.org"],
    "base_dn": "dc=example,dc=org",
    "bind_dn": "cn=doorward,dc=example,dc=org",
}


def other_directory(idp: Idp) -> None:
    """A realm whose people live in a directory that is asked with a password of ours."""
    services = idp.services
    engine, resolvers = services.engine, services.resolvers
    set_resolver(engine, resolvers, idp.origin, "corp", "ldap", DIRECTORY, "the bind password")
    engine.forget_rules()
    set_realm(engine, idp.rules, idp.origin, "corp", ["corp"], default=False)


def break_resolver_secrets(idp: Idp) -> None:
    """As after the database was put together with another key file."""
    idp.run_sql("UPDATE resolver SET secret = :none WHERE name = 'corp'", none=bytes(60))
    idp.run_sql("UPDATE revision SET number = number + 1 WHERE name = 'configuration'")


def test_KEY_02_RES_05_a_directory_whose_secret_does_not_open_keeps_only_its_own_people_out(idp: Idp) -> None:
    alice = idp.person("alice")
    other_directory(idp)
    break_resolver_secrets(idp)
    browser = idp.browser()
    browser.open("/account/")
    browser.sign_in(alice)
    assert (browser.at, browser.response.status_code) == ("/account/", 200)
    stranger = idp.browser()
    stranger.open("/account/")
    stranger.submit(username="bob@corp", password="whatever it is")
    assert stranger.response.status_code == 503
    wire = Wire(idp)
    assert wire.check(user="alice", typed=alice.code()).status == 200
    assert wire.check(user="bob@corp", typed="123456").status == 503


def test_KEY_02_what_needs_a_secret_that_does_not_open_cannot_be_done_now(idp: Idp) -> None:
    alice = idp.person("alice")
    wire = Wire(idp).log_in(alice)
    waiting = enrol(idp.services.engine, idp.rules, idp.origin, Wanted("hotp", alice.user))
    idp.run_sql(
        "UPDATE token SET secret = :none WHERE serial = :serial", none=bytes(60), serial=waiting.serial
    )
    answer = wire.post("/token/init", serial=waiting.serial, verify="123456")
    assert (answer.status, answer.error[0]) == (503, 903)
    assert waiting.serial not in answer.error[1]
    idp.run_sql("UPDATE signing_key SET private_key = :none", none=bytes(60))
    idp.run_sql("UPDATE revision SET number = number + 1 WHERE name = 'keys'")
    browser = idp.browser()
    assert browser.open("/saml/metadata").status_code == 503
    assert "signing_key" not in browser.response.text
