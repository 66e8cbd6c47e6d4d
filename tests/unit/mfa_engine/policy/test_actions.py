"""The catalogue, and what each type of value accepts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mfa_engine.errors import InvalidField
from mfa_engine.policy import Catalogue, Policy, PolicySet
from mfa_engine.policy.actions.action import Action, Scope
from mfa_engine.policy.actions.core import CORE_ACTIONS, Pin, SecondFactor
from mfa_engine.policy.actions.values import Whole, YesNo
from mfa_engine.policy.model import Decision

FINE = [
    ("second_factor", "required", SecondFactor.REQUIRED),
    ("second_factor", "not_required", SecondFactor.NOT_REQUIRED),
    ("tokentype", ["totp", "webauthn"], frozenset({"totp", "webauthn"})),
    ("enroll_via_multichallenge", ["totp"], frozenset({"totp"})),
    ("first_enrolment_by_password", True, True),
    ("max_token_per_user", 0, 0),
    ("max_token_per_user", 1000, 1000),
    ("otppin", "tokenpin", Pin.TOKEN),
    ("otppin", "userstore", Pin.DIRECTORY),
    ("otppin", "none", Pin.NONE),
    ("otppin", "tokenpin_required", Pin.TOKEN_REQUIRED),
    ("max_failures", 1, 1),
    ("max_failures", 100, 100),
    ("passOnNoToken", False, False),
    ("add_user_in_response", True, True),
    ("add_resolver_in_response", True, True),
    ("session_lifetime", "5min", timedelta(minutes=5)),
    ("session_lifetime", "30d", timedelta(days=30)),
    ("session_idle", "90s", timedelta(seconds=90)),
    ("session_idle", "2h", timedelta(hours=2)),
]

REFUSED = [
    ("second_factor", "maybe", '"required", "not_required"'),
    ("second_factor", True, '"required", "not_required"'),
    ("tokentype", [], "list of token types"),
    ("tokentype", "totp", "list of token types"),
    ("tokentype", ["totp", "carrier-pigeon"], "carrier-pigeon is no token type: use email, hotp"),
    ("tokentype", ["totp", 1], "list of token types"),
    ("first_enrolment_by_password", "yes", "true or false"),
    ("first_enrolment_by_password", 1, "true or false"),
    ("max_token_per_user", -1, "from 0 to 1000"),
    ("max_token_per_user", 1001, "from 0 to 1000"),
    ("max_failures", 0, "from 1 to 100"),
    ("max_failures", 101, "from 1 to 100"),
    ("max_failures", True, "from 1 to 100"),
    ("max_failures", 5.0, "from 1 to 100"),
    ("max_failures", "5", "from 1 to 100"),
    ("session_lifetime", "31d", "from 5min to 30d"),
    ("session_lifetime", "299s", "from 5min to 30d"),
    ("session_lifetime", "12", "a number and a unit"),
    ("session_lifetime", 43200, "a number and a unit"),
    ("session_lifetime", "-12h", "a number and a unit"),
    ("session_lifetime", "12 h", "a number and a unit"),
    ("session_lifetime", "9999999d", "a number and a unit"),
    ("session_lifetime", "\N{ARABIC-INDIC DIGIT SIX}h", "a number and a unit"),
    ("session_idle", None, "a number and a unit"),
]


@pytest.mark.parametrize(("name", "raw", "value"), FINE)
def test_a_good_value_is_read_and_written_back(catalogue, name, raw, value):
    parsed = catalogue.parse(name, raw)
    assert parsed == value
    kind = catalogue.find(name).kind
    assert kind.parse(kind.document(parsed), catalogue.vocabulary) == value
    assert kind.words(parsed)


@pytest.mark.parametrize(("name", "raw", "remedy"), REFUSED)
def test_a_bad_value_is_refused_with_its_field_and_what_to_write(catalogue, name, raw, remedy):
    with pytest.raises(InvalidField) as refused:
        catalogue.parse(name, raw)
    assert refused.value.field == f"then.{name}"
    assert remedy in refused.value.remedy


def test_every_default_is_the_safe_one(catalogue):
    assert {name: action.default for name, action in catalogue.actions.items()} == {
        "second_factor": "required",
        "tokentype": None,
        "enroll_via_multichallenge": None,
        "first_enrolment_by_password": False,
        "max_token_per_user": 20,
        "otppin": "tokenpin",
        "max_failures": 10,
        "passOnNoToken": False,
        "add_user_in_response": False,
        "add_resolver_in_response": False,
        "session_lifetime": timedelta(hours=12),
        "session_idle": timedelta(hours=1),
    }


@pytest.mark.parametrize("action", CORE_ACTIONS, ids=lambda action: action.name)
def test_every_action_says_what_it_asks_and_what_holds_without_a_policy(action):
    assert action.question.endswith("?")
    assert "Without a policy" in action.help or "without a policy" in action.help
    assert action.kind.words(action.default)


DECLARED = Action(
    name="totp_otplen",
    scope=Scope.ENROLMENT,
    kind=Whole(6, 8),
    default=6,
    question="How many digits has a new code?",
    help="Digits of new TOTP tokens. Without a policy: 6.",
)


def test_a_token_type_adds_actions_of_its_own(catalogue, alice):
    joined = Catalogue.of(catalogue.vocabulary, declared=(DECLARED,))
    snapshot = PolicySet.compile([Policy("long", {"totp_otplen": joined.parse("totp_otplen", 8)})], joined)
    assert snapshot.decide(DECLARED, alice) == Decision(8, ("long",))


def test_two_actions_of_one_name_are_a_mistake_that_is_found_at_start(catalogue):
    twin = Action("otppin", Scope.AUTHENTICATION, YesNo(), False, "Twin?", "Without a policy: no.")
    with pytest.raises(ValueError, match="'otppin' is declared twice"):
        Catalogue.of(catalogue.vocabulary, declared=(twin,))
