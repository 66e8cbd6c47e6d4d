"""Validation for whoever calls without a login: it tells right from wrong, and locks nobody's tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mfa_engine.identity.throttles import second_factor_name
from tests.http.api.wire import Device, Wire
from tests.support.databases import Prepare
from tests.support.idp import Idp, Person, open_idp, prepare_idp

LIMIT = 10


def failures(wire: Wire, serial: str) -> int:
    row = wire.stored(serial)
    assert row is not None
    return row.failures


def counted(wire: Wire, name: str) -> int:
    found = wire.idp.sql("SELECT count FROM throttle WHERE name = :name", name=name)
    return found[0][0] if found else 0


@pytest.fixture
def device(wire: Wire, alice: Person) -> Device:
    return wire.token(alice.user, "hotp")


def test_OTP_07_AUTH_04_wrong_codes_of_a_stranger_count_against_person_and_address_alone(
    wire: Wire, alice: Person, device: Device
) -> None:
    for _ in range(LIMIT + 2):
        assert wire.check(user="alice", typed=device.wrong()).word == "REJECT"
    assert wire.check(serial=device.serial, typed=device.wrong(), otponly="1").word == "REJECT"
    assert [row.failures for row in wire.idp.sql("SELECT failures FROM token")] == [0, 0]
    assert counted(wire, second_factor_name(alice.key)) == LIMIT + 3
    assert counted(wire, f"address:{wire.address}") == LIMIT + 3
    assert not [row for row in wire.idp.audited() if row.event == "token.locked"]
    browser = wire.idp.browser()
    browser.open("/account/")
    browser.sign_in(alice)
    assert (browser.at, browser.response.status_code) == ("/account/", 200)


def test_OTP_07_behind_a_right_pin_they_count_against_the_token(wire: Wire, alice: Person) -> None:
    device = wire.token(alice.user, "hotp", pin="2468")
    wire.check(user="alice", typed=f"1111{device.wrong()}")
    assert failures(wire, device.serial) == 0
    wire.check(user="alice", typed=f"2468{device.wrong()}")
    assert failures(wire, device.serial) == 1


@pytest.mark.parametrize("rights", [(), ("trusted_caller",)])
def test_OTP_06_from_an_application_that_we_know_they_count_against_the_token(
    wire: Wire, device: Device, rights: tuple[str, ...]
) -> None:
    portal = wire.service(*rights)
    for _ in range(LIMIT):
        portal.check(user="alice", serial=device.serial, typed=device.wrong())
    assert failures(wire, device.serial) == LIMIT
    assert portal.check(user="alice", serial=device.serial, typed=device.code()).word == "REJECT"


def test_OTP_07_a_person_who_is_signed_in_is_no_application(wire: Wire, device: Device) -> None:
    mallory = wire.log_in(wire.idp.person("mallory"))
    mallory.check(user="alice", serial=device.serial, typed=device.wrong())
    assert failures(wire, device.serial) == 0


def test_OTP_06_a_hundred_wrong_codes_of_strangers_end_it_for_the_person_whatever_their_addresses(
    wire: Wire, device: Device
) -> None:
    for number in range(100):
        wire.from_(f"192.0.2.{number // 10}").check(user="alice", typed=device.wrong())
    with wire.idp.auditing() as rows:
        assert wire.from_("203.0.113.1").check(user="alice", typed=device.code()).word == "REJECT"
    assert [row.reason for row in rows] == ["user_locked"]
    wire.idp.clock.advance(15 * 60)
    assert wire.from_("203.0.113.1").check(user="alice", typed=device.code()).word == "ACCEPT"


@pytest.fixture
def closed(sqlite_url: str, fresh_database: Callable[[str, Prepare], str]) -> Iterator[Wire]:
    """A Doorward that validates for service accounts only."""
    idp: Idp = open_idp(fresh_database(sqlite_url, prepare_idp), API_OPEN_VALIDATION="false")
    yield Wire(idp)
    idp.close()


def test_ADM_01_a_closed_door_opens_to_service_accounts_alone(closed: Wire) -> None:
    alice = closed.idp.person("alice")
    for answer in (
        closed.check(user="alice", typed=alice.code()),
        closed.get("/validate/polltransaction", transaction_id="1"),
    ):
        assert (answer.status, answer.error[0]) == (401, 4033)
    assert closed.log_in(alice).check(user="alice", typed="000000").status == 403
    assert closed.service().check(user="alice", typed=alice.code()).word == "ACCEPT"
    rights = ("recognised_by_address",)
    closed.account("radius", *rights, networks=("198.51.100.5/32",))
    assert closed.from_("198.51.100.5").check(user="alice", typed=alice.code()).word == "ACCEPT"
    assert [row.success for row in closed.idp.audited() if row.event == "admin.denied"] == [False] * 3
