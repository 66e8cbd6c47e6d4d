"""The trail: why a decision is what it is."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from mfa_engine.policy.explain import Standing, explain
from mfa_engine.policy.match import Part


def block(policies, subject, action):
    (found,) = (block for block in explain(policies, subject).blocks if block.action == action)
    return found


def rules(policies):
    def rule(name, priority, says, **when):
        return {"name": name, "priority": priority, "when": when, "then": {"second_factor": says}}

    return policies(
        rule("library-light", 50, "not_required"),
        rule("staff-needs-mfa", 20, "required", realm="staff", network="192.0.2.0/24"),
        rule("emergency-access", 1, "not_required", user=["root", "ops"]),
        {**rule("old", 2, "not_required"), "enabled": False},
    )


def test_the_answer_comes_first_then_who_won_was_overruled_or_does_not_match(policies, alice):
    found = block(rules(policies), alice, "second_factor")
    assert list(found.lines()) == [
        "Is a second factor needed? yes",
        "  ✓ staff-needs-mfa (priority 20): says yes, realm staff, network 192.0.2.0/24",
        "  ✕ library-light (priority 50): says no, overruled by staff-needs-mfa",
        "  – emergency-access (priority 1): is for user ops or root; this is alice",
        "  – old (priority 2): is switched off",
    ]


def test_the_same_as_data(policies, alice):
    found = block(rules(policies), alice, "second_factor")
    assert [(verdict.policy, verdict.standing, verdict.unmet) for verdict in found.verdicts] == [
        ("staff-needs-mfa", Standing.WON, None),
        ("library-light", Standing.OVERRULED, None),
        ("emergency-access", Standing.NOT_MATCHING, Part.USER),
        ("old", Standing.SWITCHED_OFF, None),
    ]
    plain = msgspec.to_builtins(explain(rules(policies), alice))
    assert plain["revision"] == 7
    assert plain["blocks"][0]["answer"] == "yes"


def test_only_the_first_condition_that_fails_is_named(policies, alice):
    def reason(subject):
        verdicts = block(rules(policies), subject, "second_factor").verdicts
        return next(verdict.reason for verdict in verdicts if verdict.policy == "staff-needs-mfa")

    assert reason(replace(alice, realm="students", client=None)) == "is for realm staff; this is students"
    assert reason(replace(alice, client=None)) == "is for network 192.0.2.0/24; this is not known here"


def test_a_default_is_called_a_default(policies, alice):
    assert list(block(policies(), alice, "max_failures").lines()) == [
        "After how many wrong answers is a token locked? 10",
        "  no policy says anything: this is the default",
    ]


def test_a_policy_without_condition_is_for_everybody(policies, alice):
    (verdict,) = block(policies({"name": "p", "then": {"otppin": "none"}}), alice, "otppin").verdicts
    assert verdict.reason == "says no PIN, for everybody"


def test_a_conflict_is_shown_and_not_raised(policies, alice):
    torn = policies(
        {"name": "one", "then": {"otppin": "none"}},
        {"name": "two", "then": {"otppin": "userstore"}},
        {"name": "weak", "priority": 200, "then": {"otppin": "tokenpin"}},
    )
    found = block(torn, alice, "otppin")
    assert found.answer is None
    assert found.note.startswith("policies 'one' and 'two' have the same priority 100")
    assert list(found.lines()) == [
        "Which PIN stands in front of the code? refused",
        f"  {found.note}",
        "  ! one (priority 100): says no PIN, for everybody",
        "  ! two (priority 100): says the password of the directory, for everybody",
        "  ✕ weak (priority 200): says the token's own, where it has one, overruled by one and two",
    ]


def test_a_conflict_that_another_answer_rests_on_refuses_that_answer_too(policies, alice):
    torn = policies(
        {"name": "one", "then": {"tokentype": ["totp"]}},
        {"name": "two", "then": {"tokentype": ["hotp"]}},
        {"name": "offer", "then": {"enroll_via_multichallenge": ["totp"]}},
    )
    found = block(torn, alice, "enroll_via_multichallenge")
    assert found.answer is None
    assert found.verdicts[0].standing is Standing.WON
    assert "'one' and 'two'" in found.note


def test_the_answer_is_what_the_login_does_and_not_what_a_policy_wished(policies, alice):
    wishes = policies(
        {
            "name": "wishes",
            "then": {
                "tokentype": ["totp"],
                "enroll_via_multichallenge": ["totp", "hotp"],
                "session_lifetime": "30d",
                "session_idle": "2h",
            },
        }
    )
    assert block(wishes, alice, "enroll_via_multichallenge").answer == "totp"
    assert block(wishes, alice, "session_lifetime").answer == "1d"
    assert block(wishes, alice, "session_idle").answer == "1h"
    assert block(policies(), alice, "tokentype").answer == "hotp, totp, webauthn"


def test_the_trail_has_a_block_for_every_action_and_says_which_set_decided(policies, alice, catalogue):
    trail = explain(rules(policies), alice)
    assert [block.action for block in trail.blocks] == list(catalogue.actions)
    assert trail.lines()[0] == "decided by policy set 7"
    assert "Is a second factor needed? yes" in trail.lines()
