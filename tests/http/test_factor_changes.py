"""A factor is lost, taken away or given, a password changed: sessions that rest on it end, and people are
told, by whichever face it was done (SESS-05, SELF-02)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from mfa_engine.lifecycle.enrol import Wanted, enrol
from tests.http.api.wire import Wire
from tests.support.command_line import doorward
from tests.support.idp import Browser, Idp, Person

ADDED, REMOVED = "A new way to sign in was added", "A way to sign in was removed"


@pytest.fixture
def alice(idp: Idp) -> Person:
    return idp.person("alice", email="alice@example.org")


@pytest.fixture
def wire(idp: Idp) -> Wire:
    return Wire(idp).service(
        "token:list", "token:enrol", "token:disable", "token:delete", "token:assign", "token:unassign"
    )


def signed_in(idp: Idp, person: Person) -> Browser:
    browser = idp.browser()
    browser.open("/account/")
    browser.sign_in(person)
    assert browser.at == "/account/"
    return browser


def serial_of(idp: Idp, person: Person) -> str:
    ((serial,),) = idp.sql("SELECT serial FROM token WHERE uid = :uid", uid=person.key.uid)
    return str(serial)


def ended(idp: Idp) -> list[str]:
    return [row.reason for row in idp.audited() if row.event == "auth.session.ended"]


def told(idp: Idp, person: Person) -> list[str]:
    """How the mails to them begin."""
    to = f"{person.login}@example.org"
    return [mail["subject"].partition(" at ")[0] for mail in idp.mail.sent if mail["to"] == to]


Act = Callable[[Idp, Wire, str], object]

TAKEN: dict[str, tuple[Act, list[str]]] = {
    "cli disable": (lambda idp, _, serial: doorward(idp, "token", "disable", serial), []),
    "cli revoke": (lambda idp, _, serial: doorward(idp, "token", "revoke", serial), [REMOVED]),
    "cli unassign": (lambda idp, _, serial: doorward(idp, "token", "unassign", serial), [REMOVED]),
    "cli delete": (lambda idp, _, serial: doorward(idp, "token", "delete", "--yes", serial), [REMOVED]),
    "api disable": (lambda _, wire, serial: wire.post("/token/disable", serial=serial), []),
    "api unassign": (lambda _, wire, serial: wire.post("/token/unassign", serial=serial), [REMOVED]),
    "api delete": (lambda _, wire, serial: wire.delete(f"/token/{serial}"), [REMOVED]),
}


@pytest.mark.parametrize("name", TAKEN)
def test_SESS_05_a_token_that_is_taken_away_ends_the_sessions_that_rest_on_it(
    idp: Idp, alice: Person, wire: Wire, name: str
) -> None:
    act, mails = TAKEN[name]
    mia = idp.person("mia")
    browser, other = signed_in(idp, alice), signed_in(idp, mia)
    act(idp, wire, serial_of(idp, alice))
    assert ended(idp) == ["factor_removed"]
    assert browser.open("/account/").status_code == 200
    assert browser.step == "first-factor"
    other.open("/account/")
    assert other.at == "/account/"
    assert told(idp, alice) == mails


def test_SESS_05_a_session_that_rests_on_another_token_goes_on(idp: Idp, alice: Person) -> None:
    lost = enrol(idp.services.engine, idp.rules, idp.origin, Wanted("hotp", alice.user, proof_needed=False))
    browser = signed_in(idp, alice)
    doorward(idp, "token", "revoke", lost.serial)
    browser.open("/account/")
    assert (browser.at, ended(idp)) == ("/account/", [])


@pytest.mark.parametrize(
    ("arguments", "said", "reason"),
    [
        (
            ("set-password", "alice", "--password-stdin"),
            "another long password of hers 9\n",
            "password_changed",
        ),
        (("disable", "alice"), "", "person_disabled"),
    ],
)
def test_SESS_05_a_new_password_and_a_disabled_person_end_all_their_sessions(
    idp: Idp, alice: Person, arguments: tuple[str, ...], said: str, reason: str
) -> None:
    browsers = [signed_in(idp, alice) for _ in range(2)]
    doorward(idp, "user", *arguments, said=said)
    assert ended(idp) == [reason] * 2
    assert idp.sql("SELECT id FROM sso_session") == []
    for browser in browsers:
        browser.open("/account/")
        assert browser.step == "first-factor"


def given_by_cli(idp: Idp, _: Wire) -> None:
    doorward(idp, "token", "enrol", "hotp", "--user", "alice", "--description", "Key ring")


def given_by_api(_: Idp, wire: Wire) -> None:
    wire.post("/token/init", type="hotp", user="alice", genkey="1", description="Key ring")


def assigned_by_cli(idp: Idp, _: Wire) -> None:
    doorward(idp, "token", "assign", nobodys(idp), "alice")


def assigned_by_api(idp: Idp, wire: Wire) -> None:
    wire.post("/token/assign", serial=nobodys(idp), user="alice")


def nobodys(idp: Idp) -> str:
    wanted = Wanted("hotp", None, description="Key ring", proof_needed=False)
    return enrol(idp.services.engine, idp.rules, idp.origin, wanted).serial


@pytest.mark.parametrize("give", [given_by_cli, given_by_api, assigned_by_cli, assigned_by_api])
def test_SELF_02_whoever_is_given_a_token_is_told(
    idp: Idp, alice: Person, wire: Wire, give: Callable[[Idp, Wire], None]
) -> None:
    give(idp, wire)
    assert told(idp, alice) == [ADDED]
    (mail,) = idp.mail.sent
    assert "Key ring" in mail["text"]
    assert wire.address not in mail["text"]  # where a program sits tells her nothing


def test_SELF_02_a_token_of_ones_own_by_the_api_is_told_once_it_is_proven_and_from_where(
    idp: Idp, alice: Person
) -> None:
    own = Wire(idp).log_in(alice)
    made = own.post("/token/init", type="totp", genkey="1", description="Pixel 8")
    assert told(idp, alice) == []
    alice.secret = made.detail["otpkey"]["value_b32"]
    prove = partial(own.post, "/token/init", type="totp", serial=made.detail["serial"])
    assert prove(verify="000000").status == 400
    assert told(idp, alice) == []
    assert prove(verify=alice.code()).status == 200
    assert told(idp, alice) == [ADDED]
    (mail,) = idp.mail.sent
    assert "Pixel 8" in mail["text"]
    assert own.address in mail["text"]


def test_SELF_02_a_directory_that_is_away_keeps_no_lost_token_alive(
    idp: Idp, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mfa_engine.identity.resolvers.base import ResolverUnavailable
    from mfa_engine.identity.resolvers.internal import InternalResolver

    signed_in(idp, alice)
    serial = serial_of(idp, alice)

    def away(*_: object) -> None:
        raise ResolverUnavailable("people", "told so by the test")

    monkeypatch.setattr(InternalResolver, "by_uid", away)
    doorward(idp, "token", "revoke", serial)
    assert ended(idp) == ["factor_removed"]
    assert told(idp, alice) == []
