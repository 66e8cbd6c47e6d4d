"""Whom a policy covers."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_engine.policy.match import Facts, Matcher, Part
from mfa_engine.policy.model import Condition, Subject


def unmet(subject: Subject, **parts: object) -> Part | None:
    networks = tuple(ip_network(text) for text in parts.pop("networks", ()))  # type: ignore[attr-defined]
    sets = {name: frozenset(value) for name, value in parts.items()}  # type: ignore[call-overload]
    return Matcher.of(Condition(networks=networks, **sets)).unmet(Facts.of(subject))


def test_a_policy_without_condition_covers_everybody(alice):
    nobody = Subject(realm=None, resolver=None, uid=None, login=None, client=None, application=None)
    assert unmet(alice) is None
    assert unmet(nobody) is None


@pytest.mark.parametrize(
    ("part", "covering", "other"),
    [
        ("realms", {"students", "staff"}, {"students"}),
        ("realms", {"STAFF"}, {"staffs"}),
        ("resolvers", {"Corp-LDAP"}, {"corp"}),
        ("users", {"bob", "alice"}, {"bob"}),
        ("users", {"ALICE"}, {"alice2"}),
        ("users", {"uid:4f1c-77"}, {"uid:4F1C-77"}),
        ("applications", {"oidc:wiki"}, {"saml:wiki"}),
        ("applications", {"oidc:wiki", "saml:x"}, {"oidc:Wiki"}),
        ("networks", ["192.0.2.0/24"], ["192.0.3.0/24"]),
        ("networks", ["2001:db8::/32", "192.0.2.10/32"], ["2001:db8::/32"]),
        ("networks", ["0.0.0.0/0"], ["::/0"]),
    ],
)
def test_each_part_covers_who_is_named_and_nobody_else(alice, part, covering, other):
    assert unmet(alice, **{part: covering}) is None
    assert unmet(alice, **{part: other}) is not None


def test_all_parts_must_hold_and_the_first_that_does_not_is_named(alice):
    assert unmet(alice, realms={"staff"}, users={"bob"}, networks=["10.0.0.0/8"]) is Part.USER
    assert unmet(alice, realms={"staff"}, users={"alice"}, networks=["10.0.0.0/8"]) is Part.NETWORK
    assert unmet(alice, realms={"staff"}, users={"alice"}, applications={"oidc:wiki"}) is None


@pytest.mark.parametrize(
    ("fact", "part", "value"),
    [
        ("realm", "realms", {"staff"}),
        ("resolver", "resolvers", {"corp-ldap"}),
        ("login", "users", {"alice"}),
        ("uid", "users", {"uid:4f1c-77"}),
        ("client", "networks", ["0.0.0.0/0", "::/0"]),
        ("application", "applications", {"oidc:wiki"}),
    ],
)
def test_a_condition_on_something_the_request_does_not_say_is_not_met(alice, fact, part, value):
    assert unmet(alice, **{part: value}) is None
    assert unmet(replace(alice, **{fact: None}), **{part: value}) is not None


def test_a_login_name_is_not_taken_for_a_unique_id(alice):
    impostor = replace(alice, uid="other", login="uid:4f1c-77")
    assert unmet(impostor, users={"uid:4f1c-77"}) is Part.USER


def test_an_ipv4_address_in_ipv6_clothes_is_that_ipv4_address(alice):
    mapped = replace(alice, client=ip_address("::ffff:192.0.2.10"))
    assert unmet(mapped, networks=["192.0.2.0/24"]) is None
    assert unmet(mapped, networks=["::/0"]) is Part.NETWORK


def test_two_writings_of_one_name_are_the_same_person(alice):
    composed = replace(alice, login="j\N{LATIN SMALL LETTER U WITH DIAERESIS}rgen")
    assert unmet(composed, users={"JU\N{COMBINING DIAERESIS}RGEN"}) is None


@given(st.ip_addresses(), st.ip_addresses(), st.integers(0, 128))
def test_networks_agree_with_the_standard_library(address, inside, length):
    network = ip_network((inside, min(length, inside.max_prefixlen)), strict=False)
    if getattr(address, "ipv4_mapped", None) is not None:
        return
    somebody = Subject(realm=None, resolver=None, uid=None, login=None, client=address, application=None)
    covers = Matcher.of(Condition(networks=(network,))).unmet(Facts.of(somebody)) is None
    assert covers == (address in network)
