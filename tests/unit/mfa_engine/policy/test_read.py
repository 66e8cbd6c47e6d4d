"""Policies from documents and back."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mfa_engine.policy import Catalogue, Condition, InvalidPolicies, Policy, Vocabulary
from mfa_engine.policy.actions.core import Pin, SecondFactor
from mfa_engine.policy.actions.values import Duration, OneOf, TokenTypes, Whole, YesNo
from mfa_engine.policy.read import policies_document, policy_document, read_json, read_policies, read_toml

TOML = """
[[policy]]
name = "staff-needs-keys"
description = "Staff has security keys."
priority = 20
enabled = false
when.realm = "staff"
when.resolver = ["corp-ldap"]
when.user = ["alice", "uid:4f1c-77"]
when.application = ["saml:https://sp.example.org/shibboleth", "oidc:wiki"]
when.network = ["192.0.2.0/24", "2001:db8::1"]
then.second_factor = "required"
then.tokentype = ["webauthn"]
then.otppin = "none"
then.session_lifetime = "8h"
then.max_failures = 5
then.passOnNoToken = false

[[policy]]
name = "rest"
then.second_factor = "not_required"
"""


def problems(text_or_document, catalogue):
    read = read_toml if isinstance(text_or_document, str) else read_policies
    with pytest.raises(InvalidPolicies) as refused:
        read(text_or_document, catalogue)
    return str(refused.value).splitlines()


def one(**changes):
    return {"policy": [{"name": "p", "then": {"otppin": "none"}, **changes}]}


def test_a_toml_document_becomes_policies(catalogue):
    staff, rest = read_toml(TOML, catalogue)
    assert staff == Policy(
        name="staff-needs-keys",
        description="Staff has security keys.",
        priority=20,
        enabled=False,
        when=Condition(
            realms=frozenset({"staff"}),
            resolvers=frozenset({"corp-ldap"}),
            users=frozenset({"alice", "uid:4f1c-77"}),
            applications=frozenset({"saml:https://sp.example.org/shibboleth", "oidc:wiki"}),
            networks=(ip_network("192.0.2.0/24"), ip_network("2001:db8::1/128")),
        ),
        then={
            "second_factor": SecondFactor.REQUIRED,
            "tokentype": frozenset({"webauthn"}),
            "otppin": Pin.NONE,
            "session_lifetime": timedelta(hours=8),
            "max_failures": 5,
            "passOnNoToken": False,
        },
    )
    assert rest == Policy("rest", {"second_factor": SecondFactor.NOT_REQUIRED})
    assert (rest.priority, rest.enabled, rest.when) == (100, True, Condition())


def test_an_empty_document_is_no_policy(catalogue):
    assert read_toml("", catalogue) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"prio": 3},
            "policy 'p', prio: is not known here; use description, enabled, name, priority, then, when",
        ),
        ({"when": {"realms": "staff"}}, "policy 'p', when.realms: is not known here; use application"),
        ({"when": ["staff"]}, "policy 'p', when: write a table of realm, resolver"),
        ({"when": {"realm": []}}, "policy 'p', when.realm: write a text or a list of texts; leave it out"),
        ({"when": {"realm": ""}}, "policy 'p', when.realm: write a text"),
        ({"when": {"realm": ["staff", 3]}}, "policy 'p', when.realm: write a text"),
        ({"when": {"user": " alice"}}, "policy 'p', when.user: write a text"),
        ({"when": {"user": "a\x1b[2J"}}, "policy 'p', when.user: write a text"),
        (
            {"when": {"application": "wiki"}},
            "policy 'p', when.application: 'wiki' lacks its kind: begin with one",
        ),
        ({"when": {"application": "ldap:x"}}, "policy 'p', when.application: 'ldap:x' lacks its kind"),
        ({"when": {"application": "oidc:"}}, "policy 'p', when.application: 'oidc:' lacks its kind"),
        (
            {"when": {"network": "intranet"}},
            "policy 'p', when.network: 'intranet' is no network: write it like",
        ),
        ({"when": {"network": "192.0.2.0/33"}}, "policy 'p', when.network: '192.0.2.0/33' is no network"),
        (
            {"when": {"network": "192.0.2.7/24"}},
            "policy 'p', when.network: '192.0.2.7/24' is an address inside",
        ),
        (
            {"when": {"network": "::ffff:10.0.0.0/104"}},
            "policy 'p', when.network: '::ffff:10.0.0.0/104' is IPv4",
        ),
        ({"then": {}}, "policy 'p', then: write at least one action"),
        ({"then": ["otppin"]}, "policy 'p', then: write at least one action"),
        ({"then": {"otpin": "none"}}, "policy 'p', then.otpin: is no action; did you mean otppin?"),
        ({"then": {"qq": 1}}, "policy 'p', then.qq: is no action; known are"),
        ({"then": {"otppin": "pin"}}, "policy 'p', then.otppin: write one of"),
        ({"priority": 0}, "policy 'p', priority: write a whole number from 1"),
        ({"priority": 10000}, "policy 'p', priority: write a whole number from 1"),
        ({"priority": True}, "policy 'p', priority: write a whole number from 1"),
        ({"priority": "1"}, "policy 'p', priority: write a whole number from 1"),
        ({"enabled": "yes"}, "policy 'p', enabled: write true or false"),
        ({"enabled": 0}, "policy 'p', enabled: write true or false"),
        ({"description": "a\nb"}, "policy 'p', description: write one line"),
        ({"description": "x" * 1001}, "policy 'p', description: write one line"),
        ({"name": "no spaces"}, "policy number 1, name: write up to 120 letters"),
        ({"name": None}, "policy number 1, name: write up to 120 letters"),
        ({"name": "x" * 121}, "policy number 1, name: write up to 120 letters"),
    ],
)
def test_what_means_nothing_is_refused_with_policy_and_field(catalogue, changes, expected):
    (problem,) = problems(one(**changes), catalogue)
    assert problem.startswith(expected)


def test_all_problems_of_all_policies_come_at_once(catalogue):
    text = """
    [[policy]]
    name = "a"
    priority = 0
    then.otppin = "x"
    [[policy]]
    name = "b"
    when.client = "10.0.0.0/8"
    then.max_failures = 1000
    """
    fields = [problem.split(":")[0] for problem in problems(text, catalogue)]
    assert sorted(fields) == [
        "policy 'a', priority",
        "policy 'a', then.otppin",
        "policy 'b', then.max_failures",
        "policy 'b', when.client",
    ]


def test_a_name_that_comes_twice_is_refused(catalogue):
    document = {"policy": one()["policy"] * 2}
    assert problems(document, catalogue) == ["policy 'p', name: is used twice: rename one"]


@pytest.mark.parametrize("document", [[], None, "policy", {"policies": []}, {"policy": {}}, {"policy": "x"}])
def test_a_document_of_another_shape_is_refused(catalogue, document):
    with pytest.raises(InvalidPolicies):
        read_policies(document, catalogue)


def test_a_policy_that_is_no_table_is_refused(catalogue):
    assert problems({"policy": ["p"]}, catalogue) == ["policy number 1: write a table"]


def test_what_cannot_be_printed_is_escaped_in_the_message(catalogue):
    (problem,) = problems(one(**{"\x1b[2J": 1}), catalogue)
    assert problem.isprintable()


def test_broken_toml_and_json_are_refused_in_one_line(catalogue):
    assert problems("[[policy", catalogue)[0].startswith("policies: not TOML")
    for text in ("{", "[" * 100_000, '{"policy": [], "policy": []}'):
        with pytest.raises(InvalidPolicies, match="not JSON"):
            read_json(text, catalogue)


def test_json_says_the_same_as_toml(catalogue):
    policies = read_toml(TOML, catalogue)
    assert read_json(json.dumps(policies_document(policies, catalogue)), catalogue) == policies


def test_a_written_policy_leaves_out_what_needs_no_word(catalogue):
    assert policy_document(Policy("rest", {"otppin": Pin.NONE}), catalogue) == {
        "name": "rest",
        "priority": 100,
        "then": {"otppin": "none"},
    }


CATALOGUE = Catalogue.of(Vocabulary(frozenset({"hotp", "totp"}), frozenset({"totp"})))
texts = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20)
sets_of_texts = st.frozensets(texts, max_size=3)


def values(kind):
    match kind:
        case YesNo():
            return st.booleans()
        case Whole():
            return st.integers(kind.low, kind.high)
        case OneOf():
            return st.sampled_from(list(kind.phrases))
        case TokenTypes():
            return st.frozensets(st.sampled_from(["hotp", "totp"]), min_size=1)
        case Duration():
            seconds = st.integers(int(kind.low.total_seconds()), min(999_999, int(kind.high.total_seconds())))
            return seconds.map(lambda number: timedelta(seconds=number))
    raise AssertionError(kind)


policies_of_any_kind = st.builds(
    Policy,
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True),
    then=st.fixed_dictionaries(
        {}, optional={name: values(action.kind) for name, action in CATALOGUE.actions.items()}
    ).filter(bool),
    when=st.builds(
        Condition,
        realms=sets_of_texts,
        resolvers=sets_of_texts,
        users=sets_of_texts,
        applications=st.frozensets(texts.map(lambda name: f"oidc:{name}"), max_size=3),
        networks=st.lists(
            st.ip_addresses()
            .filter(lambda address: not getattr(address, "ipv4_mapped", None))
            .map(ip_network),
            max_size=3,
        ).map(tuple),
    ),
    priority=st.integers(1, 9999),
    enabled=st.booleans(),
    description=st.text(st.characters(categories=["L", "N"], include_characters=" "), max_size=40),
)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.lists(policies_of_any_kind, max_size=3, unique_by=lambda policy: policy.name))
def test_what_was_written_reads_back_as_it_was(policies):
    document = policies_document(policies, CATALOGUE)
    assert read_policies(document, CATALOGUE) == tuple(policies)
    assert read_json(json.dumps(document), CATALOGUE) == tuple(policies)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
keys = ("description", "priority", "enabled", "when", "then")
nearly = st.fixed_dictionaries({"name": st.just("p")}, optional=dict.fromkeys(keys, plain))


@given(plain | st.fixed_dictionaries({"policy": st.lists(nearly | plain, max_size=2)}))
def test_any_document_is_read_or_refused_and_nothing_else(document):
    with suppress(InvalidPolicies):
        policies = read_policies(document, CATALOGUE)
        assert read_policies(policies_document(policies, CATALOGUE), CATALOGUE) == policies
