"""The questions that use cases ask, theme by theme."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mfa_engine.policy import PolicyConflict
from mfa_engine.policy.decisions.enrolment import (
    enrolment_at_login,
    first_enrolment_by_password,
    tokens_per_person,
)
from mfa_engine.policy.decisions.fallback import passes_without_token
from mfa_engine.policy.decisions.limits import failure_limit
from mfa_engine.policy.decisions.pin import PinRule, PinSource, pin_rule
from mfa_engine.policy.decisions.response import ResponseDetails, response_details
from mfa_engine.policy.decisions.second_factor import accepted_types, second_factor_required, types_for_check
from mfa_engine.policy.decisions.session import SessionLifetime, session_lifetime


def test_a_second_factor_is_needed_unless_a_policy_says_otherwise(policies, alice):
    assert second_factor_required(policies(), alice).value is True
    relaxed = policies(
        {"name": "wiki", "when": {"application": "oidc:wiki"}, "then": {"second_factor": "not_required"}}
    )
    assert second_factor_required(relaxed, alice).value is False
    assert second_factor_required(relaxed, alice).because == ("wiki",)
    assert second_factor_required(relaxed, replace(alice, application="oidc:payroll")).value is True


def test_mail_is_no_second_factor_at_login_until_a_policy_names_it(policies, alice):
    assert accepted_types(policies(), alice).value == {"hotp", "totp", "webauthn"}
    mail = policies({"name": "mail", "then": {"tokentype": ["email", "totp"]}})
    assert accepted_types(mail, alice).value == {"email", "totp"}


def test_the_validation_api_takes_every_type_until_a_policy_narrows_it(policies, alice):
    assert types_for_check(policies(), alice).value == {"email", "hotp", "totp", "webauthn"}
    narrow = policies({"name": "keys", "then": {"tokentype": ["webauthn"]}})
    assert types_for_check(narrow, alice).value == {"webauthn"}


def test_a_type_that_is_not_accepted_is_not_offered_for_enrolment(policies, alice):
    assert enrolment_at_login(policies(), alice).value == {"hotp", "totp", "webauthn"}
    both = policies(
        {"name": "offer", "then": {"enroll_via_multichallenge": ["totp", "email"]}},
        {"name": "accept", "then": {"tokentype": ["totp", "webauthn"]}},
    )
    decision = enrolment_at_login(both, alice)
    assert decision.value == {"totp"}
    assert decision.because == ("offer", "accept")


def test_a_password_alone_enrols_the_first_token_only_where_a_policy_says_so(policies, alice):
    assert first_enrolment_by_password(policies(), alice).value is False
    campus = policies(
        {"name": "campus", "when": {"network": "192.0.2.0/24"}, "then": {"first_enrolment_by_password": True}}
    )
    assert first_enrolment_by_password(campus, alice).value is True
    assert first_enrolment_by_password(campus, replace(alice, client=None)).value is False


def test_numbers_come_from_the_policy_or_the_default(policies, alice):
    assert (tokens_per_person(policies(), alice).value, failure_limit(policies(), alice).value) == (20, 10)
    strict = policies({"name": "strict", "then": {"max_token_per_user": 2, "max_failures": 3}})
    assert (tokens_per_person(strict, alice).value, failure_limit(strict, alice).value) == (2, 3)


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("tokenpin", PinRule(PinSource.TOKEN, required=False)),
        ("tokenpin_required", PinRule(PinSource.TOKEN, required=True)),
        ("userstore", PinRule(PinSource.DIRECTORY, required=True)),
        ("none", PinRule(PinSource.NONE, required=False)),
    ],
)
def test_the_pin_comes_from_where_the_policy_says(policies, alice, word, rule):
    assert pin_rule(policies({"name": "pin", "then": {"otppin": word}}), alice).value == rule


def test_without_a_policy_the_pin_is_the_tokens_own(policies, alice):
    assert pin_rule(policies(), alice).value == PinRule(PinSource.TOKEN, required=False)


HALF_DAY = SessionLifetime(timedelta(hours=12), timedelta(hours=1))
MONTH = {"session_lifetime": "30d", "session_idle": "7d"}


def test_a_session_lasts_half_a_day_and_an_hour_without_use(policies, alice):
    assert session_lifetime(policies(), alice).value == HALF_DAY


def test_a_policy_makes_sessions_shorter(policies, alice):
    short = policies({"name": "short", "then": {"session_lifetime": "8h", "session_idle": "15min"}})
    expected = SessionLifetime(timedelta(hours=8), timedelta(minutes=15))
    assert session_lifetime(short, alice).value == expected
    assert session_lifetime(short, alice).because == ("short",)


def test_a_session_of_two_factors_is_never_longer_than_the_bound(policies, alice):
    long = policies({"name": "long", "then": MONTH})
    expected = SessionLifetime(timedelta(hours=24), timedelta(hours=1))
    assert session_lifetime(long, alice).value == expected


def test_a_session_of_one_factor_may_last_a_month(policies, alice):
    long = policies({"name": "long", "then": {**MONTH, "second_factor": "not_required"}})
    expected = SessionLifetime(timedelta(days=30), timedelta(days=7))
    assert session_lifetime(long, alice).value == expected


def test_the_validation_api_reveals_only_what_a_policy_names(policies, alice):
    assert response_details(policies(), alice).value == ResponseDetails(user=False, resolver=False)
    radius = policies(
        {
            "name": "radius",
            "when": {"application": "service:radius"},
            "then": {"add_resolver_in_response": True},
        }
    )
    by_radius = replace(alice, application="service:radius")
    assert response_details(radius, by_radius).value == ResponseDetails(user=False, resolver=True)
    assert response_details(radius, alice).value == ResponseDetails(user=False, resolver=False)


def test_people_without_a_token_pass_only_where_a_policy_says_so(policies, alice):
    assert passes_without_token(policies(), alice).value is False
    assert passes_without_token(policies({"name": "p", "then": {"passOnNoToken": True}}), alice).value is True


CONFLICTS = [
    ("second_factor", "required", "not_required", second_factor_required),
    ("tokentype", ["totp"], ["webauthn"], accepted_types),
    ("tokentype", ["totp"], ["webauthn"], types_for_check),
    ("tokentype", ["totp"], ["webauthn"], enrolment_at_login),
    ("enroll_via_multichallenge", ["totp"], ["webauthn"], enrolment_at_login),
    ("first_enrolment_by_password", True, False, first_enrolment_by_password),
    ("max_token_per_user", 1, 2, tokens_per_person),
    ("otppin", "none", "userstore", pin_rule),
    ("max_failures", 1, 2, failure_limit),
    ("session_lifetime", "1h", "2h", session_lifetime),
    ("session_idle", "1h", "2h", session_lifetime),
    ("second_factor", "required", "not_required", session_lifetime),
    ("add_user_in_response", True, False, response_details),
    ("add_resolver_in_response", True, False, response_details),
    ("passOnNoToken", True, False, passes_without_token),
]


@pytest.mark.parametrize(("action", "one", "two", "question"), CONFLICTS)
def test_no_question_is_answered_while_policies_disagree(policies, alice, action, one, two, question):
    torn = policies({"name": "one", "then": {action: one}}, {"name": "two", "then": {action: two}})
    with pytest.raises(PolicyConflict, match="'one' and 'two'"):
        question(torn, alice)
