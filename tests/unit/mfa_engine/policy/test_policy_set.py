"""Who wins, who conflicts, and how long it takes."""

from __future__ import annotations

import time
import timeit
from dataclasses import FrozenInstanceError, replace

import pytest

from mfa_engine.errors import InvalidField
from mfa_engine.policy import Policy, PolicyConflict, PolicySet
from mfa_engine.policy.actions.core import MAX_FAILURES, PIN, Pin


def says(name, pin, **more):
    return {"name": name, "then": {"otppin": pin}, **more}


def test_without_a_policy_the_default_holds_and_rests_on_nothing(policies, alice):
    decision = policies().decide(PIN, alice)
    assert decision.value is Pin.TOKEN
    assert decision.because == ()


def test_the_smaller_priority_wins_whatever_the_order(policies, alice):
    weak, strong = says("weak", "none", priority=50), says("strong", "userstore", priority=10)
    for order in ([weak, strong], [strong, weak]):
        decision = policies(*order).decide(PIN, alice)
        assert decision.value is Pin.DIRECTORY
        assert decision.because == ("strong",)


def test_a_policy_that_does_not_cover_the_person_decides_nothing(policies, alice):
    elsewhere = says("elsewhere", "none", priority=1, when={"realm": "students"})
    here = says("here", "userstore")
    assert policies(elsewhere, here).decide(PIN, alice).because == ("here",)


def test_a_policy_that_is_switched_off_decides_nothing(policies, alice):
    off = says("off", "none", priority=1, enabled=False)
    assert policies(off).decide(PIN, alice).because == ()
    assert policies(off).policies[0].name == "off"


def test_policies_of_one_priority_that_disagree_are_a_conflict_that_names_both(policies, alice):
    one, two = says("one", "none", priority=10), says("two", "userstore", priority=10)
    with pytest.raises(PolicyConflict) as refused:
        policies(one, two).decide(PIN, alice)
    assert refused.value.policies == ("one", "two")
    assert "'one' and 'two'" in str(refused.value)
    assert "otppin" in str(refused.value)


def test_policies_of_one_priority_that_agree_are_no_conflict(policies, alice):
    decision = policies(says("one", "none"), says("two", "none")).decide(PIN, alice)
    assert decision.value is Pin.NONE
    assert decision.because == ("one", "two")


def test_a_conflict_that_a_stronger_policy_settles_is_none(policies, alice):
    settled = policies(says("a", "none"), says("b", "userstore"), says("top", "tokenpin", priority=1))
    assert settled.decide(PIN, alice).because == ("top",)


def test_a_conflict_on_one_action_leaves_the_others_alone(policies, alice):
    one = {"name": "one", "then": {"otppin": "none", "max_failures": 3}}
    decision = policies(one, says("two", "userstore")).decide(MAX_FAILURES, alice)
    assert decision.value == 3


def test_those_whom_only_one_of_two_conflicting_policies_covers_are_not_refused(policies, alice):
    one, two = says("one", "none", when={"realm": "staff"}), says("two", "userstore", when={"user": "bob"})
    assert policies(one, two).decide(PIN, alice).because == ("one",)


def test_an_action_that_nobody_knows_never_gets_into_a_snapshot(catalogue):
    with pytest.raises(InvalidField, match=r"then\.otpin: .*did you mean otppin"):
        PolicySet.compile([Policy("typo", {"otpin": Pin.NONE})], catalogue)


def test_a_snapshot_does_not_change(policies):
    snapshot = policies(says("one", "none"))
    assert snapshot.revision == 7
    with pytest.raises(FrozenInstanceError):
        snapshot.revision = 8


def test_deciding_among_fifty_policies_on_one_action_is_a_matter_of_microseconds(policies, alice):
    many = policies(
        *(
            says(
                f"p{number}",
                "none",
                priority=number,
                when={"realm": [f"realm-{number}", "staff"], "user": f"user-{number}"},
            )
            for number in range(1, 51)
        )
    )
    bob = replace(alice, login="user-50")
    assert many.decide(PIN, bob).because == ("p50",)
    tries = timeit.repeat(lambda: many.decide(PIN, bob), timer=time.process_time, number=100, repeat=20)
    fastest = min(tries) / 100
    assert fastest < 100e-6  # a fifth of that on an idle machine; parsing anything costs far more
