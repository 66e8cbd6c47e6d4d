"""Who calls, and in whose name: trusted callers, networks, throttles by the end user's address."""

from __future__ import annotations

import pytest

from idp.rights.service_accounts import disable_service_account
from tests.http.api.wire import NEUTRAL, ROOT, Wire, authentication
from tests.support.parallel import Crowd

RADIUS = "198.51.100.5"
VICTIM, GUESSER = "203.0.113.7", "203.0.113.66"
TRUSTED = ("trusted_caller", "recognised_by_address")


@pytest.fixture
def radius(wire: Wire) -> Wire:
    """A RADIUS server that sends no key, at an address that an account is recognised by."""
    wire.account("radius", *TRUSTED, networks=(f"{RADIUS}/32",))
    return wire.from_(RADIUS)


def exhaust(caller: Wire, **fields: str) -> None:
    for number in range(20):
        assert caller.check(user=f"ghost{number}", typed="000000", **fields).status == 200


def test_AUTH_04_failures_from_an_address_end_in_429_and_say_how_long(wire, alice):
    exhaust(wire)
    with wire.idp.auditing() as rows:
        answer = wire.check(user="alice", typed=alice.code())
    assert (answer.status, answer.body) == (429, authentication(False, "REJECT", NEUTRAL))
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert [(row.event, row.success, row.reason) for row in rows] == [("auth.check", False, "throttled")]
    assert wire.from_("192.0.2.2").check(user="alice", typed=alice.code()).word == "ACCEPT"
    wire.idp.clock.advance(300)
    assert wire.check(user="alice", typed=alice.code()).word == "ACCEPT"


def test_who_may_know_is_told_count_and_window(wire):
    caller = wire.service("detailed_errors")
    exhaust(wire)
    answer = caller.check(user="alice", typed="000000")
    assert answer.detail["message"] == "Only 20 failed authentications per 300 seconds are allowed"


def test_AUTH_04_a_trusted_callers_own_address_is_never_throttled(radius, alice):
    exhaust(radius)
    exhaust(radius)
    assert radius.check(user="alice", typed=alice.code()).word == "ACCEPT"
    assert {row.address for row in radius.idp.audited()} == {f"via {RADIUS}"}
    assert {row.actor for row in radius.idp.audited()} == {"service:radius"}


def test_AUTH_04_the_end_users_address_counts_when_a_trusted_caller_names_it(radius, alice):
    exhaust(radius, client=GUESSER)
    assert radius.check(user="alice", typed="000000", client=GUESSER).status == 429
    assert radius.check(user="alice", typed=alice.code(), client=VICTIM).word == "ACCEPT"
    assert radius.from_(GUESSER).check(user="alice", typed=alice.code()).status == 429
    assert radius.check(user="alice", typed=alice.code()).word == "ACCEPT"


def test_a_trusted_caller_may_also_show_a_token(wire, alice):
    portal = wire.service("trusted_caller")
    exhaust(portal, client=GUESSER)
    assert portal.check(user="alice", typed="000000", client=GUESSER).status == 429
    assert portal.check(user="alice", typed=alice.code(), client=VICTIM).word == "ACCEPT"


def test_AUTH_05_nobody_else_names_an_address(wire, alice):
    for caller in (wire, wire.service("detailed_errors")):
        with wire.idp.auditing() as rows:
            caller.check(user="alice", typed="000000", client=VICTIM)
        assert [row.address for row in rows] == [wire.address]
    for number in range(20):
        wire.check(user=f"ghost{number}", typed="000000", client=f"203.0.113.{number}")
    assert wire.check(user="alice", typed="000000", client="203.0.113.99").status == 429


def test_AUTH_05_a_header_names_no_address_either(wire, alice):
    for number in range(20):
        spoofed = Wire(wire.idp, {"X-Forwarded-For": f"203.0.113.{number}"}, wire.address)
        spoofed.check(user=f"ghost{number}", typed="000000")
    assert wire.check(user="alice", typed="000000").status == 429


def test_AUTH_05_an_ipv6_network_is_one_address(wire):
    for number in range(20):
        wire.from_(f"2001:db8::{number:x}").check(user=f"ghost{number}", typed="000000")
    assert wire.from_("2001:db8::ffff").check(user="ghost", typed="000000").status == 429
    assert wire.from_("2001:db8:0:1::1").check(user="ghost", typed="000000").status == 200


def test_AUTH_05_parallel_failures_are_all_counted(wire):
    crowd = Crowd(10)
    answers = crowd.at_once(lambda: wire.check(user="ghost", typed="000000").status)
    crowd.close()
    assert answers == [200] * 10
    ((count,),) = wire.idp.sql("SELECT count FROM throttle WHERE name LIKE 'address:%'")
    assert count == 10


def test_a_trusted_caller_that_names_no_address_is_refused(radius):
    answer = radius.check(user="alice", typed="000000", client="the cellar")
    assert answer.error == (905, "ERR905: client: give the end user's IP address")


def test_an_account_is_recognised_by_its_network_alone_at_the_validation_alone(wire, alice):
    wire.account(
        "radius", *TRUSTED, "detailed_errors", "token:list", "triggerchallenge", networks=(f"{RADIUS}/32",)
    )
    radius = wire.from_(RADIUS)
    assert radius.check(user="ghost", typed="1").error[0] == 904
    assert wire.check(user="ghost", typed="1").detail == NEUTRAL
    assert radius.get("/token/").error[0] == 4033
    assert radius.post("/validate/triggerchallenge", user="alice").status == 401
    assert radius.get("/auth/rights").status == 401
    disable_service_account(wire.idp.services.engine, ROOT, wire.idp.origin, "radius")
    assert radius.check(user="ghost", typed="1").detail == NEUTRAL


def test_the_narrowest_network_says_who_it_is(wire, alice):
    wire.account("wide", *TRUSTED, networks=("198.51.100.0/24",))
    wire.account("host", *TRUSTED, networks=(f"{RADIUS}/32",))
    for address, account in ((RADIUS, "host"), ("198.51.100.6", "wide"), (f"::ffff:{RADIUS}", "host")):
        with wire.idp.auditing() as rows:
            wire.from_(address).check(user="alice", typed="000000")
        assert [row.actor for row in rows] == [f"service:{account}"]


def test_policies_see_the_account_and_the_end_users_address(wire, alice):
    wire.idp.policies(
        {
            "name": "inside-needs-no-pin",
            "when": {"application": "service:radius", "network": "203.0.113.0/24"},
            "then": {"otppin": "none"},
        }
    )
    device = wire.token(alice.user, "hotp", pin="1234")
    wire.account("radius", *TRUSTED, networks=(f"{RADIUS}/32",))
    radius = wire.from_(RADIUS)

    def word(caller: Wire, **more: str) -> str:
        return caller.check(user="alice", serial=device.serial, typed=device.code(), **more).word

    assert word(radius, client=VICTIM) == "ACCEPT"
    assert word(radius, client="192.0.2.77") == "REJECT"
    assert word(radius) == "REJECT"
    assert word(wire.from_(VICTIM)) == "REJECT"


def test_a_token_that_is_not_good_is_refused_at_the_validation_too(wire, alice):
    answer = Wire(wire.idp, {"Authorization": "nonsense"}).check(user="alice", typed=alice.code())
    assert (answer.status, answer.error[0]) == (401, 4304)
